/** Which jobs of a list are selected: one by one, a range, all rows shown, or all that the list holds. Pure. */

/** More ids than one operation takes by name. */
export const MOST = 1_000;

/**
 * `jobs`: id -> status that it had when it was last seen. `anchor`, `end`: the last range. `isAll`: everything that the list
 * holds, also what no row shows.
 */
export const NONE = { jobs: new Map(), anchor: null, end: null, isAll: false };

const entries = (rows) => rows.map(({ id, status }) => [id, status]);

function kept(jobs) {
  return jobs.size > MOST ? new Map([...jobs].slice(0, MOST)) : jobs;
}

export const isSelected = (selection, id) => selection.isAll || selection.jobs.has(id);

/** The row is selected, or no longer; the next range begins at it. */
export function toggled(selection, row, rows) {
  // Out of everything, what is on the screen stays: the rest cannot be named.
  const jobs = new Map(selection.isAll ? entries(rows) : selection.jobs);
  if (isSelected(selection, row.id)) jobs.delete(row.id);
  else jobs.set(row.id, row.status);
  return { jobs: kept(jobs), anchor: row.id, end: row.id, isAll: false };
}

function between(rows, one, other) {
  const [a, b] = [one, other].map((id) => rows.findIndex((row) => row.id === id));
  return a < 0 || b < 0 ? [] : rows.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** Everything from where the last range began up to the row, instead of that range. */
export function ranged(selection, row, rows) {
  if (selection.isAll || !rows.some(({ id }) => id === selection.anchor)) return toggled(selection, row, rows);
  const jobs = new Map(selection.jobs);
  for (const { id } of between(rows, selection.anchor, selection.end)) jobs.delete(id);
  for (const [id, status] of entries(between(rows, selection.anchor, row.id))) jobs.set(id, status);
  return { ...selection, jobs: kept(jobs), end: row.id };
}

/** "all", "some" or "none" of the rows shown are selected. */
export function shownState(selection, rows) {
  const n = rows.filter(({ id }) => isSelected(selection, id)).length;
  return n === 0 ? "none" : n === rows.length ? "all" : "some";
}

/** All rows shown are selected, or none of them where all were. */
export function withShown(selection, rows) {
  if (selection.isAll) return NONE;
  const jobs = new Map(selection.jobs);
  const isFull = shownState(selection, rows) === "all";
  for (const [id, status] of entries(rows)) isFull ? jobs.delete(id) : jobs.set(id, status);
  return { jobs: kept(jobs), anchor: null, end: null, isAll: false };
}

/** How many of each status are selected, by what the rows say now. */
export function statusesOf(selection, rows) {
  const now = new Map(entries(rows));
  const counts = {};
  for (const [id, before] of selection.jobs) {
    const status = now.get(id) ?? before;
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}
