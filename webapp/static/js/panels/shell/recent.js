/** Remembers in this browser which jobs were opened last: the palette leads back to them. */
import { useEffect } from "preact/hooks";
import { readList, withJob } from "../../kept.model.js";
import { route } from "../../router.js";
import { jobs } from "../../store.js";

const KEY = "rqlive.opened";
const MOST = 8;

export function recentJobs() {
  try {
    return readList(localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

function remember(job) {
  try {
    localStorage.setItem(KEY, JSON.stringify(withJob(recentJobs(), job, MOST)));
  } catch {
    document.documentElement.dataset.storage = "blocked";
  }
}

/** Keeps the list up to date while mounted. */
export function useRecent() {
  const id = route.value.job;
  const job = id && jobs.value[id]?.value;
  useEffect(() => {
    if (job) remember(job);
  }, [job?.id, job?.title]);
}
