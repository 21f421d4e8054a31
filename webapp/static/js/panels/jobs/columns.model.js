/** The columns of the table of jobs: which there are, which are chosen, and by which the list can be turned round. Pure. */

/** Every column with its width in px; `field`: the time of a row that it shows. */
export const COLUMNS = {
  job: { width: 220 },
  id: { width: 300 },
  func: { width: 220 },
  args: { width: 260 },
  queue: { width: 120 },
  status: { width: 148 },
  worker: { width: 150 },
  time: { width: 186 },
  created: { width: 150, field: "created_at" },
  enqueued: { width: 150, field: "enqueued_at" },
  started: { width: 150, field: "started_at" },
  ended: { width: 150, field: "ended_at" },
  due: { width: 150, field: "run_at" },
  waited: { width: 104 },
  ran: { width: 104 },
  spell: { width: 152 },
};
export const DEFAULT = ["job", "queue", "status", "time", "spell"];
/** Orders whose pages begin at the high end. */
const FALLING = new Set(["expiry", "canceled", "merged"]);
const DURATIONS = new Set(["waited", "ran", "spell"]);
const isTime = (name) => name === "time" || COLUMNS[name].field !== undefined;

/** The columns that a text such as "job,queue" names, in the order of the table; those of everybody where it names none. */
export function columnsOf(text) {
  const named = new Set((text ?? "").split(","));
  const known = Object.keys(COLUMNS).filter((name) => named.has(name) && name !== "job");
  return known.length ? ["job", ...known] : DEFAULT;
}

/** What is kept of a choice: nothing where it is the one of everybody. */
export function textOf(columns) {
  const text = columnsOf(columns.join()).join();
  return text === DEFAULT.join() ? "" : text;
}

export const isDefault = (columns) => columns.join() === DEFAULT.join();

/** So many px the table needs at least: less, and it is scrolled sideways within its card. */
export const widthOf = (columns) => columns.reduce((sum, name) => sum + COLUMNS[name].width, 0);

/**
 * What can be done with the head of a column.
 * @param {{order_field: string, way: string|null}|null} page null: a search, whose jobs stand as they were found
 * @returns {{turn: "asc"|"desc", sorted: "ascending"|"descending"}|{why: string}} `turn`: the other way round; `why`: key of
 *   the reason why it cannot be sorted by
 */
export function sorting(name, page) {
  if (DURATIONS.has(name)) return { why: "jobs.why.duration" };
  if (!isTime(name)) return { why: "jobs.why.narrow" };
  if (!page) return { why: "jobs.why.found" };
  if (!page.way) return { why: "jobs.why.merged" };
  if (name !== "time" && COLUMNS[name].field !== page.order_field) return { why: "jobs.why.time" };
  return page.way === "asc" ? { turn: "desc", sorted: "ascending" } : { turn: "asc", sorted: "descending" };
}

/** Whether a page is read from the other end than its list's own. */
export const isTurned = ({ order, way }) => Boolean(way) && way !== (FALLING.has(order) ? "desc" : "asc");

/** A search that finds what sorting by this column would have brought to the top. */
export const instead = (name) => (name === "waited" ? "wait>5m" : DURATIONS.has(name) ? "run>1m" : "");

/** Whether a cell may show another thing for `row` than for `before`, the same job: how far it is stands in one column alone. */
export const isOther = (name, row, before) => Object.keys(row).some((key) => row[key] !== before[key] && (key !== "progress" || name === "spell"));

/** Seconds that a job waited before its last run, or has waited by now; null where it did not. */
export function waited(row, now) {
  if (row.enqueued_at == null) return null;
  if (row.status === "queued") return Math.max(0, (now - row.enqueued_at) / 1000);
  return row.started_at == null || row.started_at < row.enqueued_at ? null : (row.started_at - row.enqueued_at) / 1000;
}

/** Seconds that its last run took, or has taken by now; null where none is known. */
export function ran(row, now) {
  if (row.started_at == null) return null;
  if (row.status === "started") return Math.max(0, (now - row.started_at) / 1000);
  return row.ended_at == null || row.ended_at < row.started_at ? null : (row.ended_at - row.started_at) / 1000;
}
