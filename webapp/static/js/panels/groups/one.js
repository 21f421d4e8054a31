/** One group: how far all of it is, and its jobs. */
import { StatusChip } from "../../components/chip.js";
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { moment, number, shortId, zoneName } from "../../format.js";
import { useHold } from "../../hold.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to, toJob } from "../../router.js";
import { ManyButton } from "../operations/many-button.js";
import { FITS } from "../operations/verbs.model.js";
import { groupWords, inOrder, partWord } from "./groups.model.js";
import { Shares } from "./shares.js";

const latest = ({ ended_at: ended, started_at: started, enqueued_at: enqueued, created_at: created }) => ended ?? started ?? enqueued ?? created;

function Row({ job, gone }) {
  const at = latest(job);
  return html`
    <tr class=${gone ? "gone" : ""} data-job=${job.id} data-status=${job.status}>
      <th scope="row">
        <a class="job-title clip" href=${toJob(job.id)} title=${job.func}>${job.title ?? shortId(job.id)}</a>
        <span class="job-sub clip"><span class="mono quiet">${shortId(job.id)}</span> ${job.note ? html`<span class="tinted s-warn">${job.note}</span>` : job.args}</span>
      </th>
      <td class="col-queue">${job.queue}</td>
      <td class="col-status"><${StatusChip} status=${job.status} /></td>
      <td class="col-time nowrap" title=${at == null ? "" : zoneName(at)}>${moment(at, liveNow.peek())}</td>
    </tr>`;
}

/** A status narrows the rows below. */
function Filters({ name, value, chosen }) {
  const link = (status, n, word) => html`
    <a class=${`facet s-${status}`} href=${to("groups", { group: name, status })} aria-current=${chosen === status ? "true" : undefined} key=${status}>
      ${status && html`<span class="dot tinted" aria-hidden="true"></span>`}${word} <span class="facet-n">${number(n)}</span>
    </a>`;
  return html`<nav class="facets group-facets" aria-label=${t("groups.filter")}>${link("", value.total, t("groups.all"))}${inOrder(value.by_status).map(([status, n]) => link(status, n, partWord(status)))}</nav>`;
}

/** RQ runs what waits unless somebody cancels it; of a large group the first jobs are known. */
function CancelWaiting({ name, value }) {
  const ids = value.jobs.filter(({ status }) => FITS.cancel.includes(status)).map(({ id }) => id);
  const waiting = FITS.cancel.reduce((sum, status) => sum + (value.by_status[status] ?? 0), 0);
  if (!ids.length) return null;
  const note = waiting > ids.length ? t("operations.first_of", { n: ids.length, of: number(waiting) }) : "";
  return html`<${ManyButton} verb="cancel" label=${t("operations.cancel_waiting")} wish=${() => ({ of: { ids }, about: t("groups.group", { name }), note })} />`;
}

const Back = () => html`<a class="button" href=${to("groups")}>${t("groups.back")}</a>`;

function Jobs({ value, chosen }) {
  const wanted = value.jobs.filter(({ status }) => !chosen || status === chosen);
  const { ref, shown } = useHold(wanted, (job) => job.id);
  return html`
    <div ref=${ref}>
      <table class="job-table">
        <thead>
          <tr><th scope="col">${t("groups.job")}</th><th scope="col" class="col-queue">${t("facets.queue")}</th><th scope="col" class="col-status">${t("facets.status")}</th><th scope="col" class="col-time">${t("groups.latest")}</th></tr>
        </thead>
        <tbody class="fresh">${shown.map(({ key, item, gone }) => html`<${Row} key=${key} job=${item} gone=${gone} />`)}</tbody>
      </table>
      ${!shown.length && html`<div class="empty"><span>${t("groups.none_shown")}</span></div>`}
    </div>`;
}

/** `board`: what useBoard("group/<name>") gives. */
export function OneGroup({ name, chosen = "", board: { value, error, retry } }) {
  return html`
    <section class="card jobs" aria-labelledby="group-title" data-testid="group">
      <div class="card-head ruled group-top">
        <h2 id="group-title" class="clip" title=${name}>${t("groups.group", { name })}</h2>
        <span class="aside">${value && html`<${CancelWaiting} name=${name} value=${value} />`} <${Back} /></span>
      </div>
      ${error && html`<${Trouble} error=${error} onRetry=${value ? retry : undefined} />`}
      ${value
        ? html`
            <div class="group-head fresh">
              <${Shares} group=${value} thick />
              <p class="muted" data-testid="group-words">${groupWords(value)}</p>
              <${Filters} name=${name} value=${value} chosen=${chosen} />
            </div>
            <${Jobs} value=${value} chosen=${chosen} />
            ${value.more > 0 && html`<p class="list-note">${t("groups.more", { n: value.jobs.length, more: number(value.more) })}</p>`}`
        : !error && html`<div class="group-head"><${Skeleton} width=${320} height=${10} /></div>`}
    </section>`;
}
