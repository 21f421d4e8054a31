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

/** RQ's own call, for a program that has the code on hand. */
export function asPython(type, body) {
  const args = Object.entries(body.args).map(([name, value]) => `    ${name}=${python(value)},`);
  const queue = body.queue ?? type.queue ?? "default";
  const call = body.in != null ? `enqueue_in(timedelta(seconds=${body.in}),` : body.at ? `enqueue_at(datetime.fromisoformat(${JSON.stringify(body.at)}),` : "enqueue(";
  const imports = ["from redis import Redis", "from rq import Queue"];
  if (body.in != null) imports.unshift("from datetime import timedelta");
  if (body.at) imports.unshift("from datetime import datetime");
  return `${imports.join("\n")}\n\nQueue(${JSON.stringify(queue)}, connection=Redis()).${call}\n    ${JSON.stringify(type.func)},\n${args.join("\n")}${args.length ? "\n" : ""})`;
}
