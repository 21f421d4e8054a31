/** Which deeds fit a job, where only its row is known: the server says so of an open one. Pure. */

const WAITS = ["created", "scheduled", "deferred", "rate_limited", "ready_to_enqueue", "queued"];
const ENDED = ["finished", "failed", "stopped", "canceled"];

const STATUSES = {
  stop: ["started"],
  cancel: WAITS,
  requeue: ["failed", "stopped"],
  run_now: ["scheduled"],
  run_again: [...WAITS, ...ENDED],
  delete: [...WAITS, ...ENDED],
};

/** Whether `name` fits `job`, a whole one or a row. What is not known here is left to the server, which refuses with the reason. */
export function fitsJob(name, job) {
  if (job.actions) return job.actions.includes(name);
  return job.status === undefined || !STATUSES[name] || STATUSES[name].includes(job.status);
}
