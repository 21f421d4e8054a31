/** What is wrong with queues and jobs, each with its measure. Pure: what is given in is judged, nothing is read. */
import { nameOf } from "../failures/causes.model.js";

/** Seconds. Whoever waits for a report looks again after five minutes; after half an hour somebody calls. */
export const WAITS_LONG = 300;
export const WAITS_TOO_LONG = 1_800;
/** A worker that is started anew listens again within a minute. */
export const UNHEARD = 60;
/** Of fewer runs than this a share of failures says nothing; one in ten is worth a look, every other one a call. */
export const ENOUGH_RUNS = 10;
export const FAILS_OFTEN = 0.1;
export const FAILS_MOSTLY = 0.5;
/** A queue fills when a fifth more comes than ends, and when that is more than a burst of a few jobs. */
export const FILLS_FACTOR = 1.2;
export const FILLS_BY = 20;

/** Seconds that the first job of a queue has waited, 0 where none waits. */
export const waited = ({ queued, oldest_enqueued_at: at }, now) => (queued && at != null ? Math.max(0, (now - at) / 1000) : 0);

const bad = (code, words = {}, link = null) => ({ level: "bad", code, words, link });
const warn = (code, words = {}, link = null) => ({ level: "warn", code, words, link });
const names = (list) => list.map(({ name }) => name);
const sum = (list, field) => list.reduce((total, one) => total + one[field], 0);

/** Jobs that no worker takes: nobody listens to their queue. */
function unheard(queues, totals, now) {
  const alone = queues.filter((queue) => queue.queued > 0 && !queue.workers);
  if (!alone.length) return [];
  const words = { n: sum(alone, "queued"), queues: names(alone) };
  const link = { page: "jobs", query: { queue: alone.length === 1 ? alone[0].name : "", status: "queued" } };
  if (!totals.workers) return [bad("no_worker", words, link)];
  const isLong = alone.some((queue) => waited(queue, now) >= UNHEARD);
  return [(isLong ? bad : warn)("nobody_listens", words, link)];
}

/** The queue with the longest wait among those that somebody serves. */
function slow(queues, now) {
  const served = queues.filter((queue) => queue.workers > 0 && waited(queue, now) >= WAITS_LONG);
  if (!served.length) return [];
  const [worst] = [...served].sort((a, b) => waited(b, now) - waited(a, now));
  const seconds = waited(worst, now);
  const link = { page: "jobs", query: { queue: worst.name, status: "queued" } };
  return [(seconds >= WAITS_TOO_LONG ? bad : warn)("waits", { queue: worst.name, seconds, n: worst.queued, others: served.length - 1 }, link)];
}

/** Queues into which more comes than ends, and that are not empty. */
function filling(flow, queues) {
  const fills = ({ name, recent }) => recent.arrived >= recent.ended * FILLS_FACTOR && recent.arrived - recent.ended >= FILLS_BY && (queues.find((queue) => queue.name === name)?.queued ?? 0) >= FILLS_BY;
  const window = flow?.windows.recent;
  if (!window || Math.min(window.covered_s, window.arrivals_s) < 60) return [];
  return flow.queues.filter(fills).map(({ name, recent }) => warn("fills", { queue: name, arrived: recent.arrived, ended: recent.ended, window_s: window.window_s }, { page: "jobs", query: { queue: name, status: "queued" } }));
}

function failing(figures) {
  const { count, of, window_s } = figures?.failed ?? {};
  if (!count || of < ENOUGH_RUNS || count / of < FAILS_OFTEN) return [];
  return [(count / of >= FAILS_MOSTLY ? bad : warn)("fails", { n: count, of, share: count / of, window_s }, { page: "failures", query: {} })];
}

/** Causes of failure that were not there before; muted ones are known. */
export const newCauses = (failures) => (failures?.groups ?? []).filter((group) => group.new && !group.muted);

function newlyFailing(failures) {
  const causes = newCauses(failures);
  if (!causes.length) return [];
  const functions = new Set(causes.flatMap((cause) => cause.functions ?? []).map(({ title, func }) => title || func));
  return [warn("new_causes", { n: causes.length, causes: causes.map(nameOf), functions: [...functions] }, { page: "failures", query: {} })];
}

/** Stuck work as its board counts it, without what lost workers ran, which is told with them; else the runs whose heartbeat is overdue. */
function stuck(board, queues) {
  const link = { page: "stuck", query: {} };
  if (board) {
    const n = sum(board.kinds.filter(({ kind }) => kind !== "lost_worker"), "count");
    return n ? [warn("stuck", { n }, link)] : [];
  }
  const stalled = sum(queues.map(({ stalled: n }) => ({ n: n ?? 0 })), "n");
  return stalled ? [warn("stalled", { n: stalled }, link)] : [];
}

function unscheduled(queues) {
  const waiting = queues.filter((queue) => queue.scheduled && !queue.scheduler);
  return waiting.length ? [bad("no_scheduler", { n: sum(waiting, "scheduled"), queues: names(waiting) }, { page: "schedule", query: {} })] : [];
}

/** Everything wrong with the work, in the order in which it matters. `now`: server time, ms. */
export function workWrongs({ totals, queues, figures, boards, now }) {
  return [
    ...unheard(queues, totals, now),
    ...slow(queues, now),
    ...failing(figures),
    ...unscheduled(queues),
    ...newlyFailing(boards.failures),
    ...filling(boards.flow, queues),
    ...stuck(boards.stuck, queues),
  ];
}
