/** Jobs that a browser keeps: short lists by id and title, and those that can be put back. Pure. */

/** `list` with `job` at its head, once, and no longer than `most`. */
export const withJob = (list, { id, title }, most) => [{ id, title: title || id }, ...list.filter((each) => each.id !== id)].slice(0, most);

/** What was kept, as far as it is of our making. */
export function readList(text) {
  try {
    const value = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter((each) => typeof each?.id === "string" && typeof each.title === "string") : [];
  } catch {
    return [];
  }
}

/** {id: {token, until, title}} of deleted jobs whose time (`until`, epoch ms) is not over at `now`, out of what was kept. */
export function stillOpen(text, now) {
  try {
    const found = Object.entries(JSON.parse(text ?? "{}")).filter(([, undo]) => typeof undo?.token === "string" && undo.until > now);
    return Object.fromEntries(found);
  } catch {
    return {};
  }
}

const MARKS = { finished: "✓", failed: "✗", stopped: "✗", canceled: "✗" };

/**
 * Which of the jobs in `watched` have ended, as `rows` knows them.
 * @returns {{id: string, title: string, outcome: string, mark: string}[]} outcome: RQ's status, or "gone"
 */
export function endings(watched, rows) {
  const ended = [];
  for (const { id, title } of watched) {
    const entry = rows[id];
    if (!entry) continue;
    if (entry.value === null) ended.push({ id, title, outcome: "gone", mark: "✗" });
    else if (Object.hasOwn(MARKS, entry.value.status)) ended.push({ id, title, outcome: entry.value.status, mark: MARKS[entry.value.status] });
  }
  return ended;
}

/** Whether a job with this status has its end before it. */
export const canEnd = (status) => status !== null && !Object.hasOwn(MARKS, status);
