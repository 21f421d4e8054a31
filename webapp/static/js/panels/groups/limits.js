/** Rate limits: who holds the slots of each, who waits for one, and which slots nobody gives back. */
import { Bar } from "../../components/bar.js";
import { StatusChip } from "../../components/chip.js";
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { NOTHING, number, shortId, ticking } from "../../format.js";
import { html } from "../../html.js";
import { has, t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to, toJob } from "../../router.js";
import { fullness, limitRemarks } from "./groups.model.js";

/** Repaints once a second. */
const Since = ({ at }) => (at == null ? null : html`<span class="muted nowrap">${t("groups.limit.for", { time: ticking((liveNow.value - at) / 1000) })}</span>`);

const slotWord = (slot) => (has(`groups.slot.${slot}`) ? t(`groups.slot.${slot}`) : "");

const Job = ({ job }) => html`
  <li class="slot" data-job=${job.id} data-slot=${job.slot}>
    <a class="clip" href=${toJob(job.id)} title=${`${job.id} ${job.args}`}>${job.title ?? shortId(job.id)}</a>
    <${StatusChip} status=${job.status} />
    <${Since} at=${job.since} />
    ${job.slot && job.slot !== "used" && html`<span class=${`slot-note tinted ${job.slot === "stuck" ? "s-bad" : "s-warn"}`}>${slotWord(job.slot)}</span>`}
  </li>`;

const Jobs = ({ title, jobs, more }) => html`
  <div>
    <h3 class="limit-part">${title}</h3>
    <ul>${jobs.map((job) => html`<${Job} key=${job.id} job=${job} />`)}</ul>
    ${more > 0 && html`<p class="muted limit-more">${t("groups.limit.more", { n: more })}</p>`}
  </div>`;

function Limit({ limit }) {
  const { key, concurrency, held, waiting, holders, heads } = limit;
  const of = concurrency == null ? NOTHING : number(concurrency);
  return html`
    <li class="limit" data-limit=${key}>
      <div class="limit-head">
        <strong class="clip" title=${key}>${key}</strong>
        <span class="nowrap">${t("groups.limit.held", { n: held, of })}</span>
        <span class="nowrap"><a href=${to("jobs", { status: "rate_limited" })} class=${waiting ? "" : "quiet"}>${t("groups.limit.waiting", { n: waiting })}</a></span>
      </div>
      <${Bar} fraction=${fullness(limit)} label=${t("groups.limit.held", { n: held, of })} still />
      ${limitRemarks(limit).map(([text, tone]) => html`<p class=${`limit-remark tinted ${tone}`} key=${tone + text.length}>${text}</p>`)}
      ${holders.length + heads.length > 0 &&
      html`<details class="limit-jobs" open=${limit.stuck > 0 || undefined}>
        <summary>${t("groups.limit.jobs")}</summary>
        <div class="limit-columns">
          ${holders.length > 0 && html`<${Jobs} title=${t("groups.limit.holders")} jobs=${holders} more=${held - holders.length} />`}
          ${heads.length > 0 && html`<${Jobs} title=${t("groups.limit.heads")} jobs=${heads} more=${waiting - heads.length} />`}
        </div>
      </details>`}
    </li>`;
}

const Empty = ({ note }) => html`
  <div class="empty">
    <strong>${t(note ? "groups.limits.unreadable" : "groups.limits.empty")}</strong>
    <span>${t(note ? "groups.limits.unreadable.next" : "groups.limits.empty.next")}</span>
  </div>`;

/** `board`: what useBoard("limits") gives. */
export function Limits({ board: { value, error, retry } }) {
  return html`
    <section class="card" aria-labelledby="limits-title" data-testid="limits">
      <div class="card-head ruled">
        <h2 id="limits-title">${t("groups.limits.title")}</h2>
        ${value && html`<span class="aside">${number(value.limits.length + value.more)}</span>`}
      </div>
      ${error && html`<${Trouble} error=${error} onRetry=${retry} />`}
      <ul class="fresh">${value ? value.limits.map((limit) => html`<${Limit} key=${limit.key} limit=${limit} />`) : !error && html`<li class="limit"><${Skeleton} width=${180} /></li>`}</ul>
      ${value && !value.limits.length && html`<${Empty} note=${value.note} />`}
      ${value?.more > 0 && html`<p class="list-note">${t("groups.limits.more", { n: value.more })}</p>`}
    </section>`;
}
