/** The same submission, to be made from somewhere else. Pure. */

/** A JSON value as Python writes it. */
export function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}: ${python(child)}`).join(", ")}}`;
  return JSON.stringify(value);
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A curl command for POST /api/jobs at `address`. */
export const asCurl = (body, address) => `curl ${address} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(body))}`;

/** Names that RQ takes for itself: arguments of such a name travel in `kwargs`. */
const CLAIMED = new Set("job_timeout description result_ttl ttl failure_ttl depends_on job_id at_front meta retry repeat on_success on_failure on_stopped rate_limit webhooks pipeline unique args kwargs".split(" "));

const keywords = (entries) => entries.map(([name, value]) => `    ${name}=${value},\n`).join("");

function argumentsOf({ args }) {
  if (Object.keys(args).some((name) => CLAIMED.has(name))) return [["kwargs", python(args)]];
  return Object.entries(args).map(([name, value]) => [name, python(value)]);
}

/** How it runs, in RQ's words; what a job type asks for itself is not known to RQ. */
function optionsOf(type, { timeout = type.timeout, result_ttl = type.result_ttl, retry, at_front, description }) {
  const plain = { job_timeout: timeout, result_ttl, at_front, description };
  const said = Object.entries(plain).filter(([, value]) => value != null).map(([name, value]) => [name, python(value)]);
  if (retry) said.push(["retry", `Retry(${Object.entries(retry).map(([name, value]) => `${name}=${python(value)}`).join(", ")})`]);
  return said;
}

/** RQ's own call, for a program that has the code on hand. */
export function asPython(type, body) {
  const queue = body.queue ?? type.queue ?? "default";
  const call = body.in != null ? `enqueue_in(timedelta(seconds=${body.in}),` : body.at ? `enqueue_at(datetime.fromisoformat(${JSON.stringify(body.at)}),` : "enqueue(";
  const imports = ["from redis import Redis", `from rq import Queue${body.retry ? ", Retry" : ""}`];
  if (body.in != null) imports.unshift("from datetime import timedelta");
  if (body.at) imports.unshift("from datetime import datetime");
  const given = keywords([...argumentsOf(body), ...optionsOf(type, body)]);
  return `${imports.join("\n")}\n\nQueue(${JSON.stringify(queue)}, connection=Redis()).${call}\n    ${JSON.stringify(type.func)},\n${given})`;
}
