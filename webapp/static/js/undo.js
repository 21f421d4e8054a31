/** Jobs that this tab has deleted and can put back: for a minute, and as long as the tab is. */
import { signal } from "@preact/signals";

/** {id: {token, until, dismiss}}; `until`: server time, epoch ms; `dismiss()`: takes its message away. */
const kept = signal({});

export const keepUndo = (id, undo) => (kept.value = { ...kept.peek(), [id]: undo });

export function dropUndo(id) {
  const { [id]: _, ...others } = kept.peek();
  kept.value = others;
}

/** {token, until, dismiss} of a deleted job, or undefined. */
export const undoOf = (id) => kept.value[id];
