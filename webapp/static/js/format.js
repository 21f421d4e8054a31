/** Numbers, sizes, durations and times as people read them. Pure: language and zone are set once at start. */
import { lang, t } from "./i18n.js";

/** Beside a number that cannot be known. */
export const NOTHING = "—";

const SECOND = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

let zone; // undefined: the zone of the machine that shows the page
const made = new Map();

/** Shows every time in `name` (an IANA zone, "UTC"), or in the zone of this machine when undefined. */
export function setZone(name) {
  zone = name;
}

/** Formatters cost 50 µs to make and 1 µs to use: they are kept. */
function formatter(kind, options) {
  const key = `${kind}|${lang()}|${zone}|${JSON.stringify(options)}`;
  if (!made.has(key)) {
    const make = kind === "number" ? Intl.NumberFormat : Intl.DateTimeFormat;
    made.set(key, new make(lang(), kind === "number" ? options : { ...options, timeZone: zone }));
  }
  return made.get(key);
}

/** 1284 → "1,284"; at most `digits` decimals. */
export const number = (n, digits = 0) =>
  n == null ? NOTHING : formatter("number", { maximumFractionDigits: digits }).format(n);

/** 1204418 → "1.2M", 4810 → "4,810": short where the exact value stands elsewhere. */
export function compact(n) {
  if (n == null || Math.abs(n) < 100_000) return number(n);
  return formatter("number", { notation: "compact", maximumFractionDigits: Math.abs(n) < 1e6 ? 0 : 1 }).format(n);
}

/** 0.63 → "63 %". Small shares keep two decimals: 0.0004 → "0.04 %"; what is less than that is not called nothing. */
export function percent(fraction) {
  if (fraction == null) return NOTHING;
  const value = fraction * 100;
  if (value > 0 && value < 0.01) return t("format.percent_below", { n: number(0.01, 2) });
  return t("format.percent", { n: number(value, value > 0 && value < 1 ? 2 : 0) });
}

/** 431_000_000 → "431 MB" (powers of ten, as disks and browsers count). */
export function bytes(n) {
  if (n == null) return NOTHING;
  let [value, unit] = [n, 0];
  for (; value >= 1000 && unit < 4; unit += 1) value /= 1000;
  return `${number(value, value < 10 && unit > 0 ? 1 : 0)} ${["B", "kB", "MB", "GB", "TB"][unit]}`;
}

/** Seconds in at most two units: 0.04 → "40 ms", 0.31 → "0.31 s", 242 → "4 min 2 s", 93780 → "1 d 2 h". */
export function duration(seconds) {
  if (seconds == null || Number.isNaN(seconds)) return NOTHING;
  const s = Math.max(0, seconds);
  if (s === 0) return t("unit.s", { n: "0" });
  if (s < 0.1) return t("unit.ms", { n: number(Math.max(1, s * 1000)) });
  if (s < 9.95) return t("unit.s", { n: number(s, s < 1 ? 2 : 1) });
  const whole = Math.round(s);
  if (whole < MINUTE) return t("unit.s", { n: number(whole) });
  if (whole < HOUR) return pair("min", "s", whole, MINUTE, SECOND);
  if (whole < DAY) return pair("h", "min", whole, HOUR, MINUTE);
  return pair("d", "h", whole, DAY, HOUR);
}

/** Whole seconds, for what ticks: "0 s", "51 s", "4 min 2 s". */
export const ticking = (seconds) => (seconds == null ? NOTHING : duration(Math.max(0, Math.floor(seconds))));

/** One unit only, for estimates: 251 → "4 min". */
export function roughly(seconds) {
  if (seconds == null) return NOTHING;
  const [unit, size] = seconds < 55 ? ["s", 1] : seconds < 55 * MINUTE ? ["min", MINUTE] : seconds < 22 * HOUR ? ["h", HOUR] : ["d", DAY];
  return t(`unit.${unit}`, { n: number(Math.max(1, Math.round(seconds / size))) });
}

function pair(large, small, seconds, largeSize, smallSize) {
  const many = Math.floor(seconds / largeSize);
  const rest = Math.floor((seconds % largeSize) / smallSize);
  const first = t(`unit.${large}`, { n: number(many) });
  return rest ? `${first} ${t(`unit.${small}`, { n: number(rest) })}` : first;
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** "14:02" */
export const hourMinute = (ms) => (ms == null ? NOTHING : formatter("date", CLOCK).format(ms));

/** "14:02:11", or "14:02:11.020" with `millis`. */
export function time(ms, millis = false) {
  if (ms == null) return NOTHING;
  return formatter("date", { ...CLOCK, second: "2-digit", fractionalSecondDigits: millis ? 3 : undefined }).format(ms);
}

/** "22 Nov 2026" */
export const date = (ms) => formatter("date", { year: "numeric", month: "short", day: "numeric" }).format(ms);

export const isSameDay = (ms, now) => date(ms) === date(now);

/** The time alone on the day of `now`, else with its date: "22 Nov, 14:02:11". */
export function moment(ms, now) {
  if (ms == null) return NOTHING;
  return isSameDay(ms, now) ? time(ms) : `${date(ms)}, ${time(ms)}`;
}

/** "Sunday, 22 November 2026" */
export const day = (ms) => formatter("date", { weekday: "long", year: "numeric", month: "long", day: "numeric" }).format(ms);

/** "10 s and 60 s" */
export const listed = (items) => new Intl.ListFormat(lang(), { type: "conjunction" }).format(items);

/** Short name of the zone that is shown: "KST", "UTC", "GMT+2". */
export function zoneName(ms) {
  const parts = formatter("date", { timeZoneName: "short" }).formatToParts(ms);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "UTC";
}

/** What is left of a 36-character id where the whole one stands elsewhere. */
export const shortId = (id) => (/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id) ? id.slice(0, 8) : id.length > 24 ? `${id.slice(0, 23)}…` : id);

/** "web-a:4121" for RQ's random worker names, else the name that somebody chose. */
export function workerName({ name, hostname, pid }) {
  return /^[0-9a-f]{32}$/.test(name) && hostname ? `${hostname}:${pid ?? "?"}` : name;
}
