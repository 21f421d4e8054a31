/** The health of an installation as Markdown, to be pasted where people talk: UTC times, absolute links. Pure. */
import { NOTHING, number, ticking } from "../../format.js";
import { t } from "../../i18n.js";
import { queueRows } from "./queues.model.js";
import { redisFacts } from "./redis.model.js";
import { nextStep, wrong } from "./words.model.js";

/** Queues, causes and actions that are told: a message is read, not scrolled. */
const MOST = 12;

/** "2026-11-22 14:02:11 UTC", whatever zone the page shows. */
export const utc = (ms) => (ms == null ? NOTHING : `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`);

/** Text of other programs as text: nothing in it is a link, a heading or the end of a cell. */
export const escaped = (text) => String(text).replace(/[\r\n]+/g, " ").replace(/[\\`*_[\]<>|#~]/g, "\\$&");

const link = (text, address) => `[${escaped(text)}](${address})`;

const table = (heads, rows) => [`| ${heads.join(" | ")} |`, `|${" --- |".repeat(heads.length)}`, ...rows.map((cells) => `| ${cells.join(" | ")} |`)];

function verdicts(found, href) {
  return found.map((one) => {
    const where = one.link ? ` ${link(t("health.md.look"), href(one.link.page, one.link.query))}` : "";
    return `- ${one.level === "bad" ? "🔴" : "🟡"} ${[wrong(one), nextStep(one)].filter(Boolean).map(escaped).join(" ")}${where}`;
  });
}

function queues(seen, href) {
  const rows = queueRows(seen.queues, seen.boards.flow, seen.now).slice(0, MOST);
  if (!rows.length) return [];
  const both = (window) => (window ? `${number(window.arrived)} / ${number(window.ended)}` : NOTHING);
  const cells = rows.map(({ name, queued, seconds, recent, hour }) => [link(name, href("jobs", { queue: name })), number(queued), queued ? ticking(seconds) : NOTHING, both(recent), both(hour)]);
  const heads = [t("health.queues.queue"), t("health.queues.queued"), t("health.queues.oldest"), t("health.md.recent"), t("health.md.hour")];
  return [`### ${t("health.queues")}`, ...table(heads, cells)];
}

function redisLines(seen) {
  const { redis } = seen.boards;
  if (!redis) return [];
  return [`### ${t("health.redis")}`, ...redisFacts(redis, seen.now).map(([key, text]) => `- ${t(`health.redis.${key}`)}: ${text == null ? t("health.redis.untold") : escaped(text)}`)];
}

function actions(lines) {
  if (!lines.length) return [];
  return [`### ${t("health.actions")}`, ...lines.map(({ at, actor, what, job }) => `- ${utc(at)} ${escaped(actor)}: ${escaped(what)}${job ? ` (${escaped(job)})` : ""}`)];
}

/**
 * @param {object} seen as verdict.model.js takes it
 * @param {{found: object[], headline: string, actions: {at, actor, what, job}[], href: (page, query) => string, address: string}} told
 *   `href`: absolute address of a page; `address`: of Redis
 */
export function markdown(seen, { found, headline, actions: lines, href, address }) {
  const { totals } = seen;
  const counts = t("health.md.counts", { queued: totals.queued, started: totals.started, workers: totals.workers, lost: totals.lost });
  const parts = [
    [`## ${link(t("brand"), href("health"))}: ${escaped(headline)}`, `${utc(seen.now)} · ${escaped(address)} · ${counts}`],
    verdicts(found, href),
    queues(seen, href),
    redisLines(seen),
    actions(lines),
  ];
  return `${parts.filter((part) => part.length).map((part) => part.join("\n")).join("\n\n")}\n`;
}

