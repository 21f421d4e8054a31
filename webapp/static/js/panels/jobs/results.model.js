/** How a search stands, in words. Pure. */
import { number } from "../../format.js";
import { t } from "../../i18n.js";

const OVER = new Set(["done", "stopped", "full", "failed"]);

export const isOver = (search) => OVER.has(search.state);

/** From 0 to 1, or null while nobody knows how much there is. */
export function fraction({ state, scanned, total }) {
  if (state === "done") return 1;
  return total ? Math.min(1, scanned / total) : null;
}

/** "Searched 312,000 of 1,000,000 · 42 found" */
function progress({ scanned, total, found }) {
  const far = total == null ? t("jobs.search.scanned", { n: scanned }) : t("jobs.search.scanned_of", { n: scanned, total: number(total) });
  return `${far} · ${t("jobs.search.found", { n: found })}`;
}

/**
 * What the line above the results says, and what can be done about it.
 * @returns {{text: string, advice: string, tone: "busy"|"ok"|"warn"|"bad"}}
 */
export function standing(search) {
  const { state, found, kept, error } = search;
  if (state === "failed") return { text: error?.message || t("jobs.search.failed"), advice: error?.fix || t("jobs.search.failed.fix"), tone: "bad" };
  if (error && !isOver(search)) return { text: error.message, advice: error.fix, tone: "warn" };
  if (state === "waiting") return { text: t("jobs.search.waiting"), advice: "", tone: "busy" };
  if (state === "running") return { text: progress(search), advice: "", tone: "busy" };
  if (state === "stopped") return { text: progress(search), advice: t("jobs.search.stopped"), tone: "warn" };
  if (state === "full") return { text: progress(search), advice: t("jobs.search.full", { n: kept }), tone: "warn" };
  return { text: progress(search), advice: found ? "" : t("jobs.search.none"), tone: "ok" };
}

/** [[value, count]] of one facet, the most frequent first; those beyond the shown ones under "…" at the end. */
export function entriesOf(facet) {
  const { "…": rest, ...known } = facet ?? {};
  const entries = Object.entries(known).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return { entries, rest: rest ?? 0 };
}
