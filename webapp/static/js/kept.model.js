/** Short lists of jobs that a browser keeps, by id and title. Pure. */

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
