/** The same submission, to be made from somewhere else: with Python, curl, or RQ's command line. Pure. */
import { isMasked } from "../../components/tree.model.js";

/** Stands where a secret has to be written in. */
export const PLACEHOLDER = "<masked>";

/** A JSON value as Python writes it. */
export function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}: ${python(child)}`).join(", ")}}`;
  return JSON.stringify(value);
}

/** A word for sh. */
export const quoted = (text) => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Variable of the shell that holds an API token: none is ever shown twice, so none can be written down. */
export const TOKEN = "API_TOKEN";

/** A curl command that posts `body` to `address`; with a token where there are users. */
export function asCurl(body, address, hasUsers = false) {
  const token = hasUsers ? [`-H "Authorization: Bearer $${TOKEN}"`] : [];
  return [`curl ${quoted(address)}`, ...token, "-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`].join(" \\\n  ");
}

/**
 * What is called, and how: {func, queue, positional, args, options}, the options as those of POST /api/jobs.
 * What a job type asks for itself is not known to RQ, so it is among the options.
 */
export function callOf(type, { type: _, args, queue, ...options }) {
  const { timeout = type.timeout, result_ttl = type.result_ttl } = options;
  return { func: type.func, queue: queue ?? type.queue ?? "default", positional: [], args, options: { ...options, timeout, result_ttl } };
}

const isPlain = (value) => value === null || typeof value !== "object" || isMasked(value) || (!("__type__" in value) && Object.values(value).every(isPlain));

/** A value of the wire with a placeholder for each secret. */
function written(value) {
  if (value === null || typeof value !== "object") return value;
  if (isMasked(value)) return PLACEHOLDER;
  return Array.isArray(value) ? value.map(written) : Object.fromEntries(Object.entries(value).map(([key, child]) => [key, written(child)]));
}

/** What was typed into a form, without its secrets. */
export function bodyOfForm(type, body) {
  const isSecret = ([name, value]) => value != null && type.schema?.properties?.[name]?.writeOnly;
  return { ...body, args: Object.fromEntries(Object.entries(body.args).map((entry) => (isSecret(entry) ? [entry[0], PLACEHOLDER] : entry))) };
}

/** Whether a secret is missing in what is shown of a call. */
export const isIncomplete = (...shown) => JSON.stringify(shown).includes(JSON.stringify(PLACEHOLDER));

const times = (n, intervals, count) => n && { [count]: n, interval: intervals?.length === 1 ? intervals[0] : (intervals ?? 0) };

/** The call of a job as it lies in Redis; null where its arguments are not plain JSON. As it was asked for, where we know that. */
export function callOfJob(job) {
  const given = job.arguments;
  if (!given || !job.func || !job.queue || !isPlain(given.positional) || !isPlain(given.named)) return null;
  const after = job.depends_on?.length ? { jobs: job.depends_on, allow_failure: job.allow_failure } : null;
  const options = {
    timeout: job.timeout, ttl: job.ttl, result_ttl: job.result_ttl, failure_ttl: job.failure_ttl, at_front: job.at_front || null, after,
    retry: times(job.submitted?.retries ?? job.retries_left, job.retry_intervals, "max"), repeat: times(job.submitted?.repeats ?? job.repeats_left, job.repeat_intervals, "times"),
    rate_limit: job.rate_limit, group: job.group, meta: job.meta != null && isPlain(job.meta) && Object.keys(job.meta).length ? written(job.meta) : null,
  };
  return { func: job.func, queue: job.queue, positional: written(given.positional), args: written(given.named), options: said(options) };
}

const said = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value != null && value !== 0 && value !== false));

/** The body of POST /api/jobs that makes a job like this one: by its type, or else by its payload. */
export const bodyOfJob = (job, call) => (job.type && call && !call.positional.length && !isIncomplete(call) ? { type: job.type, args: call.args, queue: call.queue, ...call.options } : { again: job.id });

/** {start, where, url} of the page's worker command: what stands before and after "worker", and the address as Python may know it. */
export function serverOf(command = "rq worker") {
  const [, start = "rq", where = ""] = command.match(/^(.*?rq'?) worker( -u (?:"[^"]*"|'[^']*'|\S+))?/) ?? [];
  const address = where.slice(4).replace(/^'(.*)'$/, "$1");
  const url = !address ? "" : address.startsWith('"$') ? `os.environ["${address.slice(2, -1)}"]` : JSON.stringify(address);
  return { start, where, url };
}
