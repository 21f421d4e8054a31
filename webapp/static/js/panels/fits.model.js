/** Which deeds fit a job, where only its row is known: the server says so of an open one. Pure. */
import { isEditable } from "./job/edit.model.js";

const FITS = {
  created: ["cancel", "move", "run_again", "delete"],
  scheduled: ["run_now", "cancel", "to_front", "move", "run_again", "delete"],
  deferred: ["run_now", "cancel", "to_front", "move", "run_again", "delete"],
  rate_limited: ["cancel", "to_front", "move", "run_again", "delete"],
  ready_to_enqueue: ["run_now", "cancel", "run_again", "delete"],
  queued: ["cancel", "to_front", "move", "hold", "run_again", "delete"],
  started: ["stop"],
  finished: ["run_again", "move", "delete"],
  failed: ["requeue", "run_again", "move", "delete"],
  stopped: ["requeue", "run_again", "move", "delete"],
  canceled: ["run_again", "move", "delete"],
};
const TOLD_BY_STATUS = new Set(Object.values(FITS).flat());

/** Whether `name` fits `job`, a whole one or a row. What a status does not tell is left to the server, which refuses with the reason. */
export function fitsJob(name, job) {
  // Another call of the same function; and what is held is queued, as far as RQ knows.
  if (name === "edit") return job.actions ? job.actions.includes("run_again") && isEditable(job) : fitsJob("run_again", job);
  if (name === "release") return job.status === undefined || job.status === "queued";
  if (job.actions) return job.actions.includes(name);
  return job.status === undefined || !TOLD_BY_STATUS.has(name) || (FITS[job.status] ?? []).includes(name);
}
