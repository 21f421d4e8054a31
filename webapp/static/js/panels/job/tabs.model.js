/** Which tabs a job has, and which is open at first. Pure. */
import { parents } from "./steps.model.js";

const TABS = ["log", "arguments", "result", "attempts", "graph", "notes", "details"];

/** How many jobs it waits for, and wait for it. */
export const relatives = (job) => parents(job) + (job.dependents_total ?? 0);

/** The tabs of this job. RQ forgets dependents when a job has finished: `hadGraph` keeps their tab while it is looked at. */
export const tabsOf = (job, hadGraph = false) => TABS.filter((name) => name !== "graph" || hadGraph || relatives(job) > 0);

/** What somebody who opens this job came to see. */
export function firstTab(job) {
  if (job.status === "finished" && job.result != null) return "result";
  if ((job.status === "failed" || job.status === "stopped") && job.error) return "attempts";
  if (job.status === "deferred" && relatives(job)) return "graph";
  return job.log?.supported || job.log?.lines ? "log" : "arguments";
}

/** The tab that the address names, or else the first. */
export const openTab = (hash, job) => (tabsOf(job).includes(hash) ? hash : firstTab(job));
