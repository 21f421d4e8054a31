/** The table of jobs: rows change where they stand, and hold still under the hand. */
import { Bar } from "../components/bar.js";
import { StatusChip, statusName } from "../components/chip.js";
import { reached, timeLeft } from "../components/progress.model.js";
import { Skeleton } from "../components/skeleton.js";
import { Trouble } from "../components/trouble.js";
import { moment, number, shortId, zoneName } from "../format.js";
import { useHold } from "../hold.js";
import { html } from "../html.js";
import { has, t } from "../i18n.js";
import { liveNow } from "../liveness.js";
import { behind, to, toJob } from "../router.js";
import { pagerWords, spell, timeOf } from "./joblist.model.js";

function Spell({ row }) {
  const { progress } = row;
  if (row.status !== "started" || !progress) return html`<span class="muted">${spell(row, liveNow.value)}</span>`;
  return html`
    <span class="muted nowrap" title=${reached(progress)}>${timeLeft(progress.left) || spell(row, liveNow.value)}</span>
    <${Bar} fraction=${progress.fraction} label=${t("progress.of_job", { title: row.title })} />`;
}

function Row({ row, field, gone }) {
  const at = timeOf(row, field);
  return html`
    <tr class=${gone ? "gone" : ""} data-job=${row.id}>
      <th scope="row">
        <a class="job-title clip" href=${toJob(row.id)} title=${row.func}>${row.title ?? shortId(row.id)}</a>
        <span class="job-sub clip"><span class="mono quiet">${shortId(row.id)}</span> ${row.note ? html`<span class="tinted s-warn">${row.note}</span>` : row.args}</span>
      </th>
      <td class="col-queue">${row.queue}</td>
      <td class="col-status"><${StatusChip} status=${row.status} /></td>
      <td class="col-time nowrap" title=${at == null ? "" : zoneName(at)}>${moment(at, liveNow.peek())}</td>
      <td class="col-spell end"><${Spell} row=${row} /></td>
    </tr>`;
}

const Waiting = () =>
  Array.from({ length: 10 }, (_, n) => html`
    <tr key=${n}><th><${Skeleton} width=${120 + ((n * 37) % 60)} /></th><td class="col-queue"><${Skeleton} width=${50} /></td><td class="col-status"><${Skeleton} width=${60} /></td><td class="col-time"><${Skeleton} width=${90} /></td><td class="col-spell"></td></tr>`);

const columnName = (field) => (has(`jobs.field.${field}`) ? t(`jobs.field.${field}`) : field);
const orderName = (order) => (has(`jobs.order.${order}`) ? t(`jobs.order.${order}`) : order);

/** Notes that stand above the list: what is below is not what was asked for. */
const LOUD_NOTES = ["moved", "unreadable"];

const noteText = (note) => (has(`jobs.note.${note}`) ? t(`jobs.note.${note}`) : note);

const Head = ({ page, field }) => html`
  <thead>
    <tr>
      <th scope="col">${t("jobs.job")}</th>
      <th scope="col" class="col-queue">${t("facets.queue")}</th>
      <th scope="col" class="col-status">${t("facets.status")}</th>
      <th scope="col" class="col-time">${columnName(field)}${page?.order && html` <span class="quiet order">${orderName(page.order)}</span>`}</th>
      <th scope="col" class="col-spell end">${t("jobs.spell")}</th>
    </tr>
  </thead>`;

function Pager({ page, status }) {
  const { query } = behind.value;
  const words = pagerWords(status);
  const step = (cursor, word) => cursor && html`<a class="button" href=${to("jobs", { ...query, cursor })}>${word}</a>`;
  return html`
    <nav class="pager" aria-label=${t("jobs.pages")}>
      <span class="muted">${page.total == null ? page.note && noteText(page.note) : t("jobs.total", { n: page.total })}</span>
      ${query.cursor && html`<a class="button bare" href=${to("jobs", { ...query, cursor: "" })}>${t("jobs.first")}</a>`}
      ${step(page.prev, words.prev)} ${step(page.next, words.next)}
    </nav>`;
}

function Empty({ queue, status }) {
  const words = { status: statusName(status || "queued").toLowerCase(), queue };
  const key = status ? (queue ? "jobs.empty.both" : "jobs.empty.status") : queue ? "jobs.empty.queue" : "jobs.empty";
  return html`
    <div class="empty">
      <strong>${t(key, words)}</strong>
      ${status || queue ? html`<a class="button" href=${to("jobs")}>${t("jobs.empty.all")}</a>` : html`<a class="button primary" href=${to("submit")}>${t("submit.open")}</a>`}
    </div>`;
}

function BadCursor({ error }) {
  return html`<${Trouble} error=${error} /><div class="pager"><a class="button" href=${to("jobs", { ...behind.value.query, cursor: "" })}>${t("jobs.first")}</a></div>`;
}

export function JobList({ queue, status, page, items, error, loading, isOther, retry }) {
  const { ref, shown, newer, release } = useHold(items, (row) => row.id);
  const field = page?.order_field ?? "created_at";
  if (error && !page) {
    return html`<section class="card">${error.code === "bad_cursor" ? html`<${BadCursor} error=${error} />` : html`<${Trouble} error=${error} onRetry=${retry} />`}</section>`;
  }
  return html`
    <section class=${`card jobs ${isOther ? "other" : ""}`} ref=${ref} aria-busy=${loading} aria-label=${t("nav.jobs")} data-testid="jobs">
      ${error && html`<${Trouble} error=${error} onRetry=${retry} />`}
      ${LOUD_NOTES.includes(page?.note) && html`<p class="list-note">${noteText(page.note)}</p>`}
      <div class="jobs-newer" aria-live="polite">${newer > 0 && html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: newer >= 50 ? "50+" : number(newer) })}</button>`}</div>
      <table class="job-table">
        <${Head} page=${page} field=${field} />
        <tbody class="fresh">
          ${page ? shown.map(({ key, item, gone }) => html`<${Row} key=${key} row=${item} field=${field} gone=${gone} />`) : html`<${Waiting} />`}
        </tbody>
      </table>
      ${page && !shown.length && !loading && page.note !== "unreadable" && html`<${Empty} queue=${queue} status=${status} />`}
      ${page && html`<${Pager} page=${page} status=${status} />`}
    </section>`;
}
