/** What happened to a lost worker, and what RQ will do about it and when, in sentences. Pure. */
import { listed, ticking, time } from "../../format.js";
import { t } from "../../i18n.js";
import { shortTitle } from "../workers.model.js";

/** What is known of its end. `now`: server time, ms. */
export function happened({ since, runs_on, jobs }, now) {
  const silence = since == null ? t("workers.fate.found") : t("workers.fate.silent", { time: ticking((now - since) / 1000) });
  if (runs_on) return `${silence} ${t("workers.fate.runs_on")}`;
  return jobs.length ? `${silence} ${t("workers.fate.ran", { n: jobs.length })}` : silence;
}

function who({ queue, listeners }) {
  if (!queue) return "";
  return listeners ? t("workers.fate.who", { queue, n: listeners }) : t("workers.fate.nobody", { queue });
}

/** What becomes of one job that it ran. */
export function fateOf(job, now) {
  const title = shortTitle(job.title ?? job.id);
  const outcome = job.retries > 0 ? t("workers.fate.again", { title, n: job.retries }) : t("workers.fate.fails", { title });
  const left = job.deadline == null ? null : (job.deadline - now) / 1000;
  const when = left != null && left > 0 ? t("workers.fate.when", { time: time(job.deadline), left: ticking(left) }) : t("workers.fate.due");
  return [outcome, when, who(job)].filter(Boolean).join(" ");
}

/**
 * Everything that RQ will do about `worker`, a sentence or two each.
 * @param {object} worker
 * @param {{forgotten_at: number|null, unserved: string[], jobs: object[]}|undefined} end what the board `processes` tells of it
 */
export function fates(worker, end, now) {
  if (!end) return [];
  const told = worker.runs_on ? [t("workers.fate.goes_on")] : end.jobs.map((job) => fateOf(job, now));
  if (end.forgotten_at != null && end.forgotten_at > now) told.push(t("workers.fate.forgotten", { time: time(end.forgotten_at) }));
  const said = new Set(end.jobs.map(({ queue }) => queue));
  const unserved = worker.runs_on ? end.unserved : end.unserved.filter((queue) => !said.has(queue));
  if (unserved.length) told.push(t("workers.fate.unserved", { queues: listed(unserved) }));
  return told;
}
