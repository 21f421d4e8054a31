/** What a row of the job list says. Pure. */
import { duration, roughly, ticking } from "../format.js";
import { t } from "../i18n.js";

/** Lists that RQ keeps first-to-last: their pages go on, they do not grow older. */
const FORWARD = new Set(["queued", "scheduled", "deferred", "rate_limited", "ready_to_enqueue"]);

/** The words on the two links between pages. */
export const pagerWords = (status) =>
  FORWARD.has(status) ? { prev: t("jobs.previous"), next: t("jobs.next") } : { prev: t("jobs.newer"), next: t("jobs.older") };

/** How many jobs of a list are set aside, so that it does not show them: {held, parked}; null where none is. */
export function setAside(queue, status, { queues, totals }) {
  if (status && status !== "queued") return null;
  const own = queues.find(({ name }) => name === queue);
  const held = queue ? (own?.held?.jobs ?? 0) : (totals?.held ?? 0);
  const parked = queue ? (own?.paused?.parked ?? 0) : (totals?.parked ?? 0);
  return held || parked ? { held, parked } : null;
}

const TIMES = ["created_at", "enqueued_at", "started_at", "ended_at"];

/** The time that a list's order follows; "latest" is whichever came last. */
export function timeOf(row, field) {
  if (field !== "latest") return row[field] ?? null;
  const known = TIMES.map((name) => row[name]).filter((ms) => ms != null);
  return known.length ? Math.max(...known) : null;
}

/** "18 s left", "took 31 s", "waits 4 min 2 s", "in 3 min": the one duration that matters in this state. */
export function spell(row, now) {
  if (row.status === "started" && row.started_at != null) return t("jobs.for", { time: ticking((now - row.started_at) / 1000) });
  if (row.ended_at != null && row.started_at != null) return duration((row.ended_at - row.started_at) / 1000);
  if (row.status === "queued" && row.enqueued_at != null) return t("jobs.waits", { time: ticking((now - row.enqueued_at) / 1000) });
  if (row.run_at == null) return "";
  return row.run_at > now ? t("jobs.in", { time: roughly((row.run_at - now) / 1000) }) : t("jobs.overdue", { time: roughly((now - row.run_at) / 1000) });
}
