/** A call as a command line of `rq enqueue`. Pure. */
import { quoted } from "./call.model.js";

/** Options that the command line has no word for. */
const UNKNOWN = ["repeat", "rate_limit", "group", "meta"];

/** `name=text`, or JSON where it is no text, or one that the command line would take for something else. */
function argument(name, value) {
  const isText = typeof value === "string" && !value.startsWith("@");
  return quoted(isText ? `${name}=${value}` : `${name}:=${JSON.stringify(value)}`);
}

const lasting = ([flag, value]) => (value == null ? [] : [`${flag}=${quoted(String(value))}`]);

function retryOf(retry) {
  if (!retry) return [];
  const { max, interval } = typeof retry === "number" ? { max: retry } : retry;
  return [`--retry-max ${max}`, ...[interval ?? []].flat().map((seconds) => `--retry-interval ${seconds}`)];
}

/** The command line knows moments of its own zone alone, and whole seconds. */
function whenOf({ in: delay, at }) {
  if (delay != null) return [`--schedule-in ${Math.ceil(delay)}`];
  return at ? [`--schedule-at ${new Date(at).toISOString().slice(0, 19)}`] : [];
}

function cannotOf({ after, at_front: front }, options, args) {
  const cannot = UNKNOWN.filter((name) => options[name]);
  if (after?.allow_failure) cannot.push("allow_failure");
  if (after && front) cannot.push("at_front");
  if (options.id) cannot.push("unique");
  return Object.keys(args).some((name) => !/^[A-Za-z_]\w*$/.test(name)) ? [...cannot, "args"] : cannot;
}

/** {command, cannot}: `cannot` names what the command line cannot say, and so is missing. `server`: see serverOf. */
export function asRq({ func, queue, positional, args, options }, { start = "rq", where = "" } = {}) {
  const { timeout, ttl, result_ttl, failure_ttl, description, id, after, at_front: front, at } = options;
  const parents = Array.isArray(after) ? after : (after?.jobs ?? []);
  const words = [
    `-q ${quoted(queue)}`,
    ...Object.entries({ "--timeout": timeout, "--ttl": ttl, "--result-ttl": result_ttl, "--failure-ttl": failure_ttl, "--description": description, "--job-id": id }).flatMap(lasting),
    ...(front ? ["--at-front"] : []),
    ...parents.map((parent) => `--depends-on=${quoted(parent)}`),
    ...retryOf(options.retry),
    ...whenOf(options),
    quoted(func),
    ...positional.map((value) => quoted(`:${JSON.stringify(value)}`)),
    ...Object.entries(args).map(([name, value]) => argument(name, value)),
  ];
  const zone = at ? start.replace(/(\S*rq'?)$/, "TZ=UTC $1") : start;
  return { command: `${zone} enqueue${where} ${words.join(" \\\n  ")}`, cannot: cannotOf(options, options, args) };
}
