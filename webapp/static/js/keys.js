/** Hears the keys of the table and those of the deeds, and does what they say, where nobody is writing and nothing else is asked. */
import { ask } from "./components/ask.js";
import { byKey } from "./deeds.js";
import { step, strokeOf } from "./keys.model.js";
import { isMac, lay, lift, overlay } from "./overlay.js";
import { singleKeys } from "./prefs.js";
import { go, to } from "./router.js";
import { freeze, frozen, goOn } from "./store.js";

/** "g" and then nothing: after this the next key stands for itself. */
const PATIENCE_MS = 1_500;
/** Of what stands in rows and lists only what leads somewhere is stepped through. */
const ROWS = ":is(tbody tr, li, [data-row]) a[href]";
const NOT_ROWS = "nav:not(.types), header, .pager, .facets";

const WRITING = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const ARROWS = new Set(["ArrowDown", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowUp"]);

const topDialog = () => [...document.querySelectorAll("dialog[open]")].at(-1);

/** The first link of every row that is shown. */
function rows() {
  const scope = topDialog() ?? document.getElementById("main");
  const found = new Map();
  for (const link of scope.querySelectorAll(ROWS)) {
    const row = link.closest("tbody tr, li, [data-row]");
    if (!found.has(row) && !link.closest(NOT_ROWS) && link.checkVisibility()) found.set(row, link);
  }
  return [...found.values()];
}

function move(by) {
  const links = rows();
  const here = links.findIndex((link) => link === document.activeElement || link.closest("tbody tr, li, [data-row]").contains(document.activeElement));
  const next = here < 0 ? links.at(by > 0 ? 0 : -1) : links[here + by];
  next?.focus({ focusVisible: true });
  next?.scrollIntoView({ block: "nearest" });
}

/** The field of the page that searches it; a page without one has the palette. */
function search() {
  const field = document.getElementById("main").querySelector('input[role="combobox"], input[type="search"]');
  if (!field || topDialog()) return lay("palette");
  field.focus();
  return field.select();
}

const boxHere = () => document.activeElement?.closest("tr, li, [data-row]")?.querySelector("input[data-pick]");

/** Selects the row that the keyboard is on, and the next one with all between it and the first. */
function extend({ by }) {
  const box = boxHere();
  if (!box) return;
  if (!box.checked) box.click();
  move(by);
  boxHere().dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true }));
}

const DEEDS = {
  find: () => (overlay.peek() === "palette" ? lift() : lay("palette")),
  search,
  freeze: () => (frozen.peek() ? goOn() : freeze()),
  keys: () => lay("keys"),
  next: () => move(1),
  previous: () => move(-1),
  select: () => boxHere()?.click(),
  extend,
  extend_up: extend,
  go: ({ page }) => go(to(page)),
};

/** Arrows scroll, unless somebody already walks through rows. */
const isForOthers = (stroke) => ARROWS.has(stroke) && !rows().some((link) => link.closest("tbody tr, li, [data-row]").contains(document.activeElement));

/** A question, the palette and the list of keys have keys of their own. */
const isTaken = () => topDialog()?.matches(":not(.drawer)") || document.querySelector(":popover-open:not(.toasts)");

/** A key held down would do it again and again, and the second of two strokes that lead nowhere is a slip. */
function deedOf(stroke, event, before) {
  return before || event.repeat ? null : byKey(stroke);
}

async function doDeed({ deed, target, fits }) {
  if (!fits) deed.unfit?.(target);
  else if (!deed.confirm || (await ask(deed.confirm(target)))) deed.run(target);
}

let pending = "";
let timer = null;

function onKeyDown(event) {
  const stroke = event.isComposing || event.defaultPrevented ? "" : strokeOf(event, isMac);
  if (!stroke || stroke === "Shift") return;
  const isSingle = stroke !== "Mod+k";
  if (isSingle && (!singleKeys.peek() || event.target.closest?.(WRITING) || isTaken() || isForOthers(stroke))) return;
  clearTimeout(timer);
  const before = pending;
  const result = step(pending, stroke);
  pending = result.pending;
  if (pending) timer = setTimeout(() => (pending = ""), PATIENCE_MS);
  const found = result.entry || pending ? null : deedOf(stroke, event, before);
  if (!result.entry && !found) return;
  event.preventDefault();
  if (result.entry) DEEDS[result.entry.does](result.entry);
  else doDeed(found);
}

/** Listens until the function that it answers is called. */
export function listen() {
  addEventListener("keydown", onKeyDown);
  return () => removeEventListener("keydown", onKeyDown);
}

