/** What a line of activity says. Pure. */
import { NOTHING } from "../format.js";
import { has, t } from "../i18n.js";
import { isAfter } from "../reducer.js";

/** How an outcome looks; what we never write looks like nothing in particular. */
const LEVELS = { done: "s-ok", refused: "s-warn", failed: "s-bad" };

const isDone = ({ outcome, reason }) => outcome === "done" && !reason;

/** What was done, or only tried: "Canceled", "Tried to cancel". */
export function verbOf(line) {
  const key = isDone(line) ? `activity.did.${line.action}` : `activity.tried.${line.action}`;
  return has(key) ? t(key) : (line.action ?? NOTHING);
}

/** The chip: its word and its colour. */
export function outcomeOf(line) {
  const word = line.outcome === "done" && line.reason ? "same" : line.outcome;
  return { word: t(`activity.outcome.${word}`), level: word === "same" ? "" : (LEVELS[word] ?? "") };
}

/** Why, or what came of it, in a few words; "" where there is nothing to add. */
export function detailOf({ reason, heard_by: heard, jobs, note }) {
  if (note) return t("activity.odd");
  if (heard) return t("activity.heard", { workers: heard });
  if (jobs != null) return t("activity.jobs", { n: jobs });
  if (!reason) return "";
  return has(`activity.reason.${reason}`) ? t(`activity.reason.${reason}`) : reason;
}

/** A cause of failure by its exception without the module, or by what RQ says of the run. */
export const causeName = ({ name }) => (has(`failures.kind.${name}`) ? t(`failures.kind.${name}`) : name.split(".").at(-1));

/** Those of `lines` that are older than all that is `known`: a line that was pushed meanwhile is not shown twice. */
export function beyond(known, lines) {
  const oldest = known.at(-1);
  return oldest ? lines.filter((line) => isAfter(oldest.id, line.id)) : lines;
}
