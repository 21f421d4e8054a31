/** What can be done to a queue, to how many jobs, and what is to be said of it. Pure. */
import { duration, moment, number } from "../../format.js";
import { t } from "../../i18n.js";

/** How many of a queue's workers skip it for certain while it is paused, in words; "" where it has none. `pausable`: their names. */
export function skipWords(queue, workers, pausable) {
  const listening = workers.filter((worker) => worker.state !== "lost" && worker.queues.includes(queue));
  if (!listening.length || !pausable) return "";
  const n = listening.filter(({ name }) => pausable.includes(name)).length;
  const which = n === listening.length ? "all" : n ? "some" : "none";
  return t(`deeds.skip.${which}`, { n: which === "some" ? n : listening.length, of: String(listening.length) });
}

/** For how long a queue is paused, or all workers suspended, in seconds; null: until somebody resumes. */
export const TIMES = [null, 300, 900, 3_600, 86_400];

export const timeLabel = (seconds) => (seconds == null ? t("deeds.no_end") : t("deeds.for", { time: duration(seconds) }));

/** Who did it where nobody logs in: then nobody is named. */
const ANYONE = "anyone";

/** `key` filled in with who did it and when. */
function deedWords(key, { by, at }, now, values) {
  const who = { ...values, time: moment(at, now) };
  return by == null || by === ANYONE ? t(`${key}.anyone`, who) : t(key, { ...who, by });
}

function heldWords(held, now) {
  const n = held.jobs;
  if (held.releasing) return t("deeds.told.releasing", { n });
  return held.by ? deedWords("deeds.told.held", held, now, { n }) : t("deeds.told.held_some", { n, time: moment(held.at, now) });
}

/** Sentences about what is set aside of a queue: [text, tone]. */
export function told(queue, now) {
  const { held, paused } = queue;
  const said = [];
  if (held) said.push([heldWords(held, now), ""]);
  if (!paused) return said;
  said.push([deedWords("deeds.told.paused", paused, now, { n: paused.parked }), ""]);
  if (paused.until != null) said.push([t("deeds.told.until", { time: moment(paused.until, now) }), ""]);
  if (!paused.kept) said.push([t("deeds.told.left"), "s-bad"]);
  if (paused.slipped) said.push([t("deeds.told.slipped", { n: paused.slipped }), "s-warn"]);
  if (paused.away_ms >= 1_000) said.push([t("deeds.told.away", { time: duration(paused.away_ms / 1000) }), "s-warn"]);
  return said;
}

/** {name, n, means, timed, danger, isOff, shows} of each deed; `n`: how many jobs it is about; isOff: not now; shows: leads to its jobs. */
export function deedsOf(queue) {
  const { queued, held, paused } = queue;
  const deeds = [];
  const add = (name, n, more = {}) => deeds.push({ name, n, means: t(`deeds.${name}.means`, { n }), timed: false, danger: false, isOff: false, shows: false, ...more });
  if (paused) add("resume", paused.parked);
  else add("pause", queued, { timed: true });
  if (held) add("release", held.jobs);
  if (queued) add("hold", queued);
  const waiting = queued + (held?.jobs ?? 0) + (paused?.parked ?? 0);
  if (waiting) add("empty", waiting, { danger: true });
  const kept = keptIn(queue);
  const hindered = hindrances(queue, kept);
  add("delete", 0, { danger: true, isOff: hindered.length > 0, shows: kept.length > 0, ...(hindered.length && { means: hindered.join(" ") }) });
  return deeds;
}

/** Lists of a queue, each with the word for what is in it. */
const LISTS = { queued: "queued", started: "started", scheduled: "scheduled", deferred: "deferred", failed: "failed", finished: "finished", canceled: "canceled", ready: "ready_to_enqueue" };

/** [how many, word] of each list that has a job. */
function keptIn({ held, ...queue }) {
  const listed = Object.entries(LISTS).map(([name, status]) => [queue[name], t(`job.status.${status}`).toLowerCase()]);
  return [...listed, [held?.jobs ?? 0, t("deeds.delete.held")]].filter(([n]) => n);
}

/** All that has to go before the queue may be deleted, and how: sentences. `kept`: see keptIn. */
function hindrances({ paused, started, canceled, workers }, kept) {
  const n = kept.reduce((sum, [count]) => sum + count, 0);
  return [
    paused && t("deeds.delete.paused"),
    n && t("deeds.delete.kept", { n, which: kept.map(([count, word]) => t("deeds.delete.some", { count: number(count), word })).join(", ") }),
    started && t("deeds.delete.runs"),
    canceled && t("deeds.delete.canceled"),
    workers && t("deeds.delete.listened", { n: workers }),
  ].filter(Boolean);
}

/** The same for all workers together. */
export function deedsOfAll({ suspended, idle }) {
  if (suspended) return [{ name: "resume_all", n: 0, means: t("deeds.resume_all.means"), timed: false, danger: false, isOff: false }];
  return [{ name: "suspend", n: idle, means: t("deeds.suspend.means", { n: idle }), timed: true, danger: false, isOff: false }];
}
