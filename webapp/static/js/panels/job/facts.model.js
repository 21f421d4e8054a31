/** The short list below the tabs, and the long one in Details: [key, text]. Pure. */
import { duration, listed, moment, NOTHING, number, ticking } from "../../format.js";
import { t } from "../../i18n.js";

/** RQ's own, where a job names none. */
const TIMEOUT_S = 180;
const RESULT_TTL_S = 500;

/** RQ's -1: for ever, or no limit. */
function lasting(seconds, forever, fallback) {
  if (seconds == null) return t("facts.default", { time: duration(fallback) });
  return seconds < 0 ? t(forever) : duration(seconds);
}

function timeout({ status, started_at, timeout: limit }, now) {
  if (status !== "started" || started_at == null || limit == null || limit < 0) return ["facts.timeout", lasting(limit, "facts.no_limit", TIMEOUT_S)];
  return ["facts.times_out_in", ticking(limit - (now - started_at) / 1000)];
}

function retries({ retries_left: left, retry_intervals: intervals }) {
  if (left == null) return t("facts.no_retries");
  const list = (intervals ?? []).map((seconds) => duration(seconds));
  return list.length && left ? t("facts.retries_after", { n: left, times: listed(list) }) : t("facts.retries_left", { n: left });
}

function kept(job, now) {
  if (job.expires_at != null) return ["facts.kept_until", moment(job.expires_at, now)];
  return ["facts.kept_for", lasting(job.result_ttl, "facts.for_ever", RESULT_TTL_S)];
}

/** @param {(worker: string) => string} workerText name, and what is known of it */
export function facts(job, now, workerText) {
  const list = [["facts.queue", job.queue ?? NOTHING]];
  if (job.worker) list.push(["facts.worker", workerText(job.worker)]);
  list.push(timeout(job, now), ["facts.retries", retries(job)], kept(job, now));
  if (job.actor) list.push(["facts.actor", job.actor]);
  return list;
}

/** Everything else that is stored, plainly. */
export function details(job, now) {
  const times = ["created_at", "enqueued_at", "run_at", "started_at", "ended_at"].map((key) => [`details.${key}`, job[key] == null ? null : moment(job[key], now)]);
  const limits = ["result_ttl", "failure_ttl", "ttl"].map((key) => [`details.${key}`, job[key] == null ? null : lasting(job[key], "facts.for_ever")]);
  const limit = job.rate_limit && t("details.rate_limit_is", { key: job.rate_limit.key, n: job.rate_limit.concurrency });
  const position = job.queue_info?.position;
  return [
    ["details.func", job.func],
    ["details.type", job.type],
    ["details.description", job.description],
    ["details.position", position == null ? null : t("details.position_is", { n: position + 1, of: number(job.queue_info.queued) })],
    ...times,
    ...limits,
    ["details.group", job.group],
    ["details.rate_limit", limit],
  ].filter(([, text]) => text != null && text !== "");
}
