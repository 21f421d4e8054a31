/** What a line of activity says. Pure. */
import { NOTHING } from "../format.js";
import { has, t } from "../i18n.js";
import { isAfter } from "../reducer.js";

/** Deeds that are about a user or a token, by name, and not about a worker. */
const ABOUT_ACCESS = new Set(["add_token", "revoke_token", "sign_out_user"]);

/** Whether the `worker` of a line is one. */
export const isAboutWorker = ({ action }) => !ABOUT_ACCESS.has(action);

/** Outcomes that can be asked for. */
export const OUTCOMES = ["done", "refused", "failed", "unknown"];

/** How an outcome looks; what we never write looks like nothing in particular. */
const LEVELS = { done: "s-ok", refused: "s-warn", failed: "s-bad" };

const isDone = ({ outcome, reason }) => outcome === "done" && !reason;

/** What was done, or only tried: "Canceled", "Tried to cancel". */
export function verbOf(line) {
  const key = isDone(line) ? `activity.did.${line.action}` : `activity.tried.${line.action}`;
  if (has(key)) return t(key);
  if (!line.action) return NOTHING;
  const words = plain(line.action);
  return isDone(line) ? words : t("activity.tried", { verb: words });
}

/** A verb that has no words here, as a word: "hold_queue" is "hold queue". */
const plain = (verb) => verb.replaceAll("_", " ");

/** The name of a verb where it is chosen. */
export const verbName = (verb) => (has(`activity.did.${verb}`) ? t(`activity.did.${verb}`) : plain(verb));

/** From where, and through which server: "10.0.0.7 → web-a:8000". */
export const whenceOf = ({ address, server }) => [address, server].filter(Boolean).join(" → ");

/** What of the address narrows the activity: {actor, action, outcome, job}, or null where nothing does. */
export function wantedOf({ actor = "", action = "", outcome = "", job = "" }) {
  return actor || action || outcome || job ? { actor, action, outcome, job } : null;
}

/** Whether a line is what `wanted` {actor, action, outcome, job} asks for; what is empty asks for nothing. */
export const fits = (line, { actor, action, outcome, job }) =>
  (!actor || line.actor === actor) && (!action || line.action === action) && (!outcome || line.outcome === outcome) && (!job || line.job === job || line.of === job);

/** What there is to choose from: the `name` of the lines that are known, and what is chosen already. */
export const choices = (lines, name, chosen) => [...new Set([...lines.map((line) => line[name]), chosen])].filter(Boolean).sort();

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
