/** Many workers: chosen, put together by host, and what can be reckoned of each. Pure. */
import { inOrder, isInTrouble } from "../workers.model.js";

/** Facets of state in their order; each with what it takes. */
export const STATES = ["lost", "no signal", "busy", "idle", "suspended", "started"];
/** Hosts of more workers than this together are closed at first: 60 rows are four screens. */
export const OPEN_MOST = 60;
/** Younger workers have done too little for a share to mean anything. */
const TELLING_S = 60;

/** The host of a worker that left none, as its group is called. */
export const NO_HOST = "";

const hostOf = (worker) => worker.hostname ?? NO_HOST;

/** Those that `wanted` {host, state, queue} asks for; what is left out asks for all. */
export const chosen = (workers, { host, state, queue }) =>
  workers.filter((worker) => (!host || hostOf(worker) === host) && (!state || worker.state === state) && (!queue || worker.queues.includes(queue)));

/** {state: how many}, in the order of STATES; what RQ may call it beside these comes last. */
export function countsByState(workers) {
  const counts = new Map(STATES.map((state) => [state, 0]));
  for (const { state } of workers) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].filter(([, n]) => n > 0);
}

export const hostsOf = (workers) => [...new Set(workers.map(hostOf))].sort();

export const queuesOf = (workers) => [...new Set(workers.flatMap((worker) => worker.queues))].sort();

/** Host by host: hosts in trouble first, then by name; a host keeps its place otherwise. */
export function inHostOrder(workers) {
  const troubled = new Set(workers.filter(isInTrouble).map(hostOf));
  const rank = (worker) => (troubled.has(hostOf(worker)) ? 0 : 1);
  const ordered = inOrder(workers);
  return ordered.sort((a, b) => rank(a) - rank(b) || (hostOf(a) === hostOf(b) ? 0 : hostOf(a) < hostOf(b) ? -1 : 1));
}

/** [{host, workers, counts, trouble}] of workers that stand host by host. */
export function byHost(workers) {
  const groups = new Map();
  for (const worker of workers) groups.set(hostOf(worker), [...(groups.get(hostOf(worker)) ?? []), worker]);
  return [...groups].map(([host, members]) => ({ host, workers: members, counts: countsByState(members), trouble: members.filter(isInTrouble).length }));
}

/** Seconds since it signed on, or null. */
export const uptime = ({ birth }, now) => (birth == null ? null : Math.max(0, (now - birth) / 1000));

/** The share of its life in which it ran jobs, the present one counted in; null where that cannot be told. */
export function utilisation(worker, now) {
  const up = uptime(worker, now);
  if (up == null || up < TELLING_S) return null;
  const present = isInTrouble(worker) ? 0 : worker.jobs.reduce((sum, job) => sum + Math.max(0, (now - (job.started_at ?? now)) / 1000), 0);
  return Math.min(1, (worker.working_time + present) / up);
}

/** Failed runs among those that ended, or null where none has. */
export function failureShare({ successful, failed }) {
  const ended = successful + failed;
  return ended ? failed / ended : null;
}

/** A worker that has signed on leaves its birth: without it, what is there was written after its hash had expired. */
export const isHalf = (worker) => worker.birth == null && !worker.note;

const major = (worker) => Number.parseInt(worker.version ?? "", 10);

/** {old: n, new: n} where workers of RQ before 3 and since 3 share an installation, else null. */
export function mixture(workers) {
  const alive = workers.filter((worker) => worker.state !== "lost" && Number.isInteger(major(worker)));
  const young = alive.filter((worker) => major(worker) >= 3).length;
  return young && young < alive.length ? { old: alive.length - young, young } : null;
}

/** The search for what a worker ran. */
export const searchFor = (name) => `worker:${/^[\w.-]+$/.test(name) ? name : `"${name.replaceAll('"', "")}"`}`;
