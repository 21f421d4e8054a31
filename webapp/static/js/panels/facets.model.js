/** How many jobs each status has. Pure. */

/** Statuses that are pushed with the totals and queues, and under which name there. */
const PUSHED = {
  queued: "queued", started: "started", finished: "finished", failed: "failed", scheduled: "scheduled", deferred: "deferred",
  canceled: "canceled", rate_limited: "rate_limited", ready_to_enqueue: "ready",
};

/** What a queue holds altogether. */
const COUNTED = ["queued", "started", "finished", "failed", "scheduled", "deferred", "canceled", "ready"];

/**
 * The count of every status: pushed where it is, else as it came with the list; null where not known.
 * @param {object|null} pushed the totals, or one queue
 * @param {object|undefined} fetched `counts` of the list
 */
export function countsOf(statuses, pushed, fetched) {
  const count = (status) => pushed?.[PUSHED[status]] ?? fetched?.[status] ?? null;
  return Object.fromEntries(statuses.map((status) => [status, count(status)]));
}

/**
 * How many jobs were stopped, of one queue or of all: RQ counts them among the failed ones, so they are looked for there.
 * @param {object|null} board the board `stopped`
 * @returns {{n: number|null, more: boolean}} `more`: not all failed jobs were looked at
 */
export function stoppedOf(board, queue) {
  if (!board) return { n: null, more: false };
  const n = queue ? (board.queues[queue] ?? 0) : Object.values(board.queues).reduce((a, b) => a + b, 0);
  return board.whole || n ? { n, more: !board.whole } : { n: null, more: false };
}

/** How many jobs of `status` the recorder lists, of one queue or of all, like `stoppedOf`. */
export function unlistedOf(board, status, queue) {
  const counts = board?.sure && board[status];
  if (!counts) return { n: null, more: false };
  return { n: queue ? (counts[queue] ?? 0) : Object.values(counts).reduce((a, b) => a + b, 0), more: board.sure === "more" };
}

/** All of them together, or null before anything is known. */
export const total = (counts) => {
  const known = Object.values(counts).filter((n) => n != null);
  return known.length ? known.reduce((a, b) => a + b, 0) : null;
};

/** How many jobs of `status`, or of every status where that is empty, a queue or group holds; null where not known. */
export function countOf(counted, status) {
  if (status) return counted[PUSHED[status]] ?? null;
  return total(Object.fromEntries(COUNTED.map((field) => [field, counted[field]])));
}
