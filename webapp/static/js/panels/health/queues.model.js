/** The queues as health sees them: how long the first job waits, what comes and what ends. Pure. */
import { waited } from "./work.model.js";

/** Queues that are told; a phone shows eight without scrolling. */
export const MOST = 12;

/** [{name, queued, workers, seconds, recent, hour}]: the longest wait first, then the busiest; queues where nothing is and was are left out. */
export function queueRows(queues, flow, now) {
  const flows = new Map((flow?.queues ?? []).map((one) => [one.name, one]));
  return queues
    .map((queue) => ({ name: queue.name, queued: queue.queued, workers: queue.workers, seconds: waited(queue, now), recent: flows.get(queue.name)?.recent ?? null, hour: flows.get(queue.name)?.hour ?? null }))
    .filter(({ queued, hour }) => queued > 0 || hour)
    .sort((a, b) => b.seconds - a.seconds || (b.hour?.ended ?? 0) - (a.hour?.ended ?? 0) || (a.name < b.name ? -1 : 1));
}
