/** What a cause of failure says, and in which order causes stand. Pure. */
import { hourMinute, number } from "../../format.js";
import { t } from "../../i18n.js";

/** Columns of the matrix: within so much time. The keys stand in the address. */
export const AGES = [["1h", 3_600], ["3h", 10_800], ["24h", 86_400], ["3d", 259_200], ["7d", 604_800]];

/** Seconds of an age in the address; null: any age. */
export const secondsOf = (key) => AGES.find(([name]) => name === key)?.[1] ?? null;

/** [key, seconds or null, how many] of each column, all of them last. */
export const columnsOf = (group) => [...AGES.map(([key, seconds], n) => [key, seconds, group.ages[n]]), ["", null, group.count]];

const HOUR_MS = 3_600_000;

/** The name of an exception without its module, or what RQ itself says of the run. */
export const nameOf = ({ kind, type }) => (kind === "exception" ? type.split(".").at(-1) : t(`failures.kind.${kind}`));

/** What was said beside the name. */
export function messageOf({ kind, message }) {
  if (kind === "killed" || kind === "abandoned") return message ? t(`failures.kind.${kind}.why`, { what: message }) : "";
  return message;
}

const shortFile = (file) => file.replaceAll("\\", "/").split("/").slice(-2).join("/");

/** "shop/billing.py:30 in charge", or the function alone where there is no traceback. */
export function placeOf({ place: { file, line, function: name } }) {
  if (file) return t("failures.place", { place: `${shortFile(file)}:${line}`, name });
  return name ? t("failures.place.function", { name }) : "";
}

const ORDERS = { last: (group) => group.last, count: (group) => group.count };

/** The same for a narrow place: the line alone tells it. */
export const lineOf = (group) => (group.place.file ? `${shortFile(group.place.file)}:${group.place.line}` : "");

/** Causes in the order that was asked for, newest first where it is the same; muted ones only where they are wanted. */
export function ordered(groups, sort, withMuted) {
  const key = ORDERS[sort] ?? ORDERS.last;
  return groups.filter(({ muted }) => withMuted || !muted).sort((a, b) => key(b) - key(a) || b.last - a.last || (a.id < b.id ? -1 : 1));
}

/** How strongly a cell is tinted, in percent: 0 for none, more with each tenfold. */
export const heat = (n) => (n ? Math.min(34, Math.round(9 + 8 * Math.log10(n))) : 0);

/** A search that finds jobs of this cause: its exception, and the longest piece of what is always said. */
export function searchOf({ kind, type, message }) {
  const words = { killed: "Work-horse terminated", abandoned: "AbandonedJobError", stuck: "stuck in intermediate queue" };
  const said = message.split(/[#…"'`\\]+/).map((piece) => piece.trim()).sort((a, b) => b.length - a.length)[0] ?? "";
  const pieces = kind === "exception" ? [type, said.length >= 8 ? said : ""] : [words[kind] ?? (kind === "text" ? said : "")];
  return [...pieces.filter(Boolean).map((piece) => `error:"${piece}"`), "status:failed"].join(" ");
}

/** The trend in a sentence, for those who do not see it. `now`: epoch ms; the last bar is the hour that goes on. */
export function trendWords(trend, now) {
  const sum = trend.reduce((all, n) => all + n, 0);
  if (!sum) return t("failures.trend.none");
  const most = Math.max(...trend);
  const hour = (Math.floor(now / HOUR_MS) - (trend.length - 1 - trend.lastIndexOf(most))) * HOUR_MS;
  return t("failures.trend.label", { n: sum, most: number(most), time: hourMinute(hour) });
}
