/** Workers in order and in words. Pure. */

/** Rows before "show all". */
export const MOST = 12;

const RANK = { lost: 0, "no signal": 1, busy: 2, started: 3, suspended: 4, idle: 5 };
const TONES = { busy: "s-started", idle: "s-ok", started: "s-ok", suspended: "s-warn", "no signal": "s-warn", lost: "s-bad" };

/** In trouble first, then busy, then idle; within these by name, so that a row keeps its place. */
export const inOrder = (workers) =>
  [...workers].sort((a, b) => (RANK[a.state] ?? 6) - (RANK[b.state] ?? 6) || (a.hostname ?? "").localeCompare(b.hostname ?? "") || (a.pid ?? 0) - (b.pid ?? 0) || (a.name < b.name ? -1 : 1));

/** The class that colours its dot. */
export const tone = (worker) => TONES[worker.state] ?? "s-warn";

/** Lost or silent: whether it works cannot be told from here. */
export const isInTrouble = (worker) => worker.state === "lost" || worker.state === "no signal";

/** A title in little space: of a dotted name its last part. */
export const shortTitle = (title) => (/^[\w.]+\.\w+$/.test(title) ? title.slice(title.lastIndexOf(".") + 1) : title);

/** Those that take jobs from `queue`. */
export const listeningTo = (workers, queue) => workers.filter((worker) => worker.state !== "lost" && worker.queues.includes(queue));

/** The pasteable command of the page, for one `queue`, with a scheduler where one is needed. */
export function commandFor(server, queue, scheduler) {
  const command = server?.worker_command ?? "rq worker";
  const queues = (server?.queues ?? []).join(" ");
  const listens = !queue || (server?.queues ?? []).includes(queue);
  const named = listens || !command.endsWith(queues) ? command : command.slice(0, command.length - queues.length) + queue;
  return scheduler && !named.includes("--with-scheduler") ? `${named} --with-scheduler` : named;
}
