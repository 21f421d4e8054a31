/** The honest pill: the worst hop in one line, all hops in its popover. */
import { now } from "../clock.js";
import { hourMinute, NOTHING, number, ticking } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { condition, newest } from "../liveness.js";
import { heardAt, link, retryNow } from "../socket.js";
import { seenAt } from "../status.model.js";
import { health, server } from "../store.js";

const LEVELS = { ok: "s-ok", ease: "s-warn", busy: "s-warn", bad: "s-bad" };

/** The sentence of the pill: words for the values that its key takes. */
function sentence({ key, values }) {
  const words = { ...values };
  if (values.since != null) words.since = hourMinute(values.since);
  if (values.age != null) words.age = ticking(values.age);
  return t(values.age < 2 ? `${key}.fresh` : key, words);
}

/** Servers and open pages, as far as this Redis lets us know. */
function opened({ servers, pages, pages_here: here }) {
  if (servers == null || pages == null) return t("status.pages_here", { n: here });
  return `${t("status.servers", { n: servers })} · ${t("status.pages", { n: pages })}`;
}

export function StatusPill() {
  const current = condition.value;
  return html`
    <button type="button" class=${`pill ${LEVELS[current.level]}`} popovertarget="status" data-testid="status" data-level=${current.level} data-live=${current.live}>
      <span class="line"><span class="dot"></span><span class="text">${sentence(current)}</span></span>
      ${health.value && html`<span class="where">${health.value.address}</span><span class="where" data-testid="open">${opened(health.value)}</span>`}
    </button>
    <${StatusDetails} />`;
}

const seconds = ({ every_ms: ms }) => number(Math.round(ms / 100) / 10);

function ago(ms) {
  if (ms == null) return NOTHING;
  const seconds = (now.value - ms) / 1000;
  return seconds < 1 ? t("ago.now") : t("ago", { time: ticking(seconds) });
}

function pageHop({ state: name, since, retryAt }) {
  if (name === "open") return t("hop.page.open", { time: ago(now.value - (Date.now() - heardAt())) });
  if (name === "waiting") return t("hop.page.waiting", { since: hourMinute(since), n: Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)) });
  return t("hop.page.connecting");
}

function pagesHop({ pages, pages_here: here }) {
  return pages == null ? t("hop.pages.here", { n: here }) : t("hop.pages.all", { n: pages, here });
}

function StatusDetails() {
  const [hop, known, served] = [link.value, health.value, server.value];
  const rows = [
    ["hop.page", pageHop(hop)],
    ["hop.redis", known ? t(`hop.redis.${known.redis}`, { since: hourMinute(known.redis_since) }) : NOTHING],
    ["hop.feed", known ? t(`hop.feed.${known.feed.mode}`) : NOTHING],
    ["hop.proved", ago(known?.feed.proved_at)],
    ["hop.reconciled", ago(known?.reconciled_at)],
    ["hop.seen", ago(seenAt(known, newest.value))],
    ["hop.servers", number(known?.servers)],
    ["hop.pages", known ? pagesHop(known) : NOTHING],
    ["hop.name", served?.name ?? NOTHING],
    ["hop.address", known?.address ?? NOTHING],
    ["hop.version", served?.version ?? NOTHING],
  ];
  return html`
    <div class="popover" id="status" popover>
      <h2>${t("hop.title")}</h2>
      <dl>${rows.map(([key, value]) => html`<dt key=${key}>${t(key)}</dt><dd>${value}</dd>`)}</dl>
      ${known?.easing && html`<p class="note" data-testid="easing">${t(`easing.${known.easing.reason}`, { ms: known.easing.ms, n: seconds(known.easing) })}</p>`}
      ${known?.message && html`<p class="note">${known.message}</p>`}
      ${hop.state === "waiting" && html`<p class="note"><button type="button" class="button" onClick=${retryNow}>${t("hop.retry")}</button></p>`}
    </div>`;
}
