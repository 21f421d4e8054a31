/** Which tabs a job has, and which is open at first. Pure. */

export const TABS = ["log", "arguments", "result", "attempts", "details"];

/** What somebody who opens this job came to see. */
export function firstTab(job) {
  if (job.status === "finished" && job.result != null) return "result";
  if ((job.status === "failed" || job.status === "stopped") && job.error) return "attempts";
  return job.log?.supported || job.log?.lines ? "log" : "arguments";
}

/** The tab that the address names, or else the first. */
export const openTab = (hash, job) => (TABS.includes(hash) ? hash : firstTab(job));
