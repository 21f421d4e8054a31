/** Jobs whose end this tab tells, and what it has to tell until somebody looks. Kept as long as the tab is. */
import { signal } from "@preact/signals";
import { readList, withJob } from "./kept.model.js";

const KEY = "rqlive.watched";
/** The wire takes 200 rows, and a page of a list has 50. */
export const MOST_WATCHED = 20;

function read() {
  try {
    return readList(sessionStorage.getItem(KEY));
  } catch {
    return [];
  }
}

/** [{id, title}], newest first. */
export const watched = signal(read());

/** What the tab tells until it is seen: {mark, title, outcome}, or null. */
export const news = signal(null);

function keep(list) {
  watched.value = list;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    document.documentElement.dataset.storage = "blocked";
  }
}

export const isWatched = (id) => watched.value.some((job) => job.id === id);

/** False where there are too many already. */
export function watchJob(job) {
  if (watched.peek().length >= MOST_WATCHED) return false;
  keep(withJob(watched.peek(), job, MOST_WATCHED));
  return true;
}

export const forgetJob = (id) => keep(watched.peek().filter((job) => job.id !== id));
