/** The jobs of one cause, newest first: each opens, and can be laid beside a good run. */
import { duration, moment, shortId, workerName, zoneName } from "../../format.js";
import { useHold } from "../../hold.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { behind, to, toJob } from "../../router.js";
import { workers } from "../../store.js";

const took = ({ started_at: from, ended_at: until }) => (from == null || until == null ? "" : duration((until - from) / 1000));

function workerWords(name) {
  const known = workers.value.find((worker) => worker.name === name);
  return known ? workerName(known) : name ? shortId(name) : "";
}

const Row = ({ row, gone }) => html`
  <tr class=${gone ? "gone" : ""} data-job=${row.id} data-status=${row.status}>
    <th scope="row">
      <a class="job-title clip" href=${toJob(row.id)} title=${row.func}>${row.title || shortId(row.id)}</a>
      <span class="job-sub clip"><span class="mono quiet">${shortId(row.id)}</span> ${row.note ? html`<span class="tinted s-warn">${row.note}</span>` : row.args}</span>
    </th>
    <td class="col-queue">${row.queue}</td>
    <td class="cause-worker clip" title=${row.worker}>${workerWords(row.worker)}</td>
    <td class="col-time nowrap" title=${row.ended_at == null ? "" : zoneName(row.ended_at)}>${moment(row.ended_at ?? row.created_at, liveNow.peek())}</td>
    <td class="cause-took end muted">${took(row)}</td>
    <td class="cause-beside end"><a class="button" href=${to("failures", { ...behind.value.query, compare: row.id })} title=${t("failures.compare.means")} aria-label=${t("failures.compare.label", { title: row.title || row.id })}>${t("failures.compare.short")}</a></td>
  </tr>`;

export function CauseJobs({ jobs, more, search }) {
  const { ref, shown } = useHold(jobs, (row) => row.id);
  if (!shown.length) return html`<p class="cause-none">${t("failures.jobs.none")}</p>`;
  return html`
    <table class="job-table cause-table" ref=${ref}>
      <thead>
        <tr>
          <th scope="col">${t("failures.job")}</th>
          <th scope="col" class="col-queue">${t("failures.queue")}</th>
          <th scope="col" class="cause-worker">${t("failures.worker")}</th>
          <th scope="col" class="col-time">${t("failures.ended")}</th>
          <th scope="col" class="cause-took end">${t("failures.took")}</th>
          <th scope="col" class="cause-beside"><span class="hidden-visually">${t("failures.compare.short")}</span></th>
        </tr>
      </thead>
      <tbody>${shown.map(({ key, item, gone }) => html`<${Row} key=${key} row=${item} gone=${gone} />`)}</tbody>
    </table>
    ${more > 0 && html`<p class="cause-none">${t("failures.jobs.more", { n: more })} <a class="link" href=${to("jobs", { q: search })}>${t("failures.search")}</a></p>`}`;
}
