/** What the schedule says of a job to come, and of the queues that nobody serves. Pure. */
import { duration, NOTHING, ticking } from "../../format.js";
import { t } from "../../i18n.js";

/** RQ's scheduler looks once a second: what is later than this is late. */
const LATE_MS = 5_000;

/** {text, late}: "in 4 min 2 s", "due now", "overdue for 3 min". */
export function dueWords(at, now) {
  if (at == null) return { text: NOTHING, late: false };
  if (at - now >= 1_000) return { text: t("schedule.in", { time: ticking((at - now) / 1000) }), late: false };
  if (now - at <= LATE_MS) return { text: t("schedule.now"), late: false };
  return { text: t("schedule.overdue_for", { time: ticking((now - at) / 1000) }), late: true };
}

function repeatWords({ repeats_left: left, repeat_every: every }) {
  if (left == null) return "";
  if (left <= 0) return t("schedule.repeat.last");
  return every ? t("schedule.repeat.every", { n: left, time: duration(every) }) : t("schedule.repeat", { n: left });
}

function retryWords({ retries_left: left, repeats_left: repeats, ran_before: ran }) {
  if (left == null) return "";
  // A repeat runs again because it succeeded: only what never repeats is surely here because it failed.
  if (ran && repeats == null) return t("schedule.retry", { n: left });
  return left > 0 ? t("schedule.retries", { n: left }) : "";
}

/** What becomes of the job after this run, and why it is scheduled: at most two short sentences. */
export const planWords = (plan) => [repeatWords(plan), retryWords(plan)].filter(Boolean);

/** "web-a:4121": where a scheduler runs; the name in its lock where no more is known. */
export const placeOf = ({ host, pid, name }) => (host ? `${host}:${pid ?? "?"}` : name);

/** The queues whose scheduled jobs nobody starts: no scheduler, or one without a sign of life. */
export const unserved = (queues) => queues.filter(({ scheduler }) => !scheduler || scheduler.silent_since != null);
