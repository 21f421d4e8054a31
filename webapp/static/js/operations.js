/** What is done to many jobs at once: asked for from any page, followed on every one. */
import { computed, signal } from "@preact/signals";
import { boards, goOn } from "./store.js";

/**
 * What somebody is about to do: {verb, of, ask, about, title, text, note, onStarted}, null while there is nothing to answer.
 * `of`: which jobs, as the API takes it, or `ask()`: asks for an operation of its own kind, {operation}; `about`: the same in
 * words; `title`, `text`: instead of those of the verb; `note`: what else is to be known before; `onStarted()`: it was started.
 */
export const wished = signal(null);

/** Opens the question that says exactly how many and which jobs `verb` would be done to, and does it where that is wanted. */
export function askMany(wish) {
  // On a page that holds still nobody would see what is counted.
  goOn();
  wished.value = wish;
}

/** Those that were started, as every server sees them, the newest first. */
export const operations = computed(() => (boards.value.operations?.value?.value?.operations ?? []).filter(({ started_at: at }) => at !== null));

/** Ids of those that this tab has started: their end is told here. */
export const mine = new Set();
