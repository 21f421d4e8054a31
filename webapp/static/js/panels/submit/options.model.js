/** How a job is to be run: from the typed options to the body of POST /api/jobs. Pure. */
import { t } from "../../i18n.js";
import { toIso } from "./when.model.js";

export const UNITS = { s: 1, min: 60, h: 3600, d: 86_400 };

/** Nothing chosen: now, and the job type's own queue and limits. */
export const firstOptions = () => ({
  when: "now", delay: "5", unit: "min", at: "", queue: "", at_front: false,
  timeout: "", retries: "", intervals: "", result_ttl: "", description: "",
});

const wrong = (key, values) => ({ error: t(`form.wrong.${key}`, values) });

/** Whole seconds, at least `least`; -1 means without end. Empty: the default. */
function seconds(raw, least) {
  if (raw.trim() === "") return {};
  const n = Number(raw);
  if (!Number.isInteger(n) || (n < least && n !== -1)) return wrong("seconds", { n: least });
  return { value: n };
}

function delay({ delay: raw, unit }) {
  const n = Number(raw);
  if (raw.trim() === "" || !Number.isFinite(n) || n <= 0) return wrong("delay");
  return { value: n * UNITS[unit] };
}

function retry({ retries, intervals }) {
  if (retries.trim() === "" && intervals.trim() === "") return {};
  const max = Number(retries);
  if (retries.trim() === "" || !Number.isInteger(max) || max < 1) return { field: "retries", ...wrong("retries") };
  const list = intervals.split(/[\s,]+/).filter(Boolean).map(Number);
  if (list.some((n) => !Number.isFinite(n) || n < 0)) return { field: "intervals", ...wrong("intervals") };
  return { value: list.length ? { max, interval: list.length === 1 ? list[0] : list } : { max } };
}

/** {body, errors}: only what was chosen is in the body. */
export function optionsBody(raw, zone) {
  const parts = {
    timeout: seconds(raw.timeout, 1),
    result_ttl: seconds(raw.result_ttl, 0),
    retry: retry(raw),
  };
  if (raw.when === "in") parts.in = { field: "delay", ...delay(raw) };
  if (raw.when === "at") parts.at = raw.at ? { value: toIso(raw.at, zone) } : wrong("required");
  const body = {};
  const errors = {};
  for (const [name, { value, error, field }] of Object.entries(parts)) {
    if (error) errors[field ?? name] = error;
    else if (value !== undefined) body[name] = value;
  }
  if (raw.queue.trim()) body.queue = raw.queue.trim();
  if (raw.at_front && raw.when === "now") body.at_front = true;
  if (raw.description.trim()) body.description = raw.description.trim();
  return { body, errors };
}
