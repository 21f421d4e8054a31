/** Why a job does not run, and the way out: one sentence each, from the code and figures of the board `why`. Pure. */
import { duration, moment, roughly } from "../../format.js";
import { has, t } from "../../i18n.js";
import { commandFor } from "../workers.model.js";

/** Codes that are told while something is under way: no fault, and nothing to do. */
const CALM = new Set(["taking", "starting", "next", "behind", "other_queues", "far_behind", "due", "ready", "waits_for", "slot_soon", "slots_held", "stopped", "stopped_by", "canceled", "canceled_by", "created"]);

/** The way out of each code: a text of `why.way`, and which command goes with it. */
const WAYS = {
  held: "release", parked: "resume_queue", parked_left: "resume_queue", created: "enqueue", suspended: "resume", no_worker: "worker", workers_lost: "worker", no_signal: "worker", slots_wait: "worker",
  no_scheduler: "scheduler", overdue_no_scheduler: "scheduler", overdue: "scheduler_hangs", stuck_intermediate: "intermediate",
  in_no_list: "lost_copy", ready_left_over: "maintenance", slots_dead: "maintenance", slot_free: "maintenance", slot_circle: "maintenance",
  started_nowhere: "by_hand", lost: "lost", runs_on: "runs_on", silent: "silent", gone_parents: "copy", parents_met: "copy", forgotten: "copy",
  circle: "circle", failed: "requeue_self", stopped: "requeue_stopped", stopped_by: "requeue_stopped",
};

/** The name of whoever acts where nobody logs in: no name to begin a sentence with. */
const ANYONE = "anyone";

/** The command that lets suspended workers go on, made of the one that starts a worker. */
export function resumeCommand(server) {
  const command = server?.worker_command ?? "rq worker";
  return command.replace(/ worker((?: -u \S+)?)(?: .*)?$/, " resume$1");
}

const at = (ms, now) => (ms == null ? "?" : moment(ms, now));

function key({ code, figures }) {
  if (code === "suspended" && figures.left_ms != null) return "why.suspended_for";
  if (code === "due" && figures.after) return `why.due.${figures.after}`;
  if ((code === "circle" || code === "slot_circle") && figures.n === 1) return `why.${code}.self`;
  // Jobs of a queue that are held one by one are held by several people.
  if (code === "held" && figures.by == null) return "why.held.some";
  if ((figures.by ?? figures.actor) === ANYONE) return `why.${code}.anyone`;
  return `why.${code}`;
}

/** The number that chooses the form of the sentence. */
const COUNTED = { behind: "ahead", other_queues: "ahead", far_behind: "ahead", slots_held: "slots" };

function sentence(value, now, { place, statusName }) {
  const { code, figures } = value;
  const words = { ...figures, by: figures.by ?? "?", n: figures[COUNTED[code] ?? "n"], status: statusName(value.status), at: at(figures.at, now) };
  // The queue of a job that who looks may not see.
  if (figures.queue === null) words.queue = "?";
  if (figures.worker !== undefined) words.worker = figures.worker ? place(figures.worker) : "?";
  if (figures.at != null) words.time = roughly(Math.abs(now - figures.at) / 1000);
  if (figures.left_ms != null) words.time = duration(figures.left_ms / 1000);
  return t(key(value), words);
}

/** What is to be said beside the reason. */
function more({ code, figures, jobs, hidden }) {
  if (hidden && jobs.length) return t("why.hidden", { n: hidden });
  if (figures.start_in != null) return t("why.start_in", { time: roughly(figures.start_in), window: duration(figures.window_s) });
  if (code === "waits_for" && figures.gone) return t("why.waits_for.gone", { n: figures.gone });
  return "";
}

function wayOf({ code, figures, jobs, hidden }) {
  if (hidden && !jobs.length) return "hidden";
  if (code === "abandoned") return figures.workers ? (figures.retries ? "retries" : "fails") : "fails_none";
  if (code === "dead_parents" || code === "dead_ancestor") {
    const last = jobs.at(-1)?.status;
    if (code === "dead_ancestor" && last === "deferred") return "copy";
    return jobs.some(({ status }) => status === "failed" || status === "stopped") ? "requeue" : "canceled";
  }
  const way = WAYS[code];
  return way === "maintenance" && !figures.workers ? "maintenance_none" : way;
}

const COMMANDS = {
  worker: (server, queue) => commandFor(server, queue, false),
  maintenance_none: (server, queue) => commandFor(server, queue, false),
  fails_none: (server, queue) => commandFor(server, queue, false),
  scheduler: (server, queue) => commandFor(server, queue, true),
  resume: resumeCommand,
};

/**
 * What the page says of one value of the board.
 * @param {{place: (worker: string) => string, statusName: (status: string) => string}} names
 * @returns {{code, text, more, way, command, isCalm, jobs, isCut}|null} null: it runs, or there is nothing to say
 */
export function explained(value, server, now, names) {
  if (!value?.code || value.code === "running" || !has(key(value))) return null;
  const way = wayOf(value);
  return {
    code: value.code,
    text: sentence(value, now, names),
    more: more(value),
    way: way ? t(`why.way.${way}`, { ...value.figures, at: at(value.figures.at, now) }) : "",
    command: COMMANDS[way]?.(server, value.figures.queue) ?? "",
    isCalm: CALM.has(value.code),
    jobs: value.jobs,
    isCut: value.cut,
  };
}
