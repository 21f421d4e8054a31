/** Requests about workers: they come with the page of workers, and spare the first screen their weight. */
import { request } from "./api.js";

/** A command to a worker; what no worker heard is refused. */
const workerPath = (name) => `/api/workers/${encodeURIComponent(name)}`;
export const shutDown = (name) => request("POST", `${workerPath(name)}/shutdown`, { body: {} });
/** `job`: what the button was drawn for; refused if the worker runs another by now. */
export const killRun = (name, job) => request("POST", `${workerPath(name)}/kill`, { body: { job } });
export const shutDownWorkers = (names) => request("POST", "/api/workers/shutdown", { body: { names } });
export const addWorkers = (queues, count) => request("POST", "/api/workers", { body: { queues, count } });
/** `how`: "end" after its job, or "kill". */
export const endAdded = (id, how) => request("POST", `/api/added-workers/${encodeURIComponent(id)}/${how}`, { body: {} });
