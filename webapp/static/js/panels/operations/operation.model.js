/** How an operation stands: its figures, its words, and what may be done to it. Pure. */
import { duration, moment, number, percent } from "../../format.js";
import { has, t } from "../../i18n.js";
import { statusWord } from "./which.model.js";

/** How long one that has ended stays in sight. */
const LISTED_MS = 3_600_000;
const ENDED = new Set(["done", "canceled", "failed"]);
/** Who did it where nobody logs in: then nobody is named. */
const ANYONE = "anyone";
const DEEDS = { running: ["pause", "cancel"], trying: ["pause", "cancel"], paused: ["resume", "cancel"], halted: ["resume", "cancel"], collecting: ["cancel"] };

export const isOver = ({ state }) => ENDED.has(state);

/** Those to be shown: what goes on, and what ended not long ago. */
export const listed = (operations, now) => operations.filter((one) => !isOver(one) || one.ended_at === null || now - one.ended_at < LISTED_MS);

export const refusedCount = ({ refused }) => Object.values(refused).reduce((sum, n) => sum + n, 0);

/** Jobs that it has dealt with. */
const past = (operation) => operation.done + refusedCount(operation);

/** 0 to 1, or null while it is not known how many there are. */
export function fraction(operation) {
  if (operation.state === "done") return 1;
  return operation.total && operation.state !== "collecting" ? Math.min(1, past(operation) / operation.total) : null;
}

/** Seconds that are left at the pace of late, or null where none is known. */
export function left(operation) {
  const { per_second: pace, total, state } = operation;
  return pace > 0 && state === "running" ? (total - past(operation)) / pace : null;
}

/** What may be done to it now: names of deeds. */
export const deedsOf = ({ state }) => DEEDS[state] ?? [];

/** Seconds for which it can still be undone, or null where it cannot. */
export function undoLeft({ undo_until: until, undone_by: by, undo_jobs: n, state }, now) {
  if (!ENDED.has(state) || until === null || by || !n || until <= now) return null;
  return Math.ceil((until - now) / 1000);
}

/** How many of the deleted jobs can be put back, where that is not all of them and it still can be; else "". */
export const undoWords = (operation, now) => (undoLeft(operation, now) !== null && operation.undo_jobs < operation.done ? t("operations.undo.left", { n: operation.undo_jobs }) : "");

/** "Deleting 12,403 jobs", "12,398 jobs deleted". */
export function title(operation) {
  const { verb, state, total, done } = operation;
  if (isOver(operation)) return t(`operations.did.${verb}`, { n: done });
  return state === "collecting" ? t(`operations.title.${verb}`) : t(`operations.doing.${verb}`, { n: total });
}

/** "8,120 of 12,403 · 1,900/s · 3 s left" */
export function progressWords(operation) {
  const { state, total, per_second: pace } = operation;
  if (state === "collecting") return t("operations.collecting");
  const words = [t("operations.past", { n: past(operation), of: number(total) })];
  if (state === "running" && pace > 0) words.push(t("operations.pace", { n: number(pace, pace < 10 ? 1 : 0) }));
  const seconds = left(operation);
  if (seconds !== null) words.push(t("progress.left", { time: duration(Math.max(1, Math.round(seconds))) }));
  return words.join(" · ");
}

/** How it stands in a word, where that is more than that it runs. */
export const stateWord = ({ state }) => (state === "running" ? "" : t(`operations.state.${state}`));

const causeName = (cause) => [cause?.type || cause?.kind, cause?.message].filter(Boolean).join(": ").slice(0, 160);

/**
 * Why it stands still or has failed, and the next step; null where there is nothing to say.
 * @returns {{text: string, fix: string, cause?: string, job?: string}|null} `cause`, `job`: ids of what it is about
 */
export function reason({ message, state, options }) {
  if (!message && state === "trying") return { text: t("operations.trying", { n: options.first, need: options.need }), fix: "" };
  if (!message) return null;
  const { code, ...figures } = message;
  const key = has(`operations.why.${code}`) ? `operations.why.${code}` : "operations.why.other";
  return { text: t(key, { ...figures, code, cause: causeName(message.cause) }), fix: t(`${key}.fix`), cause: message.cause?.id, job: message.job };
}

/** [{code, text, jobs}]: why some jobs were refused, the most frequent first, with a few of them. */
export const refusals = ({ refused, refused_sample: sample }) =>
  Object.entries(refused)
    .sort(([, a], [, b]) => b - a)
    .map(([code, n]) => ({
      code,
      text: `${number(n)} ${has(`operations.refused.${code}`) ? t(`operations.refused.${code}`) : t("operations.refused.other", { code })}`,
      jobs: sample.filter((one) => one.code === code).slice(0, 5).map(({ job }) => job),
    }));

/** What it is about: a search, a list, some jobs; and who asked for it when. */
export function about({ of, actor, asked_at: at }, now) {
  const time = moment(at, now);
  return [whichWords(of), actor === ANYONE ? time : t("operations.by", { by: actor, time })].filter(Boolean).join(" · ");
}

function whichWords(of) {
  if (of.q !== undefined) return of.q;
  if (of.queue !== undefined) return [of.status && statusWord(of.status), of.queue].filter(Boolean).join(" · ");
  return of.ids ? t("operations.selected", { n: of.count ?? of.ids.length }) : "";
}

const RANK = { halted: 0, failed: 1, paused: 2, trying: 3, running: 3, collecting: 3 };

/**
 * What the indicator of all that are listed says.
 * @returns {{text: string, short: string, tone: "bad"|"warn"|"busy"|"ok", fraction: number|null, isBusy: boolean}|null} `short`:
 *   where there is no room for more
 */
export function summary(operations) {
  if (!operations.length) return null;
  const open = operations.filter((one) => !isOver(one));
  if (!open.length) return { text: t("operations.ended", { n: operations.length }), short: number(operations.length), tone: "ok", fraction: null, isBusy: false };
  const [first] = [...open].sort((a, b) => RANK[a.state] - RANK[b.state]);
  const shares = open.map(fraction);
  const share = shares.includes(null) ? null : shares.reduce((a, b) => a + b, 0) / open.length;
  const tone = first.state === "halted" ? "bad" : first.state === "paused" || first.message ? "warn" : "busy";
  const what = tone === "busy" ? (open.length > 1 ? t("operations.several", { n: open.length }) : t(`operations.now.${first.verb}`)) : t(`operations.state.${first.message && !["halted", "paused"].includes(first.state) ? "waits" : first.state}`);
  return { text: share === null ? what : `${what} · ${percent(share)}`, short: share === null ? number(open.length) : percent(share), tone, fraction: share, isBusy: true };
}
