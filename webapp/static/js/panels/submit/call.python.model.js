/** A call as RQ's own, for a program that has the code on hand. Pure. */
import { python } from "./call.model.js";

/** Names that RQ takes for itself: arguments of such a name travel in `kwargs`. */
const CLAIMED = new Set("f job_timeout description result_ttl ttl failure_ttl depends_on job_id at_front meta retry repeat on_success on_failure on_stopped rate_limit webhooks pipeline unique args kwargs".split(" "));

const isName = (name) => /^[A-Za-z_]\w*$/.test(name) && !CLAIMED.has(name);

const called = (name, parts) => `${name}(${Object.entries(parts).map(([key, value]) => `${key}=${python(value)}`).join(", ")})`;

/** RQ has no place for a group beside a time or a rate limit. */
const canGroup = ({ rate_limit: limit, in: delay, at }) => !limit && delay == null && !at;

function argumentsOf({ positional, args }, apart) {
  if (!apart && Object.keys(args).every(isName)) return [...positional.map((value) => ["", python(value)]), ...Object.entries(args).map(([name, value]) => [name, python(value)])];
  return [...(positional.length ? [["args", python(positional)]] : []), ...(Object.keys(args).length ? [["kwargs", python(args)]] : [])];
}

/** Dependencies as RQ has them. */
function dependencyOf({ after, at_front: front }) {
  const { jobs = after, allow_failure: allowed } = Array.isArray(after) ? {} : after;
  if (!allowed && !front) return python(jobs);
  return called("Dependency", { jobs, ...(allowed && { allow_failure: true }), ...(front && { enqueue_at_front: true }) });
}

const shape = (value, count) => (typeof value === "number" ? { [count]: value } : value);

/** How it runs, in RQ's words, for `enqueue` or, in a group, for `prepare_data`. */
function optionsOf(options, grouped) {
  const { timeout, ttl, result_ttl, failure_ttl, at_front, description, id, meta, retry, repeat, rate_limit: limit, after } = options;
  const plain = { [grouped ? "timeout" : "job_timeout"]: timeout, ttl, result_ttl, failure_ttl, description, job_id: id, meta };
  if (at_front) plain.at_front = true;
  // RQ refuses unique beside either of these.
  if (id && !after && !limit && !grouped) plain.unique = true;
  const told = Object.entries(plain).filter(([, value]) => value != null).map(([name, value]) => [name, python(value)]);
  if (retry) told.push(["retry", called("Retry", shape(retry, "max"))]);
  if (repeat) told.push(["repeat", called("Repeat", shape(repeat, "times"))]);
  if (limit) told.push(["rate_limit", called("RateLimit", limit)]);
  if (after) told.push(["depends_on", dependencyOf(options)]);
  return told;
}

function importsOf(options, url, grouped) {
  const { retry, repeat, rate_limit: limit, in: delay, at, after, at_front: front } = options;
  const lines = [];
  if (url.startsWith("os.")) lines.push("import os");
  if (delay != null) lines.push("from datetime import timedelta");
  if (at) lines.push("from datetime import datetime");
  if (lines.length) lines.push("");
  lines.push("from redis import Redis", `from rq import Queue${limit ? ", RateLimit" : ""}${repeat ? ", Repeat" : ""}${retry ? ", Retry" : ""}`);
  if (grouped) lines.push("from rq.group import Group");
  if (after && (front || after.allow_failure)) lines.push("from rq.job import Dependency");
  return lines;
}

const keywords = (entries, indent) => entries.map(([name, value]) => `${indent}${name ? `${name}=` : ""}${value},\n`).join("");

/** {code, cannot}: `cannot` names options for which RQ has no place in this call. */
export function asPython(call, { url = "" } = {}) {
  const { func, queue, options } = call;
  const grouped = Boolean(options.group) && canGroup(options);
  const redis = `Redis${url ? `.from_url(${url})` : "()"}`;
  const given = [...argumentsOf(call, grouped), ...optionsOf(options, grouped)];
  const head = importsOf(options, url, grouped).join("\n");
  const cannot = options.group && !grouped ? ["group"] : [];
  if (grouped) {
    const data = `    Queue.prepare_data(\n        ${JSON.stringify(func)},\n${keywords(given, "        ")}    )`;
    return { code: `${head}\n\nredis = ${redis}\nqueue = Queue(${JSON.stringify(queue)}, connection=redis)\nGroup.create(redis, ${JSON.stringify(options.group)}).enqueue_many(queue, [\n${data}\n])`, cannot };
  }
  const call_ = options.in != null ? `enqueue_in(timedelta(seconds=${options.in}),` : options.at ? `enqueue_at(datetime.fromisoformat(${JSON.stringify(options.at)}),` : "enqueue(";
  return { code: `${head}\n\nqueue = Queue(${JSON.stringify(queue)}, connection=${redis})\nqueue.${call_}\n    ${JSON.stringify(func)},\n${keywords(given, "    ")})`, cannot };
}
