/** Keeps a list still under pointer, keyboard focus or selection, so that no click can land on another row. */
import { useEffect, useRef, useState } from "preact/hooks";
import { arrange } from "./hold.model.js";

/** After a finger or the pointer left: a second tap, or a hand that slipped, finds the same rows. */
const LINGER_MS = 700;

/** True while somebody aims at `element`. */
function useAim(element) {
  const [aimed, setAimed] = useState(false);
  useEffect(() => {
    const node = element.current;
    if (!node) return undefined;
    const aim = { pointer: false, focus: false, selection: false };
    let timer = null;
    const settle = () => {
      clearTimeout(timer);
      if (aim.pointer || aim.focus || aim.selection) setAimed(true);
      else timer = setTimeout(() => setAimed(false), LINGER_MS);
    };
    const on = (what, value) => () => {
      aim[what] = value();
      settle();
    };
    const hasSelection = () => {
      const selection = getSelection();
      return !selection.isCollapsed && node.contains(selection.anchorNode);
    };
    const ways = [
      [node, "pointerenter", on("pointer", () => true)],
      [node, "pointerdown", on("pointer", () => true)],
      [node, "pointerleave", on("pointer", () => false)],
      [node, "pointercancel", on("pointer", () => false)],
      [node, "focusin", on("focus", () => node.matches(":has(:focus-visible)"))],
      [node, "focusout", on("focus", () => false)],
      [document, "selectionchange", on("selection", hasSelection)],
    ];
    for (const [target, name, run] of ways) target.addEventListener(name, run);
    return () => {
      clearTimeout(timer);
      for (const [target, name, run] of ways) target.removeEventListener(name, run);
    };
  }, [element]);
  return aimed;
}

/**
 * `items` for showing: put `ref` on the element that holds the rows. `scope`: what they are the items of; nothing is
 * kept still of another one. `isHeld`: they stand still also while nobody aims at them.
 * @returns {{ref, shown: {key, item, gone}[], newer: number, release: () => void}} release: shows what is newer now
 */
export function useHold(items, keyOf, scope = "", isHeld = false) {
  const ref = useRef(null);
  const frozen = useRef(null);
  const known = useRef(new Map());
  const [, redraw] = useState(0);
  const aimed = useAim(ref) || isHeld;
  const shownScope = useRef(scope);
  if (shownScope.current !== scope) {
    shownScope.current = scope;
    frozen.current = null;
    known.current = new Map(items.map((item) => [keyOf(item), item]));
  }
  if (!aimed) frozen.current = null;
  else frozen.current ??= [...known.current.keys()];
  const { shown, newer } = arrange(frozen.current, items, keyOf, known.current);
  known.current = new Map(shown.map(({ key, item }) => [key, item]));
  const release = () => {
    frozen.current = items.map(keyOf);
    known.current = new Map(items.map((item) => [keyOf(item), item]));
    redraw((n) => n + 1);
  };
  return { ref, shown, newer, release };
}
