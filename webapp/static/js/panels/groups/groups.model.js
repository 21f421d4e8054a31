/** How far a group is, and who holds the slots of a limit. Pure. */
import { number } from "../../format.js";
import { has, t } from "../../i18n.js";

/** In the order of a bar: what is over on the left, what runs, then what waits. */
const ORDER = ["finished", "failed", "stopped", "canceled", "started", "queued", "ready_to_enqueue", "rate_limited", "scheduled", "deferred", "created"];
const ENDED = new Set(["finished", "failed", "stopped", "canceled"]);

const place = (status) => (ORDER.indexOf(status) + 1 || ORDER.length + 1);

/** [status, n] of each status that occurs, in the order of a bar. */
export const inOrder = (by_status) => Object.entries(by_status).sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));

/**
 * The parts of a group's bar: {status, n, share}. `gone` are those whose hash has expired, `unknown` those not looked at yet.
 * @param {{by_status: Record<string, number>, vanished: number, looked_at: number, total: number}} group
 */
export function parts({ by_status, vanished, looked_at, total }) {
  const found = inOrder(by_status).map(([status, n]) => ({ status, n }));
  const over = found.filter(({ status }) => ENDED.has(status));
  const rest = found.filter(({ status }) => !ENDED.has(status));
  const all = [...over, { status: "gone", n: vanished }, ...rest, { status: "unknown", n: Math.max(0, total - looked_at) }];
  return all.filter(({ n }) => n > 0).map((part) => ({ ...part, share: total ? part.n / total : 0 }));
}

/** How many of the jobs that were looked at are over; what has expired was over before. */
export const endedOf = ({ by_status, vanished }) => inOrder(by_status).reduce((sum, [status, n]) => sum + (ENDED.has(status) ? n : 0), vanished);

export const partWord = (status) => {
  if (status === "gone" || status === "unknown") return t(`groups.part.${status}`);
  return has(`job.status.${status}`) ? t(`job.status.${status}`) : status;
};

/** "18 of 20 ended · 2 Failed · 1 Running" */
export function groupWords(group) {
  const { looked_at: counted, total } = group;
  const said = [counted < total ? t("groups.ended_part", { n: endedOf(group), counted }) : t("groups.ended", { n: endedOf(group), total })];
  for (const { status, n } of parts(group)) if (status !== "finished") said.push(`${number(n)} ${partWord(status)}`);
  return said.join(" · ");
}

/** How full a limit is, 0 to 1; null where its number of slots cannot be read. */
export const fullness = ({ held, concurrency }) => (concurrency ? Math.min(1, held / concurrency) : null);

/** [text, tone] of each thing to know about a limit. */
export function limitRemarks({ note, held, concurrency, waiting, stuck, holders }) {
  const found = [];
  if (note) found.push([t("groups.limit.unreadable"), "s-bad"]);
  if (stuck > 0) found.push([t(holders.length < held ? "groups.limit.stuck_of" : "groups.limit.stuck", { n: stuck, of: holders.length }), "s-bad"]);
  if (concurrency != null && held > concurrency) found.push([t("groups.limit.over", { n: held - concurrency }), "s-warn"]);
  if (waiting > 0 && concurrency != null && held < concurrency) found.push([t("groups.limit.idle"), "s-warn"]);
  return found;
}
