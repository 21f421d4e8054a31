/** Bars, axes and sentences of the view "lanes": a lane per task on a time axis. Pure; times in seconds. */
import { compact, duration, number, percent } from "../../format.js";
import { has, t } from "../../i18n.js";

/** Nearer than this to each other, two times are called the same: as FASTER in the job type. */
const FASTER = 1.25;
/** Narrower than this share of the axis, in percent, a bar could not be seen. */
const LEAST = 0.45;

const seen = (n) => number(n, Math.abs(n) < 10 ? 1 : 0);

/** A number and its unit stay on one line. */
const unbroken = (text) => text.replaceAll(" ", "\u00a0");

/** How a value is shown, by the end of its name. */
const SHAPES = { seconds: duration, share: percent, ratio: seen, micros: seen, speed: compact };
const shape = (name, value) => (typeof value === "number" ? unbroken((SHAPES[name.slice(name.lastIndexOf("_") + 1)] ?? number)(value)) : value);
const shaped = (values = {}) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shape(name, value)]));

/** The words of `key`, or the text that was given where the page has none. */
const worded = (key, text, values) => (has(key) ? t(key, values) : String(text ?? ""));

export const title = (comparison) => worded(`lanes.title.${comparison.title}`, comparison.title, shaped(comparison.values));
export const model = (group) => worded(`lanes.model.${group.model}`, group.model);
export const sentences = (group) => (group.says ?? []).map(({ text, values }) => worded(`lanes.says.${text}`, text, shaped(values)));

/** {text, tone} of a group beside the first one, or null. */
export function versus({ ratio }) {
  if (ratio == null) return null;
  if (ratio >= FASTER) return { text: t("lanes.faster", { n: seen(ratio) }), tone: "s-ok" };
  if (ratio <= 1 / FASTER) return { text: t("lanes.slower", { n: seen(1 / ratio) }), tone: "s-warn" };
  return { text: t("lanes.same"), tone: "" };
}

/** One axis for all groups: its end, and ticks at round times. */
export function axis(groups) {
  const end = Math.max(...groups.map(({ seconds }) => seconds), 1e-6);
  const rough = end / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  const ticks = [];
  for (let n = 0; n * step <= end * 1.0001; n += 1) ticks.push({ at: (n * step * 100) / end, label: n ? duration(n * step) : "0" });
  return { end, ticks };
}

const place = (from, to, end) => {
  const width = Math.max(LEAST, ((to - from) / end) * 100);
  return { x: Math.min((from / end) * 100, 100 - width), width };
};

/** Tasks that ended in equal parts of a group's time, put together until a bar can be seen. */
function profile(counts, seconds, end) {
  const part = (seconds / counts.length / end) * 100;
  const together = Math.min(counts.length, Math.max(1, Math.ceil(LEAST / part)));
  const sums = [];
  counts.forEach((count, n) => (sums[Math.floor(n / together)] = (sums[Math.floor(n / together)] ?? 0) + count));
  const most = Math.max(...sums, 1);
  return sums.map((count, n) => ({ ...place(n * together * (seconds / counts.length), Math.min(counts.length, (n + 1) * together) * (seconds / counts.length), end), fill: count / most })).filter(({ fill }) => fill);
}

const KINDS = { waits: "waits", holds: "holds" };

/** {x, width in percent, fill from 0 to 1, kind, label, cut} of every bar of a lane. */
export function bars(lane, group, end) {
  if (lane.density) return profile(lane.density, group.seconds, end);
  return lane.bars.map((bar) => ({
    ...place(bar.from, bar.to, end),
    fill: bar.busy ?? (bar.label ? 0 : 1),
    kind: KINDS[bar.label] ?? (lane.name === "heartbeat" ? "heartbeat" : ""),
    label: label(bar),
    cut: Boolean(bar.cut),
  }));
}

function label({ label: name, locks }) {
  if (!name) return "";
  return name === "waits" ? t("lanes.waits", { locks }) : (locks ?? name);
}

/** Who a lane is, in words: "task 3 · process 8991 · core 1". */
export function laneName({ name, task, on, id, core }) {
  return [
    name && worded(`lanes.lane.${name}`, name),
    task != null && t("lanes.task", { n: number(task) }),
    on && t(`lanes.on.${on}`, { id: String(id) }),
    core != null && t("lanes.core", { id: String(core) }),
  ].filter(Boolean).join(" · ");
}

/** What stands beside a lane: only what cannot be counted by eye. */
export function laneLabel({ name, task, on, id, bars: own }) {
  if (name) return worded(`lanes.lane.${name}`, name);
  if (own?.some((bar) => bar.label)) return t("lanes.task", { n: number(task) });
  return task == null && on ? t(`lanes.on.${on}`, { id: String(id) }) : "";
}

/** The height of a lane: many are thin, those with words are not. */
export function laneHeight(lane, { lanes }) {
  if (lane.bars?.some((bar) => bar.label)) return 22;
  if (laneLabel(lane)) return 16;
  return lane.density ? 22 : lanes.length > 12 ? 5 : 8;
}

/** The picture of a group in a sentence. */
export const pictureWords = (group) => t("lanes.picture", { model: model(group), n: number(group.lanes.length), time: duration(group.seconds) });

/** [who, from, to, for how long, with a processor] of every lane, for a table. */
export const rows = (group) => group.lanes.map((lane) => [laneName(lane), ...spans(lane, group)]);

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

function spans({ bars: own, density }, { seconds }) {
  if (density) return ["0", duration(seconds), t("lanes.table.tasks", { n: sum(density) }), ""];
  if (!own.length) return ["", "", "", ""];
  const worked = own.every((bar) => bar.busy != null) ? sum(own.map((bar) => bar.busy * (bar.to - bar.from))) : null;
  const from = own[0].from;
  return [from < 5e-4 ? "0" : duration(from), duration(own.at(-1).to), duration(sum(own.map((bar) => bar.to - bar.from))), worked == null ? "" : duration(worked)];
}

/** "Python 3.11.7", "2 cores", "measured in 11 s", where the result tells of its machine. */
export function about({ about: machine, seconds }) {
  if (!machine) return [];
  return [
    t("lanes.about.python", { version: machine.python }),
    t("lanes.about.cores", { n: machine.cores }),
    machine.gil === false && t("lanes.about.no_gil"),
    t("lanes.about.took", { time: duration(seconds) }),
  ].filter(Boolean);
}
