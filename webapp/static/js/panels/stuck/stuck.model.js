/** What the page of stuck work says of each kind, and of how far was looked. Pure. */
import { ticking } from "../../format.js";
import { has, t } from "../../i18n.js";
import { commandFor } from "../workers.model.js";

/** Kinds that a worker's start puts right, and whether it takes one with a scheduler. */
const WORKER_HELPS = { abandoned: false, ready: false, slots: false, intermediate: false, overdue: true };
/** The one deed of a row that helps with its kind. */
const DEEDS = { intermediate: "run_again", overdue: "run_now", deferred: "cancel", nowhere: "run_again" };

/** Commands that help with a kind: one for each queue that nobody serves, at most three. */
export function commands({ kind, queues }, server) {
  if (!(kind in WORKER_HELPS)) return [];
  const scheduler = WORKER_HELPS[kind];
  const unserved = queues.filter((queue) => (scheduler ? !queue.scheduler : !queue.workers));
  return [...new Set(unserved.map(({ queue }) => commandFor(server, queue, scheduler)))].slice(0, 3);
}

/** The name of the deed that a row of this kind offers; "" where none would help. */
export const deedOf = (kind, { job }) => (job.func || DEEDS[kind] !== "run_again" ? (DEEDS[kind] ?? "") : "");

/**
 * What helps with many of a kind at once: {verb, ids} of each way out, for the rows that are known.
 * @returns {{verb: string, ids: string[], isParent: boolean}[]}
 */
export function remedies({ kind, jobs }) {
  const own = jobs.filter((entry) => deedOf(kind, entry)).map(({ job }) => job.id);
  const parents = [...new Set(jobs.filter(requeuable).map(({ parent }) => parent.id))];
  return [{ verb: "requeue", ids: parents, isParent: true }, { verb: DEEDS[kind], ids: own, isParent: false }].filter(({ ids }) => ids.length > 1);
}

/** A failed or stopped parent can be requeued: the way out of those that wait for it. */
export const requeuable = ({ parent }) => parent !== null && (parent.status === "failed" || parent.status === "stopped");

export const countOf = ({ count, at_least: isLeast }) => t(isLeast ? "stuck.count.at_least" : "stuck.count", { n: count });

/** "for 4 min 2 s", since its heartbeat was due, its queue should have had it, or it was enqueued. */
export const spellOf = (since, now) => (since == null ? "" : t("stuck.for", { time: ticking((now - since) / 1000) }));

/** What is special about a row: its own words, or "". */
export function reasonOf({ reason, key }) {
  if (key) return t("stuck.slot", { key });
  return reason && has(`stuck.reason.${reason}`) ? t(`stuck.reason.${reason}`) : "";
}

/** How far was looked, in sentences. */
export function lookedAt(looked) {
  const [queues, workers] = [t("stuck.looked.queues", { n: looked.queues }), t("stuck.looked.workers", { n: looked.workers })];
  const said = [t("stuck.looked", { queues, workers })];
  if (looked.deferred_of) said.push(t("stuck.looked.deferred", { n: looked.deferred, of: looked.deferred_of }));
  if (looked.walks) said.push(t("stuck.looked.walks", { n: looked.walks }));
  else said.push(t("stuck.looked.keys", { n: looked.keys, of: looked.keys_of }));
  if (!looked.sure) said.push(t("stuck.unsure.text"));
  return said;
}
