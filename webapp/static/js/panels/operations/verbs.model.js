/** What can be done to many jobs, and which verbs fit those that are selected. Pure. */

const WAITING = ["created", "queued", "scheduled", "deferred", "rate_limited", "ready_to_enqueue"];
const ENDED = ["finished", "failed", "stopped", "canceled"];

/** Verb -> statuses of the jobs that it fits, in the order in which they are offered. As webapp/actions/verbs.py has them. */
export const FITS = {
  requeue: ["failed", "stopped"],
  cancel: WAITING,
  stop: ["started"],
  run_now: ["scheduled", "deferred", "ready_to_enqueue"],
  delete: [...WAITING, ...ENDED],
  run_again: [...WAITING, ...ENDED],
  move: [...WAITING.filter((status) => status !== "ready_to_enqueue"), ...ENDED],
  to_front: WAITING.filter((status) => status !== "created"),
  hold: ["queued"],
  release: ["queued"],
};

/** The key of each verb that has one, for one job and for those that are selected: the first letter where it is free, else the
 * one that says most. */
export const KEY_OF = { stop: "s", cancel: "c", requeue: "q", run_now: "n", run_again: "a", delete: "d", edit: "e", move: "m", to_front: "t", hold: "h", release: "l" };

/** What leaves nothing behind, or ends what runs. */
export const DANGEROUS = new Set(["delete", "stop"]);

/** What is held is queued, as far as its status tells: how many of them are is counted before it is done. */
const UNTOLD = new Set(["release"]);

/** How many of the jobs a verb fits; null where some of them are not counted, or more than a status tells it. */
function fits(verb, statuses) {
  const counts = FITS[verb].map((status) => statuses[status]).filter((n) => n !== undefined);
  const sum = counts.reduce((all, n) => all + n, 0);
  return counts.includes(null) || (sum && UNTOLD.has(verb)) ? null : sum;
}

/**
 * The verbs that fit some of these jobs.
 * @param {Record<string, number|null>|null} statuses how many there are of each, null where that is not known; null: nor which
 * @returns {{verb: string, n: number|null}[]} `n`: how many it fits, where that is known
 */
export function fitting(statuses) {
  const verbs = Object.keys(FITS);
  if (!statuses) return verbs.map((verb) => ({ verb, n: null }));
  return verbs.map((verb) => ({ verb, n: fits(verb, statuses) })).filter(({ n }) => n !== 0);
}

/** The first `most` of them, and the others. */
export const parted = (fits, most) => [fits.slice(0, most), fits.slice(most)];
