/** Everything that health is judged by, as the page knows it now. */
import { useBoard } from "../../board.js";
import { live, liveNow } from "../../liveness.js";
import { activity, figures, health, queues, totals, workers } from "../../store.js";
import { useWatch } from "../../watch.js";

/** Boards that a sound installation has; the other two belong to pages of their own. */
const NEEDED = ["redis", "processes", "flow"];

/**
 * Watches all of it while mounted.
 * @returns {{seen: object|null, boards: Record<string, object>, isComplete: boolean}} `seen` as verdict.model.js takes it,
 *   null before anything is known; `boards`: what useBoard gave, by name
 */
export function useSeen() {
  useWatch({ activity: true });
  const boards = { redis: useBoard("redis"), processes: useBoard("processes"), flow: useBoard("flow"), failures: useBoard("failures"), stuck: useBoard("stuck") };
  const values = Object.fromEntries(Object.entries(boards).map(([name, { value }]) => [name, value]));
  // What these rights do not reach is not waited for.
  const isComplete = NEEDED.every((name) => values[name] || boards[name].error?.code === "needs_all") && activity.value !== null;
  const seen = totals.value && {
    live: live.value, health: health.value, totals: totals.value, queues: queues.value, workers: workers.value, figures: figures.value, boards: values, now: liveNow.value,
  };
  return { seen, boards, isComplete };
}
