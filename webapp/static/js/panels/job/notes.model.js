/** Notes on a job, and what was done to it. Pure. */
import { isAfter } from "../../reducer.js";

/** The notes stand above the list of deeds: lines about them would say everything twice. */
const OF_NOTES = new Set(["note", "unnote"]);

export const isOwn = (note, you) => Boolean(you) && note.by === you.by;

/** Lines of activity about the job `id`, newest first: those that were pushed, and those that were fetched. */
export function deedsOn(id, pushed, fetched) {
  const isAbout = (line) => (line.job === id || line.of === id) && !OF_NOTES.has(line.action);
  const lines = new Map([...pushed, ...fetched].filter(isAbout).map((line) => [line.id, line]));
  return [...lines.values()].sort((a, b) => (isAfter(a.id, b.id) ? -1 : 1));
}
