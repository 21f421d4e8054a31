/** The facts of two runs beside each other: [key, of the failed run, of the good one, whether they differ]. Pure. */
import { duration, moment, NOTHING, number } from "../../format.js";
import { t } from "../../i18n.js";

/** RQ's own, where a job names none. */
const TIMEOUT_S = 180;

function timeout(seconds) {
  if (seconds == null) return t("failures.fact.default", { time: duration(TIMEOUT_S) });
  return seconds < 0 ? t("failures.fact.no_limit") : duration(seconds);
}

/** Of a worker that has left, RQ keeps nothing. */
const ofWorker = (name) => (side) => side[name] ?? (side.worker ? t("failures.fact.left") : NOTHING);

const WORDS = {
  at: (side, now) => moment(side.at, now),
  queue: (side) => side.queue ?? NOTHING,
  worker: (side) => side.worker ?? NOTHING,
  host: ofWorker("host"),
  rq: ofWorker("rq"),
  python: ofWorker("python"),
  wait: (side) => duration(side.wait),
  run: (side) => duration(side.run),
  timeout: (side) => timeout(side.timeout),
  retries_left: (side) => (side.retries_left == null ? t("failures.fact.no_retries") : number(side.retries_left)),
  attempts_kept: (side) => number(side.attempts_kept),
};

/** These differ between any two runs: that alone says nothing. */
const ALWAYS_OTHER = new Set(["at", "wait", "run"]);

export function facts(failed, good, now) {
  return Object.entries(WORDS).map(([key, wordOf]) => {
    const [left, right] = [wordOf(failed, now), good ? wordOf(good, now) : NOTHING];
    return { key, failed: left, good: right, differs: Boolean(good) && !ALWAYS_OTHER.has(key) && left !== right };
  });
}
