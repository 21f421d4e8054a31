/** Why jobs fail: causes against ages, one cause, or a failed run beside a good one. */
import { useBoard } from "../board.js";
import { Trouble } from "../components/trouble.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { OneCause } from "../panels/failures/cause.js";
import { Comparison } from "../panels/failures/compare.js";
import { Matrix } from "../panels/failures/matrix.js";
import { muteWords, Unmute } from "../panels/failures/mute.js";
import { PageHead } from "../panels/page-head.js";
import { behind, to } from "../router.js";

/** "3 causes in the last hour, 12 jobs", how much of all was looked at, and what is hidden. */
function Summary({ value }) {
  const { query } = behind.value;
  const { last_hour: hour, looked_at: n, of, groups, more } = value;
  const hidden = groups.filter(({ muted }) => muted).length + value.mutes.length;
  return html`
    <div class="failures-summary">
      <p>${hour.causes ? html`<strong class="failed">${t("failures.hour", { n: hour.causes })}</strong> ${t("failures.hour.jobs", { n: hour.jobs })}` : t("failures.hour.none")}</p>
      ${n < of && html`<p class="muted">${t("failures.looked", { n, of })}</p>`}
      ${more > 0 && html`<p class="muted">${t("failures.causes.more", { n: groups.length, of: value.causes })}</p>`}
      ${(hidden > 0 || query.muted) && html`<a class="button" href=${to("failures", { ...query, muted: query.muted ? "" : "1" })} aria-pressed=${query.muted === "1"} role="button">${t("failures.muted.show", { n: hidden })}</a>`}
    </div>`;
}

/** `why`: looking, muted or none. */
const Empty = ({ why }) => html`<div class="empty" data-testid="failures-none"><strong>${t(`failures.empty.${why}`)}</strong><span>${t(`failures.empty.${why}.why`)}</span></div>`;

function emptiness({ groups, looked_at: n, of }, withMuted) {
  if (groups.some(({ muted }) => withMuted || !muted)) return null;
  if (groups.length) return "muted";
  return n < of ? "looking" : "none";
}

/** Mutes of which no failed job is left: they would hide the next one. */
const Silent = ({ mutes }) => html`
  <section class="card" aria-label=${t("failures.silent")}>
    <div class="card-head ruled"><h2>${t("failures.silent")}</h2></div>
    <ul>${mutes.map((mute) => html`<li class="silent" key=${mute.id}><span class="clip"><strong>${mute.type}</strong> <span class="muted">${muteWords(mute)}</span></span><${Unmute} id=${mute.id} name=${mute.type} /></li>`)}</ul>
  </section>`;

function Causes() {
  const { value, error, retry } = useBoard("failures");
  const { query } = behind.value;
  if (!value && error) return html`<section class="card"><${Trouble} error=${error} onRetry=${retry} /></section>`;
  const why = value && emptiness(value, query.muted === "1");
  return html`
    <div class="grid">
      <section class="card failures" aria-label=${t("nav.failures")} aria-busy=${!value}>
        ${value && html`<${Summary} value=${value} />`}
        ${why ? html`<${Empty} why=${why} />` : html`<${Matrix} key=${`${query.sort}:${query.muted}`} groups=${value?.groups ?? null} />`}
      </section>
      ${query.muted === "1" && value?.mutes.length > 0 && html`<${Silent} mutes=${value.mutes} />`}
    </div>`;
}

export function Page() {
  const { cause, age, compare, with: good } = behind.value.query;
  return html`
    <${PageHead} title=${t("nav.failures")} />
    <${Banners} />
    ${compare ? html`<${Comparison} key=${`${compare}:${good}`} id=${compare} good=${good} />` : cause ? html`<${OneCause} key=${cause} id=${cause} age=${age} />` : html`<${Causes} />`}`;
}
