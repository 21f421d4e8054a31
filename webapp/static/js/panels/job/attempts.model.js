/** The runs of a job: those that RQ kept a result of, the one of now, and what is known of the others. Pure. */
import { duration } from "../../format.js";

/** RQ keeps the results of so many. */
export const KEPT = 10;
/** A job's hash and its result are written at the end of a run, by clocks that may differ a little. */
const SAME_MS = 2_000;
const ENDED = new Set(["finished", "failed", "stopped"]);

/** "1.2 s"; "" where RQ did not keep both ends. */
export function took({ started_at: from, ended_at: to }) {
  return from == null || to == null ? "" : duration((to - from) / 1000);
}

/** The run of now, as an attempt: {outcome: "running"}; null while none runs. */
export function running({ status, started_at, worker }) {
  return status === "started" ? { outcome: "running", at: started_at, started_at, ended_at: null, worker, execution: "running", error: null, result: null } : null;
}

/**
 * How many runs left nothing: RQ writes no result of a run that failed and is tried again.
 * Exact where RQ Live knows how many retries there were at first; else one, where the hash tells of a run that no result tells of.
 * @returns {{n: number, exact: boolean}|null}
 */
export function untraced(job) {
  const asked = job.submitted?.retries;
  if (asked != null && job.retries_left != null) {
    return asked > job.retries_left ? { n: asked - job.retries_left, exact: true } : null;
  }
  if (job.ended_at == null || ENDED.has(job.status)) return null;
  const isKept = job.attempts.some(({ ended_at: end, at }) => Math.abs((end ?? at) - job.ended_at) <= SAME_MS);
  return isKept ? null : { n: 1, exact: false };
}
