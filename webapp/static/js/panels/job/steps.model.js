/** A job's life in steps, with what each took; where RQ does not keep the moment, it says so. Pure. */
import { duration, moment, NOTHING, roughly, ticking, time } from "../../format.js";
import { t } from "../../i18n.js";
import { untraced } from "./attempts.model.js";

/** Where a job stands before it runs, by status. */
const WAITING = new Set(["queued", "scheduled", "deferred", "rate_limited", "ready_to_enqueue"]);
const ENDED = new Set(["finished", "failed", "stopped", "canceled"]);
/** A job that is queued at once is queued within this: no state of its own before it. */
const AT_ONCE_S = 1;

const seconds = (from, to) => (from == null || to == null ? null : Math.max(0, (to - from) / 1000));

/** When its last run ended, or what came of it was written: of a stopped or abandoned run RQ keeps only the latter. */
function endOf(job) {
  const { status, started_at, ended_at, canceled_at, attempts } = job;
  if (status === "canceled") return canceled_at ?? null;
  if (ended_at != null && (started_at == null || ended_at >= started_at)) return ended_at;
  const last = attempts?.[0];
  return last && last.at >= (started_at ?? 0) ? (last.ended_at ?? last.at) : null;
}

/** Whether the times of the hash are those of a later run, or of a run that is over while the job waits again. */
const ranBefore = (job) => (job.attempts ?? []).some(({ at }) => at < (job.enqueued_at ?? 0)) || untraced(job) !== null;

/** For how many jobs it waits: also for those that who looks may not see, and that are not named. */
export const parents = (job) => Math.max(job.depends_on_total ?? 0, job.depends_on?.length ?? 0);

/** What came between the making of the job and its queue: RQ keeps how long, and not always why. */
function before(job, now) {
  const gap = seconds(job.created_at, job.enqueued_at);
  if (gap === null || gap < AT_ONCE_S || (WAITING.has(job.status) && job.status !== "queued")) return null;
  const isRepeated = ranBefore(job);
  const reason = isRepeated || job.retries_left != null || job.repeats_left != null ? null : parents(job) ? "deferred" : job.rate_limit ? "rate_limited" : null;
  const why = isRepeated ? t("steps.before.runs") : reason ? "" : t("steps.before.unknown");
  return { key: reason ?? "before", note: t("steps.took", { time: duration(gap) }), title: [moment(job.created_at, now), moment(job.enqueued_at, now)].join(" – ") + (why && `. ${why}`) };
}

function waiting(job, now) {
  const { status, enqueued_at, created_at, started_at, ended_at, run_at } = job;
  if (status === "scheduled" && run_at != null) {
    const left = (run_at - now) / 1000;
    return t(left >= 0 ? "steps.starts_in" : "steps.overdue", { time: roughly(Math.abs(left)), at: moment(run_at, now) });
  }
  if (status === "deferred") return t("steps.waits_for", { n: parents(job) });
  if (WAITING.has(status)) {
    const since = status === "queued" ? (enqueued_at ?? created_at) : Math.max(created_at ?? 0, ended_at ?? 0) || null;
    return t("steps.waits", { time: ticking(seconds(since, now)) });
  }
  const waited = seconds(enqueued_at, started_at ?? (status === "canceled" ? endOf(job) : null));
  return waited === null ? "" : t("steps.waited", { time: duration(waited) });
}

function running(job, now, placeName) {
  const { status, started_at, ended_at, worker } = job;
  if (WAITING.has(status)) return started_at == null || ended_at == null ? "" : t("steps.last_run", { time: duration(seconds(started_at, ended_at)) });
  const took = seconds(started_at, status === "started" ? now : endOf(job));
  if (took === null) return started_at == null && ENDED.has(status) ? t("steps.did_not_run") : "";
  const time = status === "started" ? ticking(took) : duration(took);
  return worker ? t("steps.on", { time, worker: placeName(worker) }) : time;
}

function ended(job, now) {
  if (ENDED.has(job.status)) return endOf(job) === null ? t("steps.not_kept") : moment(endOf(job), now);
  const left = job.status === "started" ? job.progress?.left : null;
  return left == null ? "" : t("steps.about", { time: time(now + left * 1000) });
}

/** How many steps are begun, of created, waiting, running and ended. */
function reached(job) {
  if (ENDED.has(job.status)) return 4;
  if (job.status === "started") return 3;
  return WAITING.has(job.status) ? 2 : 1;
}

const exactly = (ms, now) => (ms == null ? "" : `${moment(ms, now).replace(time(ms), "")}${time(ms, true)}`);

/**
 * @param {(worker: string) => string} placeName a worker's name as the page shows it
 * @returns {{fraction: number, steps: {key: string, note: string, title: string, begun: boolean}[]}} `key`: a status, for its word,
 *   or "before"; `title`: the moment itself
 */
export function stepsOf(job, now, zone, placeName) {
  const begun = reached(job);
  const steps = [
    { key: "created", note: job.created_at == null ? NOTHING : `${moment(job.created_at, now)} ${zone}`, title: exactly(job.created_at, now) },
    { key: WAITING.has(job.status) ? job.status : "queued", note: waiting(job, now), title: exactly(job.enqueued_at, now) },
    { key: "started", note: running(job, now, placeName), title: WAITING.has(job.status) ? "" : exactly(job.started_at, now) },
    { key: ENDED.has(job.status) ? job.status : "finished", note: ended(job, now), title: ENDED.has(job.status) ? exactly(endOf(job), now) : "" },
  ].map((step, n) => ({ ...step, begun: n < begun && (n !== 2 || (job.started_at != null && !WAITING.has(job.status))) }));
  const first = before(job, now);
  if (first) steps.splice(1, 0, { ...first, begun: true });
  return { fraction: (begun + (first ? 1 : 0)) / steps.length, steps };
}
