/** Short answers to what somebody did. Errors stay longer and are read out at once. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { now } from "../clock.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { route } from "../router.js";
import { explained } from "./trouble.js";

const SHOWN_MS = 6_000;
const ERROR_MS = 14_000;
/** More would cover the page; the oldest goes first. */
const MOST = 3;

const toasts = signal([]);
let made = 0;

const dismiss = (id) => {
  toasts.value = toasts.peek().filter((toast) => toast.id !== id);
};

/**
 * Says `text`, and in a second sentence what to do. `level`: ok, warn or bad. `undo`: {run, until}, what takes it back and is
 * offered until then, in server time; so long it stays. Returns what takes the message away.
 */
export function say(text, { level = "ok", fix = "", undo = null } = {}) {
  made += 1;
  const id = made;
  toasts.value = [...toasts.peek(), { id, text, fix, level, undo }].slice(-MOST);
  setTimeout(() => dismiss(id), undo ? undo.until - now.peek() : level === "ok" ? SHOWN_MS : ERROR_MS);
  return () => dismiss(id);
}

/** Says what went wrong with a request. */
export const sayError = (error) => say(explained(error).message, { level: "bad", fix: explained(error).fix });

/** The seconds tick for the eye alone: a message is read out once. */
function Undo({ id, undo }) {
  const onClick = () => {
    dismiss(id);
    undo.run();
  };
  return html`<button type="button" class="button" aria-label=${t("toast.undo.name")} data-testid="toast-undo" onClick=${onClick}>${t("toast.undo", { n: Math.max(0, Math.floor((undo.until - now.value) / 1000)) })}</button>`;
}

/** Shown in the browser's top layer, and lifted anew for each toast and each drawer: above an open drawer or question. */
export function Toasts() {
  const box = useRef(null);
  const shown = toasts.value;
  const open = route.value.job;
  useEffect(() => {
    const lift = () => {
      const node = box.current;
      if (node.matches(":popover-open")) node.hidePopover();
      if (shown.length) node.showPopover();
    };
    lift();
    const frame = requestAnimationFrame(lift);
    return () => cancelAnimationFrame(frame);
  }, [shown, open]);
  return html`
    <section class="toasts" popover="manual" ref=${box} aria-label=${t("toast.region")}>
      <div>
        ${shown.map(
          ({ id, text, fix, level, undo }) => html`
            <div class=${`toast s-${level}`} key=${id} role=${level === "bad" ? "alert" : "status"} data-level=${level}>
              <p>${text} ${fix && html`<span class="fix">${fix}</span>`}</p>
              ${undo && html`<${Undo} id=${id} undo=${undo} />`}
              <button type="button" class="button bare icon" onClick=${() => dismiss(id)} aria-label=${t("toast.dismiss")}>✕</button>
            </div>`,
        )}
      </div>
    </section>`;
}
