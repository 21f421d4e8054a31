/** Exactly how many jobs, and which: what was collected, in words. Pure. */
import { number } from "../../format.js";
import { has, t } from "../../i18n.js";

/** Names of a facet that are shown; the others are counted. */
const MOST = 5;
/** How a search names the rest of a facet. */
const REST = "…";

export const statusWord = (status) => (has(`job.status.${status}`) ? t(`job.status.${status}`) : status);

/**
 * The jobs by status, queue and function: what all of them share is one line as well.
 * @returns {{name: string, lines: {word: string, status: string|null, n: number}[], others: number}[]} `others`: jobs of further names
 */
export function facetsOf({ facets }) {
  return ["status", "queue", "func"].map((name) => {
    const { [REST]: rest = 0, ...named } = facets?.[name] ?? {};
    const sorted = Object.entries(named).sort(([, a], [, b]) => b - a);
    const lines = sorted.slice(0, MOST).map(([key, n]) => ({ word: name === "status" ? statusWord(key) : key || t("operations.no_name"), status: name === "status" ? key : null, n }));
    return { name, lines, others: rest + sorted.slice(MOST).reduce((sum, [, n]) => sum + n, 0) };
  }).filter(({ lines }) => lines.length);
}

/** "37 are left out: 30 running, 7 finished"; "" where none is. */
export function skippedWords({ skipped }) {
  const parts = Object.entries(skipped).sort(([, a], [, b]) => b - a);
  if (!parts.length) return "";
  const listed = parts.map(([status, n]) => `${number(n)} ${has(`operations.skip.${status}`) ? t(`operations.skip.${status}`) : statusWord(status).toLowerCase()}`);
  return t("operations.skipped", { n: parts.reduce((sum, [, n]) => sum + n, 0), which: listed.join(", ") });
}

/** "3,200 of about 12,500 looked at" */
export const lookedWords = ({ scanned, expected }) => (expected ? t("operations.looked_of", { n: scanned, of: number(expected) }) : t("operations.looked", { n: scanned }));

/** How often the jobs have run before, of a requeue: "8 ran once, 2 twice". */
export function runsWords({ runs }) {
  return ["1", "2", "3+"].filter((times) => runs[times]).map((times) => t(`operations.runs.${times === "3+" ? "more" : times}`, { n: runs[times] })).join(", ");
}

/** What can be put back of a delete: {text, isAll}. */
export function promise({ total, undo_jobs: kept, undo_why: why }) {
  if (kept >= total) return { text: t("operations.undo.all"), isAll: true };
  const because = t(`operations.undo.why.${why?.code === "memory" ? "memory" : "share"}`, why ?? {});
  return { text: kept ? t("operations.undo.some", { n: kept, of: number(total), why: because }) : t("operations.undo.none", { why: because }), isAll: false };
}
