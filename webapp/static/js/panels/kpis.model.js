/** The five figures of the Overview, each with its window. Pure. */
import { hourMinute, NOTHING, number, percent, roughly, ticking } from "../format.js";
import { t } from "../i18n.js";

/** "last 5 min", or "since 14:02" while less than that was recorded. */
function windowOf({ window_s, covered_s }, now) {
  if (covered_s < window_s) return t("kpi.since", { time: hourMinute(now - covered_s * 1000) });
  return t("kpi.last", { time: roughly(window_s) });
}

/** `isFull`: nothing is recorded since Redis is nearly full, see the `memory` of its health. */
const unrecorded = ({ recording, isFull }) => ({ value: NOTHING, note: t(recording ? "kpi.soon" : isFull ? "kpi.nearly_full" : "kpi.not_recorded"), empty: true });

function queued(totals, now) {
  const oldest = totals.oldest_enqueued_at;
  const note = totals.queued && oldest != null ? t("kpi.queued.oldest", { time: ticking((now - oldest) / 1000) }) : t("kpi.queued.none");
  return { key: "queued", value: number(totals.queued), note };
}

function started(totals) {
  const workers = totals.workers;
  const note = workers ? t("kpi.started.on", { workers: t("kpi.workers", { n: workers }), n: totals.idle }) : t("kpi.started.nobody");
  return { key: "started", value: number(totals.started), note, tone: totals.started ? "running" : "" };
}

function finished(figures, now) {
  const { per_minute, covered_s } = figures.finished;
  if (per_minute == null || !covered_s) return { key: "finished", ...unrecorded(figures) };
  const rate = (n) => number(n, n < 10 ? 1 : 0);
  const arrive = figures.arrived?.per_minute;
  const note = [windowOf(figures.finished, now), arrive != null && t("kpi.finished.arrive", { rate: rate(arrive) })];
  return { key: "finished", value: rate(per_minute), note: note.filter(Boolean).join(" · ") };
}

function failed(figures, now) {
  const { count, of, window_s, covered_s } = figures.failed;
  const whole = t(`kpi.failed.${window_s === 3600 ? "hour" : "window"}`, { time: roughly(window_s) });
  const recorded = count != null && covered_s > 0;
  const label = t("kpi.failed", { window: recorded && covered_s < window_s ? windowOf(figures.failed, now) : whole });
  if (!recorded) return { key: "failed", label, ...unrecorded(figures) };
  const note = of ? t("kpi.failed.share", { percent: percent(count / of), n: of }) : t("kpi.failed.none");
  return { key: "failed", label, value: number(count), note, tone: count ? "failed" : "" };
}

/** When a job sent now would start, on one queue. */
function startsIn({ seconds, why }) {
  if (why === "no worker") return t("kpi.start.no_worker");
  if (seconds == null) return t("kpi.start.unknown");
  return seconds < 1 ? t("kpi.start.at_once") : t("kpi.start.about", { time: roughly(seconds) });
}

function starts(figures) {
  const [first, ...others] = figures.start_in ?? [];
  if (!first) return { key: "start", value: NOTHING, note: t("kpi.start.no_queue"), empty: true };
  const known = first.why !== "no worker" && first.seconds != null;
  // Where nothing is known of the first, the reason takes the room.
  const second = known && others[0] ? t("kpi.start.other", { queue: others[0].queue, time: startsIn(others[0]) }) : "";
  const reason = known ? "" : startsIn(first);
  return {
    key: "start",
    value: known ? startsIn(first) : NOTHING,
    note: [first.queue + (reason ? `: ${reason}` : ""), second].filter(Boolean).join(" · "),
    empty: !known,
  };
}

/**
 * The figures in their order: {key, label?, value, note, tone?, empty?}; value null where nothing has come yet.
 * `now`: server time, ms.
 */
export function kpis(totals, figures, now) {
  const waiting = (key) => ({ key, value: null, note: "" });
  return [
    totals ? queued(totals, now) : waiting("queued"),
    totals ? started(totals) : waiting("started"),
    figures ? finished(figures, now) : waiting("finished"),
    figures ? failed(figures, now) : waiting("failed"),
    figures ? starts(figures) : waiting("start"),
  ];
}
