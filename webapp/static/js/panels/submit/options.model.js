/** How a job is to be run: from the typed options to the body of POST /api/jobs. Pure. */
import { t } from "../../i18n.js";
import { toIso } from "./when.model.js";

export const UNITS = { s: 1, min: 60, h: 3600, d: 86_400 };

/** Nothing chosen: now, and the job type's own queue and limits. `after`: jobs as {id, title, status}. */
export const firstOptions = () => ({
  when: "now", delay: "5", unit: "min", at: "", queue: "", at_front: false, after: [], allow_failure: false,
  retries: "", intervals: "", repeats: "", repeat_intervals: "", limit_key: "", limit_n: "", unique: "", group: "",
  timeout: "", ttl: "", result_ttl: "", failure_ttl: "", description: "", meta: "",
});

/** Where the form shows what the API calls otherwise. */
const FIELDS = { retry: "retries", repeat: "repeats", rate_limit: "limit_key", id: "unique", in: "delay" };

/** Errors by the names of the API, by those of the form. */
export const byField = (errors) => Object.fromEntries(Object.entries(errors).map(([name, error]) => [FIELDS[name] ?? name, error]));

const wrong = (key, values) => ({ error: t(`form.wrong.${key}`, values) });

/** Whole seconds, at least `least`; -1 means without end, where there is one. Empty: the default. */
function seconds(raw, least, endless = true) {
  if (raw.trim() === "") return {};
  const n = Number(raw);
  if (!Number.isInteger(n) || (n < least && !(endless && n === -1))) return wrong(endless ? "seconds" : "some_seconds", { n: least });
  return { value: n };
}

function delay({ delay: raw, unit }) {
  const n = Number(raw);
  if (raw.trim() === "" || !Number.isFinite(n) || n <= 0) return wrong("delay");
  return { value: n * UNITS[unit] };
}

/** {<count>, interval} of retries or repeats; `fields` names the two fields they are typed into. */
function times(raw, count, [many, between]) {
  const [typed, gaps] = [raw[many].trim(), raw[between].trim()];
  if (!typed && !gaps) return {};
  const n = Number(typed);
  if (!typed || !Number.isInteger(n) || n < 1) return { field: many, ...wrong("retries") };
  const list = gaps.split(/[\s,]+/).filter(Boolean).map(Number);
  if (list.some((gap) => !Number.isInteger(gap) || gap < 0)) return { field: between, ...wrong("intervals") };
  return { value: list.length ? { [count]: n, interval: list.length === 1 ? list[0] : list } : { [count]: n } };
}

function limit({ limit_key: key, limit_n: raw }) {
  if (!key.trim() && !raw.trim()) return {};
  if (!key.trim()) return { field: "limit_key", ...wrong("required") };
  const n = Number(raw);
  if (!raw.trim() || !Number.isInteger(n) || n < 1) return { field: "limit_n", ...wrong("retries") };
  return { value: { key: key.trim(), concurrency: n } };
}

function unique({ unique: raw }) {
  if (!raw.trim()) return {};
  return /^[A-Za-z0-9_-]{1,128}$/.test(raw.trim()) ? { value: raw.trim() } : wrong("job_id");
}

/** What the server takes as `meta`. */
const META_BYTES = 4_096;

/** A JSON object of the job's own. */
function meta({ meta: raw }) {
  if (!raw.trim()) return {};
  let value = null;
  try {
    value = JSON.parse(raw);
  } catch {
    return wrong("meta");
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return wrong("meta");
  return new TextEncoder().encode(raw).length > META_BYTES ? wrong("meta_size", { n: META_BYTES }) : { value };
}

function after({ after: jobs, allow_failure: allowed, when }) {
  if (!jobs.length || when !== "now") return {};
  const ids = jobs.map(({ id }) => id);
  return { value: allowed ? { jobs: ids, allow_failure: true } : ids };
}

/** {body, errors}: only what was chosen is in the body. */
export function optionsBody(raw, zone) {
  const parts = {
    after: after(raw),
    retry: times(raw, "max", ["retries", "intervals"]),
    repeat: times(raw, "times", ["repeats", "repeat_intervals"]),
    rate_limit: limit(raw),
    id: { field: "unique", ...unique(raw) },
    timeout: seconds(raw.timeout, 1),
    ttl: seconds(raw.ttl, 1, false),
    result_ttl: seconds(raw.result_ttl, 0),
    failure_ttl: seconds(raw.failure_ttl, 1),
    meta: meta(raw),
  };
  if (raw.when === "in") parts.in = { field: "delay", ...delay(raw) };
  if (raw.when === "at") parts.at = raw.at ? { value: toIso(raw.at, zone) } : wrong("required");
  const body = {};
  const errors = {};
  for (const [name, { value, error, field }] of Object.entries(parts)) {
    if (error) errors[field ?? name] = error;
    else if (value !== undefined) body[name] = value;
  }
  for (const name of ["queue", "group", "description"]) if (raw[name].trim()) body[name] = raw[name].trim();
  if (raw.at_front && raw.when === "now") body.at_front = true;
  if (body.id) body.unique = true;
  return { body, errors };
}
