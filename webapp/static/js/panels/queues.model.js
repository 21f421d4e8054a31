/** Queues in order, and what needs a word about them. Pure. */
import { t } from "../i18n.js";

/** The columns of numbers: which statuses each links to. */
export const COLUMNS = [
  { key: "queued", status: "queued" },
  { key: "started", status: "started", tone: "running" },
  { key: "scheduled", status: "scheduled" },
  { key: "deferred", status: "deferred" },
  { key: "failed", status: "failed", tone: "failed" },
  { key: "finished", status: "finished" },
];

/** As the workers' command names them, then by name: a queue keeps its place whatever happens in it. */
export function inOrder(queues, preferred = []) {
  const rank = (queue) => (preferred.includes(queue.name) ? preferred.indexOf(queue.name) : preferred.length);
  return [...queues].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** [text, tone] of everything about a queue that no column says. */
export function remarks(queue) {
  const said = [];
  if (!queue.workers && (queue.queued || queue.started)) said.push([t("queues.no_worker"), "s-warn"]);
  if (queue.paused) said.push([t(queue.paused.kept ? "queues.paused" : "queues.paused.left", { n: queue.paused.parked }), "s-warn"]);
  if (queue.held) said.push([t("queues.held", { n: queue.held.jobs }), "s-deferred"]);
  if (queue.stalled) said.push([t("queues.stalled", { n: queue.stalled }), "s-bad"]);
  if (queue.scheduled && !queue.scheduler) said.push([t("queues.no_scheduler"), "s-warn"]);
  if (queue.rate_limited) said.push([t("queues.rate_limited", { n: queue.rate_limited }), "s-rate_limited"]);
  if (queue.ready) said.push([t("queues.ready", { n: queue.ready }), "s-ready_to_enqueue"]);
  return said;
}
