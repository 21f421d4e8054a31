/** What the rows of checked links say: their tone, why, where they lead, which are shown. Pure. */
import { duration } from "../../format.js";
import { has, t } from "../../i18n.js";

/** Rows that are drawn before somebody asks for all. */
export const SHOWN = 100;

/** Outcomes that only say that a link could be better. All but these and "ok" are broken. */
const MILD = ["private_address", "permanent_redirect", "slow", "redirected"];

/** Of these the server's own words say more than the outcome. */
const WORDY = ["client_error", "server_error", "unreachable", "tls_error", "bad_answer", "invalid_url"];

/** "bad", "warn" or "ok". */
export const tone = (outcome) => (outcome === "ok" ? "ok" : MILD.includes(outcome) ? "warn" : "bad");

/** The name of an outcome; one that is not known here is shown as it is stored. */
export const outcomeName = (outcome) => (has(`links.outcome.${outcome}`) ? t(`links.outcome.${outcome}`) : outcome);

/** Why a link has its outcome, or nothing where the outcome says all. */
export function because({ outcome, reason, words, chain }) {
  if (reason && has(`links.reason.${outcome}.${reason}`)) return t(`links.reason.${outcome}.${reason}`);
  if (outcome === "permanent_redirect") return t("links.update", { url: movedTo(chain) });
  return WORDY.includes(outcome) ? (words ?? "") : "";
}

/** "301 https://a.test/" as {status, url}. */
export function hopsOf({ chain = [] }) {
  return chain.map((hop) => ({ status: hop.slice(0, 3), url: hop.slice(4) }));
}

/** The redirects that a row has no room for. */
export const hopsLeft = ({ chain = [], hops }) => Math.max(0, (hops ?? 0) - chain.length);

function movedTo(chain) {
  const hops = hopsOf({ chain });
  const end = hops.findIndex(({ status }) => status !== "301" && status !== "308");
  return hops.at(end < 0 ? -1 : end - 1)?.url ?? "";
}

/** Where a click may lead: only to http(s), and not to an address that is shown in part. */
export const hrefOf = (url) => (/^https?:\/\//i.test(url) && !url.includes("…") ? url : null);

/** The rows with one outcome, or all. */
export const chosenRows = (rows, outcome) => (outcome === null ? rows : rows.filter((row) => row.outcome === outcome));

/** "3 sitemaps", "in 2.1 s" */
export function facts({ sitemaps, sitemaps_failed: failed, seconds }) {
  const said = sitemaps ? [t("links.sitemaps", { n: sitemaps })] : [];
  if (failed) said.push(t("links.sitemaps_failed", { n: failed }));
  return [...said, t("links.took", { time: duration(seconds) })];
}

/** How many of all links are not broken, in a sentence. */
export function verdict({ counts }) {
  const n = counts.filter(({ outcome }) => tone(outcome) === "bad").reduce((sum, { count }) => sum + count, 0);
  return { tone: n ? "bad" : "ok", text: n ? t("links.broken", { n }) : t("links.none_broken") };
}
