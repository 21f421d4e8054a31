/** The scheduled jobs that are due next, over all queues; each can be run now. */
import { useState } from "preact/hooks";
import { StatusChip } from "../../components/chip.js";
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { moment, number, shortId, zoneName } from "../../format.js";
import { useHold } from "../../hold.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to, toJob } from "../../router.js";
import { ActionButton } from "../action-button.js";
import { dueWords, planWords } from "./schedule.model.js";

/** Rows before the rest is asked for: cron stands below them. */
const MOST = 12;

/** Repaints once a second. */
function Due({ at }) {
  const { text, late } = dueWords(at, liveNow.value);
  return html`<span class=${late ? "tinted s-bad" : ""}>${text}</span><span class="job-sub" title=${at == null ? "" : zoneName(at)}>${at == null ? "" : moment(at, liveNow.peek())}</span>`;
}

function Row({ job, gone }) {
  const plan = planWords(job.plan).join(" · ");
  const name = job.title ?? shortId(job.id);
  return html`
    <tr class=${gone ? "gone" : ""} data-job=${job.id} data-status=${job.status}>
      <th scope="row">
        <a class="job-title clip" href=${toJob(job.id)} title=${job.func}>${name}</a>
        <span class="job-sub clip"><span class="mono quiet">${shortId(job.id)}</span> ${job.note ? html`<span class="tinted s-warn">${job.note}</span>` : job.args}</span>
        <span class="job-sub only-phone">${[job.queue, plan].filter(Boolean).join(" · ")}</span>
      </th>
      <td class="col-queue"><a href=${to("jobs", { queue: job.queue, status: "scheduled" })}>${job.queue}</a></td>
      <td class="sched-due">${gone ? t("schedule.gone") : html`<${Due} at=${job.run_at} />`}</td>
      <td class="sched-plan muted">${plan}</td>
      <td class="sched-do end">${job.status === "scheduled" ? html`<${ActionButton} name="run_now" job=${job} short disabled=${gone} />` : html`<${StatusChip} status=${job.status} />`}</td>
    </tr>`;
}

const Waiting = () =>
  Array.from({ length: 5 }, (_, n) => html`
    <tr key=${n}><th><${Skeleton} width=${120 + ((n * 37) % 60)} /></th><td class="col-queue"><${Skeleton} width=${50} /></td><td class="sched-due"><${Skeleton} width=${80} /></td><td class="sched-plan"></td><td class="sched-do"></td></tr>`);

const Head = () => html`
  <thead>
    <tr>
      <th scope="col">${t("schedule.job")}</th>
      <th scope="col" class="col-queue">${t("schedule.queue")}</th>
      <th scope="col" class="sched-due">${t("schedule.due")}</th>
      <th scope="col" class="sched-plan">${t("schedule.then")}</th>
      <th scope="col" class="sched-do"><span class="hidden-visually">${t("schedule.do")}</span></th>
    </tr>
  </thead>`;

const Empty = () => html`
  <div class="empty">
    <strong>${t("schedule.empty")}</strong>
    <span>${t("schedule.empty.next")}</span>
    <a class="button primary" href=${to("submit")}>${t("submit.open")}</a>
  </div>`;

/** `board`: what useBoard("schedule") gives. */
export function Upcoming({ board: { value, error, retry } }) {
  const [all, setAll] = useState(false);
  const jobs = value?.jobs ?? [];
  const { ref, shown, newer, release } = useHold(all ? jobs : jobs.slice(0, MOST), (job) => job.id);
  return html`
    <section class="card jobs" ref=${ref} aria-labelledby="upcoming-title" data-testid="upcoming">
      <div class="card-head ruled">
        <h2 id="upcoming-title">${t("schedule.upcoming")}</h2>
        ${value && html`<span class="aside"><a href=${to("jobs", { status: "scheduled" })}>${t("schedule.total", { n: value.total })}</a></span>`}
      </div>
      ${error && html`<${Trouble} error=${error} onRetry=${retry} />`}
      <div class="jobs-newer" aria-live="polite">${newer > 0 && html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: number(newer) })}</button>`}</div>
      ${value && !shown.length
        ? html`<${Empty} />`
        : (value || !error) &&
          html`<table class="job-table sched-table">
            <${Head} />
            <tbody class="fresh">${value ? shown.map(({ key, item, gone }) => html`<${Row} key=${key} job=${item} gone=${gone} />`) : html`<${Waiting} />`}</tbody>
          </table>`}
      ${!all && jobs.length > MOST && html`<p class="list-note"><button type="button" class="button bare" onClick=${() => setAll(true)}>${t("schedule.all", { n: jobs.length })}</button></p>`}
      ${all && value?.more > 0 && html`<p class="list-note"><a class="link" href=${to("jobs", { status: "scheduled" })}>${t("schedule.more", { n: value.more })}</a></p>`}
    </section>`;
}
