/** What comes after a run: retries, repeats, and how long the job is kept, in words. Pure. */
import { duration, moment, number, ticking } from "../../format.js";
import { t } from "../../i18n.js";

/** RQ's own, where a job names none. */
const RESULT_TTL_S = 500;
const FAILURE_TTL_S = 31_536_000;
/** So many waits are told one by one. */
const WAITS_MAX = 4;

/** RQ's -1: for ever, or no limit. */
export function lasting(seconds, forever, fallback) {
  if (seconds == null) return t("facts.default", { time: duration(fallback) });
  return seconds < 0 ? t(forever) : duration(seconds);
}

/** [wait, how many times in a row] of each. */
function rows(waits) {
  const found = [];
  for (const wait of waits) {
    if (found.at(-1)?.[0] === wait) found.at(-1)[1] += 1;
    else found.push([wait, 1]);
  }
  return found;
}

/** "after 10 s, then 1 min", "at once", "every 20 s"; the last of many is left out with a mark. */
function inOrder(waits) {
  const told = rows(waits);
  if (told.length === 1 && told[0][1] > 1) return told[0][0] ? t("plan.every", { time: duration(told[0][0]) }) : t("plan.at_once");
  const words = told.slice(0, WAITS_MAX).map(([wait, times], n) => {
    const time = wait ? duration(wait) : t("plan.at_once");
    const counted = times > 1 ? t("plan.times", { time, n: times }) : time;
    return n || !wait ? counted : t("plan.after", { time: counted });
  });
  return words.reduce((all, word) => t("plan.then", { first: all, next: word })) + (told.length > WAITS_MAX ? " …" : "");
}

/** Seconds before each retry that is left, as RQ will take them: its list counts from the end. */
export function retryWaits({ retries_left: left, retry_intervals: intervals }) {
  if (!left || !intervals?.length) return left ? Array(Math.min(left, 1_000)).fill(0) : [];
  return Array.from({ length: Math.min(left, 1_000) }, (_, n) => intervals[Math.max(intervals.length - (left - n), 0)]);
}

/** Seconds before each repeat that is left: RQ takes its list from the beginning, and the last one for all after it. */
export function repeatWaits({ repeats_left: left, repeat_intervals: intervals }) {
  if (!left || !intervals?.length) return left ? Array(Math.min(left, 1_000)).fill(0) : [];
  return Array.from({ length: Math.min(left, 1_000) }, (_, n) => intervals[Math.min(n, intervals.length - 1)]);
}

export function retries(job) {
  const left = job.retries_left;
  if (left == null) return t("facts.no_retries");
  return left ? t("facts.retries_after", { n: left, times: inOrder(retryWaits(job)) }) : t("facts.retries_left", { n: left });
}

/** null for a job that is not to be repeated. */
export function repeats(job) {
  const left = job.repeats_left;
  if (left == null) return null;
  return left ? t("facts.repeats_after", { n: number(left), times: inOrder(repeatWaits(job)) }) : t("facts.no_repeats");
}

const ENDED = new Set(["finished", "failed", "stopped", "canceled"]);

/** [key, text]: a time to live that counts down, or else how long it will be kept. */
export function kept(job, now) {
  if (job.expires_at != null) {
    const left = ticking((job.expires_at - now) / 1000);
    return [ENDED.has(job.status) ? "facts.forgotten_in" : "facts.given_up_in", t("facts.left_at", { time: left, at: moment(job.expires_at, now) })];
  }
  if (job.status === "failed" || job.status === "stopped" || job.status === "canceled") return ["facts.kept", t("facts.for_ever")];
  if (job.status === "finished") return ["facts.kept", t("facts.for_ever")];
  const [result, failure] = [job.result_ttl ?? RESULT_TTL_S, job.failure_ttl ?? FAILURE_TTL_S].map((seconds) => lasting(seconds, "facts.for_ever"));
  return ["facts.kept_for", t("facts.kept_if", { result, failure })];
}
