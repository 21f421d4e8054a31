/** A job's life in four steps, with what each took. Pure. */
import { duration, moment, NOTHING, roughly, ticking, time } from "../../format.js";
import { t } from "../../i18n.js";

/** Where a job stands before it runs, by status. */
const WAITING = new Set(["queued", "scheduled", "deferred", "rate_limited", "ready_to_enqueue"]);
const ENDED = new Set(["finished", "failed", "stopped", "canceled"]);

const seconds = (from, to) => (from == null || to == null ? null : Math.max(0, (to - from) / 1000));

function waiting(job, now) {
  const { status, enqueued_at, created_at, started_at, run_at } = job;
  if (status === "scheduled" && run_at != null) {
    const left = (run_at - now) / 1000;
    return t(left >= 0 ? "steps.starts_in" : "steps.overdue", { time: roughly(Math.abs(left)), at: moment(run_at, now) });
  }
  if (status === "deferred") return t("steps.waits_for", { n: job.depends_on?.length ?? 0 });
  if (WAITING.has(status)) return t("steps.waits", { time: ticking(seconds(enqueued_at ?? created_at, now)) });
  const waited = seconds(enqueued_at, started_at);
  return waited === null ? "" : t("steps.waited", { time: duration(waited) });
}

function running(job, now, placeName) {
  const { status, started_at, ended_at, worker } = job;
  const took = seconds(started_at, status === "started" ? now : ended_at);
  if (took === null) return "";
  const time = status === "started" ? ticking(took) : duration(took);
  return worker ? t("steps.on", { time, worker: placeName(worker) }) : time;
}

function ended(job, now) {
  if (ENDED.has(job.status)) return job.ended_at == null ? "" : moment(job.ended_at, now);
  const left = job.status === "started" ? job.progress?.left : null;
  return left == null ? "" : t("steps.about", { time: time(now + left * 1000) });
}

/** How many of the four steps are begun. */
function reached(job) {
  if (ENDED.has(job.status)) return 4;
  if (job.status === "started") return 3;
  return WAITING.has(job.status) ? 2 : 1;
}

/**
 * @param {(worker: string) => string} placeName a worker's name as the page shows it
 * @returns {{fraction: number, steps: {key: string, note: string, begun: boolean}[]}} `key`: a status, for its word
 */
export function stepsOf(job, now, zone, placeName) {
  const begun = reached(job);
  const created = job.created_at == null ? NOTHING : `${moment(job.created_at, now)}`;
  const steps = [
    { key: "created", note: job.created_at == null ? created : `${created} ${zone}` },
    { key: WAITING.has(job.status) ? job.status : "queued", note: waiting(job, now) },
    { key: "started", note: running(job, now, placeName) },
    { key: ENDED.has(job.status) ? job.status : "finished", note: ended(job, now) },
  ];
  return { fraction: begun / steps.length, steps: steps.map((step, n) => ({ ...step, begun: n < begun && (n !== 2 || job.started_at != null) })) };
}
