/** How many jobs each status has. Pure. */

/** Statuses that are pushed with the totals and queues, and under which name there. */
const PUSHED = {
  queued: "queued", started: "started", finished: "finished", scheduled: "scheduled", deferred: "deferred",
  canceled: "canceled", rate_limited: "rate_limited", ready_to_enqueue: "ready",
};

/**
 * The count of every status: pushed where it is, else as it came with the list; null where not known.
 * @param {object|null} pushed the totals, or one queue
 * @param {object|undefined} fetched `counts` of the list
 */
export function countsOf(statuses, pushed, fetched) {
  const count = (status) => pushed?.[PUSHED[status]] ?? fetched?.[status] ?? null;
  return Object.fromEntries(statuses.map((status) => [status, count(status)]));
}

/** All of them together, or null before anything is known. */
export const total = (counts) => {
  const known = Object.values(counts).filter((n) => n != null);
  return known.length ? known.reduce((a, b) => a + b, 0) : null;
};
