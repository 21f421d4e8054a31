/** What is said of a cron job: how often, when next, how it ran, and what is wrong. Pure. */
import { duration, NOTHING, roughly, ticking, time } from "../../format.js";
import { has, t } from "../../i18n.js";
import { dueWords } from "./schedule.model.js";

/** A name that nobody carries has failed to run once it is so many times later than it used to be. */
const HABIT_TIMES = 2;

/** "every 5 min", "0 3 * * *", or what its history tells of one that nobody carries. */
export function cadence({ interval, cron, about_every: habit }) {
  if (interval) return t("schedule.every", { time: duration(interval) });
  if (cron) return cron;
  return habit == null ? NOTHING : t("schedule.about_every", { time: roughly(habit) });
}

const since = (at, now) => ticking((now - at) / 1000);

/** {text, tone} of the column "next run". */
export function nextWords(job, now) {
  if (job.state === "missed") return { text: t("schedule.cron.missed", { time: since(job.next_at, now) }), tone: "s-bad" };
  if (job.state === "silent") return { text: t("schedule.cron.silent"), tone: "s-warn" };
  if (job.state === "starting") return { text: t("schedule.cron.starting"), tone: "" };
  if (job.state === "gone") return { text: t("schedule.cron.gone"), tone: "s-warn" };
  return { text: dueWords(job.next_at, now).text, tone: "" };
}

/** [text, tone] of each thing to know about it. */
export function remarksOf(job, now) {
  const found = [];
  if (job.doubled > 1) found.push([t("schedule.cron.doubled", { n: job.doubled }), "s-bad"]);
  if (job.heard_at != null && ["missed", "silent"].includes(job.state)) found.push([t("schedule.cron.heard", { time: since(job.heard_at, now) }), "s-warn"]);
  if (job.state === "gone" && job.about_every && now - job.last_at > HABIT_TIMES * job.about_every * 1000) {
    found.push([t("schedule.cron.late", { time: since(job.last_at, now) }), "s-warn"]);
  }
  if (job.left_out > 0) found.push([t("schedule.cron.left_out", { n: job.left_out }), "s-warn"]);
  if (job.overlaps) found.push([t("schedule.cron.overlaps"), "s-warn"]);
  return found;
}

const statusWord = (status) => (has(`job.status.${status}`) ? t(`job.status.${status}`) : status);

/** Its runs as small marks, oldest first: {id, tone, words}. */
export const marks = (runs) =>
  [...runs].reverse().map(({ id, at, status, seconds }) => {
    const word = status === null ? t("schedule.run.gone") : statusWord(status);
    const parts = [time(at), word, seconds == null ? "" : duration(seconds)];
    return { id, tone: status === null ? "gone" : `s-${status}`, words: parts.filter(Boolean).join(" · ") };
  });

/** The same in a sentence, for those who do not see marks: "Of 20 runs: 18 Finished, 2 Failed". */
export function runsSentence(runs) {
  if (!runs.length) return "";
  const counts = new Map();
  for (const { status } of runs) {
    const word = status === null ? t("schedule.run.gone") : statusWord(status);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return t("schedule.runs.sentence", { n: runs.length, parts: [...counts].map(([word, n]) => `${n} ${word}`).join(", ") });
}
