/** Jobs that this tab has deleted and can put back: for a minute, and as long as the tab is, reloads included. */
import { signal } from "@preact/signals";
import { now } from "./clock.js";
import { stillOpen } from "./kept.model.js";

const KEY = "rqlive.undo";

function read() {
  try {
    return stillOpen(sessionStorage.getItem(KEY), now.peek());
  } catch {
    return {};
  }
}

/** {id: {token, until, title, dismiss}}; `until`: server time, epoch ms; `dismiss()`: takes its message away. */
const kept = signal(read());

function keep(all) {
  kept.value = all;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    document.documentElement.dataset.storage = "blocked";
  }
}

export const keepUndo = (id, undo) => keep({ ...kept.peek(), [id]: undo });

export function dropUndo(id) {
  const { [id]: _, ...others } = kept.peek();
  keep(others);
}

/** {token, until, dismiss} of a deleted job, or undefined. */
export const undoOf = (id) => kept.value[id];

/** [id, undo] of those that no message of this page tells of: it was loaded anew since. */
export const untold = () => Object.entries(stillOpen(JSON.stringify(kept.peek()), now.peek())).filter(([id]) => !kept.peek()[id].dismiss);
