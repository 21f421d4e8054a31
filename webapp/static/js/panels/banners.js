/** What everybody on the page should know before reading on: Redis away, looking only, workers suspended. */
import { now } from "../clock.js";
import { moment, ticking } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { resumeAll } from "./queues/open.js";
import { health, server, totals } from "../store.js";
import { whyNot } from "./actions.js";

const Banner = ({ level, name, children }) => html`
  <div class=${`banner ${level}`} role=${level === "bad" ? "alert" : "note"} data-testid=${`banner-${name}`}><p>${children}</p></div>`;

function RedisAway() {
  const { redis_since: since, message, address } = health.value;
  const time = since == null ? "" : ticking((now.value - since) / 1000);
  return html`
    <${Banner} level="bad" name="redis">
      <strong>${t("banner.redis", { address })}</strong> ${time && t("banner.redis.since", { time })} ${message ?? t("banner.redis.fix")}
    <//>`;
}

function Suspended() {
  const until = totals.value.suspended_until;
  return html`
    <${Banner} level="warn" name="suspended">
      <strong>${t("banner.suspended")}</strong> ${t("banner.suspended.fix")} ${until != null && t("banner.suspended.until", { time: moment(until, now.value) })}
      ${!whyNot("admin") && html` <button type="button" class="button" onClick=${resumeAll}>${t("banner.suspended.resume")}</button>`}
    <//>`;
}

/** Nothing of ours is written: what it keeps stands still. */
function NearlyFull({ level, used, max }) {
  const part = max ? t("banner.memory", { n: Math.round((100 * used) / max) }) : t("banner.memory.refused");
  return html`
    <${Banner} level=${level === "full" ? "warn" : "bad"} name="memory">
      <strong>${part}</strong> ${level === "full" ? "" : t("banner.memory.refusing")} ${t("banner.memory.fix")}
    <//>`;
}

/** The files of this page are from before an update: what it loads later may not fit. */
function isOutdated() {
  const own = document.documentElement.dataset.assets?.split("/").at(-1);
  return Boolean(server.value?.assets && own && server.value.assets !== own);
}

/** Shown above every page. */
export function Banners() {
  const [known, served] = [health.value, server.value];
  const lookOnly = served?.attached && served.look_only;
  return html`
    ${known?.redis === "away" && html`<${RedisAway} />`}
    ${known?.redis === "ok" && known.memory && html`<${NearlyFull} ...${known.memory} />`}
    ${lookOnly &&
    html`<${Banner} level="" name="look-only"><strong>${t("banner.look_only")}</strong> ${served.why_not ?? t("banner.look_only.fix")}<//>`}
    ${isOutdated() &&
    html`<${Banner} level="" name="outdated">${t("banner.outdated")} <button type="button" class="button" onClick=${() => location.reload()}>${t("banner.outdated.fix")}</button><//>`}
    ${totals.value?.cut &&
    html`<${Banner} level="warn" name="cut"><strong>${t("banner.cut")}</strong> ${t("banner.cut.fix")}<//>`}
    ${totals.value?.suspended &&
    html`<${Suspended} />`}`;
}
