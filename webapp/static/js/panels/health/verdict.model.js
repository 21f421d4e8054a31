/** Is all well? Everything that is wrong, worst first, each with its next step. Pure: the measures stand beside each check. */
import { workerName } from "../../format.js";
import { mixture } from "../workers/fleet.model.js";
import { redisWrongs } from "./redis.model.js";
import { workWrongs } from "./work.model.js";

const bad = (code, words = {}, link = null) => ({ level: "bad", code, words, link });
const warn = (code, words = {}, link = null) => ({ level: "warn", code, words, link });

/** The way from Redis to this page: what it does not bring, nobody knows here. */
function wayWrongs({ live, health }) {
  if (health?.redis === "away") return [bad("redis_away", { address: health.address })];
  return live ? [] : [bad("not_live")];
}

/** A worker that died with a job is somebody's lost work; one that died idle is capacity. */
function workerWrongs(workers) {
  const lost = workers.filter(({ state }) => state === "lost");
  const busy = lost.filter(({ jobs, runs_on: runsOn }) => jobs.length > 0 && !runsOn);
  const link = { page: "workers", query: { state: "lost" } };
  const found = [];
  if (busy.length) found.push(bad("lost_busy", { n: busy.length, names: busy.map(workerName) }, link));
  const others = lost.filter((worker) => !busy.includes(worker));
  if (others.length) found.push(warn("lost", { n: others.length, names: others.map(workerName) }, link));
  const mixed = mixture(workers);
  if (mixed) found.push(warn("mixed", mixed, { page: "workers", query: {} }));
  return found;
}

function processWrongs(processes, isFull) {
  if (!processes) return [];
  const link = { page: "workers", query: {} };
  const cron = processes.cron.filter(({ state }) => state === "lost");
  const found = [];
  if (cron.length) found.push(bad("cron_lost", { n: cron.length, names: cron.map(({ host, name }) => host || name) }, link));
  if (processes.unlisted?.length) found.push(warn("unlisted", { n: processes.unlisted.length }, link));
  if (isFull) found.push(warn("nearly_full", {}, link));
  else if (processes.operations.state !== "alive") found.push(warn("not_recorded", {}, link));
  return found;
}

/** Paused queues of which new jobs start, since no operations process keeps the pause. */
function pauseWrongs(queues) {
  const left = queues.filter(({ paused }) => paused && !paused.kept);
  return left.length ? [bad("pause_left", { n: left.length, names: left.map(({ name }) => name) }, { page: "overview", query: {} })] : [];
}

/**
 * All that is wrong, worst first.
 * @param {{live: boolean, health: object|null, totals: object, queues: object[], workers: object[], figures: object|null,
 *   boards: {redis, processes, flow, failures, stuck}, now: number}} seen what the page knows; a board that is not known is null
 * @returns {{level: "bad"|"warn", code: string, words: object, link: {page, query}|null}[]}
 */
export function wrongs(seen) {
  const found = [
    ...wayWrongs(seen),
    ...redisWrongs(seen.boards.redis),
    ...(seen.totals.suspended ? [warn("suspended", { n: seen.totals.queued })] : []),
    ...pauseWrongs(seen.queues),
    ...workerWrongs(seen.workers),
    ...workWrongs(seen),
    ...processWrongs(seen.boards.processes, Boolean(seen.health?.memory)),
  ];
  return [...found.filter(({ level }) => level === "bad"), ...found.filter(({ level }) => level === "warn")];
}

/** The traffic light: bad, warn, ok; "unknown" while what is needed for "all is well" has not come. */
export function light(found, isComplete) {
  if (found.some(({ level }) => level === "bad")) return "bad";
  if (found.length) return "warn";
  return isComplete ? "ok" : "unknown";
}
