/** What can be done to workers from the page, and the command that does it elsewhere. Pure. */

/** A run that goes on so long after its kill or stop was heard: its worker has no work-horse. */
export const IGNORED_MS = 5_000;

/** As the server takes them, see webapp/added_workers.py. */
const QUEUE = /^[^\s,\x00-\x1f\x7f-][^\s,\x00-\x1f\x7f]{0,99}$/;
const QUEUES_MOST = 20;

/** Names typed with spaces or commas between them. */
export const queuesIn = (text) => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

export const areQueues = (queues) => queues.length > 0 && queues.length <= QUEUES_MOST && queues.every((name) => QUEUE.test(name));

/** One word of a shell, whatever is in it. */
export const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);

/** The command for any machine, on these queues. */
export function commandOn(server, queues) {
  const own = (server?.queues ?? []).map(quoted).join(" ");
  const command = server?.remote_command ?? "rq worker";
  const start = own && command.endsWith(` ${own}`) ? command.slice(0, -own.length - 1) : command;
  return [start, ...queues.map(quoted)].join(" ");
}

/** Whether other machines cannot reach a Redis of this address: it is of this machine alone. */
export const isLocal = (address) => /^(\/|localhost(?![\w.-])|127\.|\[::1\])/.test(address ?? "");

/** The deeds that make sense for `worker`, in the order of their buttons: [{name, job?}]. A lost one hears nothing. */
export function deedsFor({ state, jobs, leaving }) {
  if (state === "lost") return [];
  const ofJobs = jobs.flatMap((job) => [{ name: "stop", job }, { name: "kill", job }]);
  return [...(leaving == null ? [{ name: "shut_down" }] : []), ...ofJobs];
}

/** Those of the selected names that can still be shut down, of the workers as they are now. */
export const stillThere = (selected, workers) => workers.filter((worker) => selected.has(worker.name) && deedsFor(worker).some(({ name }) => name === "shut_down"));

/** Whether `job`, of which a run was to be ended, is still in that same run under the worker `name`. */
export function goesOn(workers, name, job) {
  const worker = workers.find((one) => one.name === name);
  return Boolean(worker?.jobs.some((one) => one.id === job.id && one.started_at === job.started_at));
}

/** {heard, refused: [{name, error}]} of the answer for several. */
export function sumUp(outcomes) {
  return { heard: outcomes.filter(({ heard }) => heard > 0).length, refused: outcomes.filter(({ error }) => error) };
}

/** How an added worker ended last: "exit code 1", "signal 9"; as [key, values], or null. */
export function endedWith({ code }) {
  if (code == null || code === 0) return null;
  return code < 0 ? ["acting.signal", { n: String(-code) }] : ["acting.code", { n: String(code) }];
}

const TONES = { asked: "s-queued", running: "s-ok", ending: "s-warn", killing: "s-warn", waiting: "s-bad", failed: "s-bad", ended: "s-canceled" };

/** The class that colours its dot; of one whose program is gone nothing is sure. */
export const addedTone = ({ state, alive }) => (alive ? (TONES[state] ?? "s-warn") : "s-warn");

/** "end", "kill" or null: what its button does next. */
export function nextEnd({ state, alive }) {
  if (!alive) return null;
  if (state === "running" || state === "waiting" || state === "asked") return "end";
  return state === "ending" ? "kill" : null;
}
