/** The short list below the tabs, and the long one in Details: {key, text, page, query}; with a page it is a link. Pure. */
import { duration, moment, NOTHING, number, ticking } from "../../format.js";
import { t } from "../../i18n.js";
import { kept, lasting, repeats, retries } from "./plans.model.js";

/** RQ's own, where a job names none. */
const TIMEOUT_S = 180;
/** The worker of the hash is that of the run which the status tells of; else of one before. */
const RAN = new Set(["started", "finished", "failed", "stopped"]);
/** RQ gives a run so long beyond the next heartbeat. */
const GRACE_S = 60;

function timeout({ status, started_at, timeout: limit }, now) {
  if (status !== "started" || started_at == null || limit == null || limit < 0) return ["facts.timeout", lasting(limit, "facts.no_limit", TIMEOUT_S)];
  return ["facts.times_out_in", ticking(limit - (now - started_at) / 1000)];
}

/** How long ago the worker gave a sign of this run, and how often it does; null where none runs. */
function heartbeat({ heartbeat: beat }, now) {
  if (beat?.at == null) return null;
  const ago = ticking((now - beat.at) / 1000);
  if (beat.deadline == null) return t("facts.heartbeat_ago", { time: ago });
  if (beat.deadline < now) return t("facts.heartbeat_late", { time: ago, late: ticking((now - beat.deadline) / 1000) });
  return t("facts.heartbeat_every", { time: ago, every: duration(Math.max(1, Math.round((beat.deadline - beat.at) / 1000 - GRACE_S))) });
}

/** Who submitted it, by which way, and from where. */
export function sender({ actor, submitted }) {
  if (!actor && !submitted) return t("facts.actor_unknown");
  const { via, server, address } = submitted ?? {};
  return [actor, via && t(`facts.via.${via}`), server && t("facts.via_server", { server }), address && t("facts.from_address", { address })].filter(Boolean).join(" · ");
}

const row = (key, text, page = "", query = {}) => ({ key, text, page, query });

/** @param {(worker: string) => string} workerText name, and what is known of it */
export function facts(job, now, workerText) {
  const beat = heartbeat(job, now);
  const more = repeats(job);
  return [
    job.queue ? row("facts.queue", job.queue, "jobs", { queue: job.queue, status: job.status }) : row("facts.queue", NOTHING),
    job.worker && row(RAN.has(job.status) ? "facts.worker" : "facts.last_worker", workerText(job.worker), "workers"),
    row(...timeout(job, now)),
    beat && row("facts.heartbeat", beat),
    row("facts.retries", retries(job)),
    more && row("facts.repeats", more),
    row(...kept(job, now)),
    row("facts.actor", sender(job)),
  ].filter(Boolean);
}

const yes = (flag) => (flag ? t("details.yes") : null);

/** Everything else that is stored, plainly. */
export function details(job, now) {
  const times = ["created_at", "enqueued_at", "run_at", "started_at", "ended_at", "canceled_at"].map((key) => row(`details.${key}`, job[key] == null ? null : moment(job[key], now)));
  const limits = ["result_ttl", "failure_ttl", "ttl"].map((key) => row(`details.${key}`, job[key] == null ? null : lasting(job[key], "facts.for_ever")));
  const { key, concurrency } = job.rate_limit ?? {};
  const position = job.queue_info?.position;
  return [
    row("details.func", job.func, "jobs", { q: job.func && `func:${quoted(job.func)}` }),
    row("details.type", job.type),
    row("details.description", job.description),
    row("details.position", position == null ? null : t("details.position_is", { n: position + 1, of: number(job.queue_info.queued) })),
    ...times,
    ...limits,
    row("details.retries_asked", job.retries_asked ? number(job.retries_asked) : null),
    row("details.rate_limit", key && (concurrency == null ? key : t("details.rate_limit_is", { key, n: concurrency })), "groups"),
    row("details.allow_failure", yes(job.allow_failure)),
    row("details.at_front", yes(job.at_front)),
  ].filter(({ text }) => text != null && text !== "");
}

const quoted = (text) => (/[\s"()]/.test(text) ? JSON.stringify(text) : text);

/** Whom RQ calls when the job has ended: "on success: app.done, within 1 min". */
export const callbackText = ({ on, func, timeout: limit }) => t("details.callback_is", { on: t(`details.on.${on}`), func, time: duration(limit) });

/** Whom RQ tells over HTTP; of headers only the names are known here. */
export function webhookText({ on, method, url, headers }) {
  const event = on === "finished" || on === "failed" ? t(`details.on.${on}`) : (on ?? NOTHING);
  const told = t("details.webhook_is", { on: event, method, url });
  return headers.length ? `${told} (${t("details.webhook_headers", { names: headers.map((name) => `${name}: •••`).join(", ") })})` : told;
}
