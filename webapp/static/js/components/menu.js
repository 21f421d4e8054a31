/** A button that opens a list of deeds over the page; arrows walk through it, Escape leaves it. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** Closes on a press outside, and tells when. */
function useOutside(ref, isOpen, close) {
  useEffect(() => {
    if (!isOpen) return undefined;
    const leave = (event) => ref.current.contains(event.target) || close();
    addEventListener("pointerdown", leave);
    return () => removeEventListener("pointerdown", leave);
  }, [isOpen]);
}

/** Pixels between a list and the edge of the screen. */
const EDGE = 8;

/** Moves an open list sideways, so far that all of it is on the screen. */
function useOnScreen(ref, isOpen) {
  useLayoutEffect(() => {
    if (!isOpen) return;
    const list = ref.current.querySelector("[role=menu]");
    const beyond = list.getBoundingClientRect().right + EDGE - document.documentElement.clientWidth;
    if (beyond > 0) list.style.translate = `${-beyond}px`;
  }, [isOpen]);
}

/** `items`: [{id, label, tip, danger, refused}]; `onPick(id)`. `up`: it opens upwards. `refused`: why none of it may be done. */
export function Menu({ label, items, onPick, up = false, large = false, name }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef(null);
  const close = () => setOpen(false);
  useOutside(root, isOpen, close);
  useOnScreen(root, isOpen);
  useEffect(() => {
    if (isOpen) root.current.querySelector("[role=menuitem]")?.focus();
  }, [isOpen]);
  const leave = () => {
    close();
    root.current.querySelector("button").focus();
  };
  const onKeyDown = (event) => {
    if (!isOpen) return;
    const all = [...root.current.querySelectorAll("[role=menuitem]")];
    if (event.key === "Escape") leave();
    else if (event.key === "Tab") return close();
    else if (event.key in STEPS) all.at((all.indexOf(document.activeElement) + STEPS[event.key]) % all.length).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const pick = (item) => {
    if (item.refused) return;
    leave();
    onPick(item.id);
  };
  return html`
    <div class=${`menu ${up ? "up" : ""}`} ref=${root} onKeyDown=${onKeyDown} data-menu=${name}>
      <button type="button" class=${`button ${large ? "large" : ""}`} aria-haspopup="menu" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${label} <span class="twist down" aria-hidden="true"></span></button>
      ${isOpen && html`
        <div class="menu-list" role="menu" aria-label=${label}>
          ${items.map((item) => html`
            <button type="button" role="menuitem" tabindex="-1" key=${item.id} class=${`menu-item ${item.danger ? "danger" : ""}`} aria-disabled=${item.refused ? "true" : undefined} title=${item.refused || item.tip} data-action=${item.id} onClick=${() => pick(item)}>${item.label}</button>`)}
        </div>`}
    </div>`;
}
