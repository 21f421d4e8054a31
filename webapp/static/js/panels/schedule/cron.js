/** RQ's cron: each job with its next run, how it ran, and whether runs were missed. */
import { CodeBox } from "../../components/copy.js";
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { listed, moment, NOTHING, number, zoneName } from "../../format.js";
import { useHold } from "../../hold.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to, toJob } from "../../router.js";
import { CronRun } from "./cron-run.js";
import { cadence, marks, nextWords, remarksOf, runsSentence } from "./cron.model.js";

/** Both repaint once a second. */
function Next({ job }) {
  const { text, tone } = nextWords(job, liveNow.value);
  const at = job.next_at;
  return html`<span class=${tone ? `tinted ${tone}` : ""}>${text}</span><span class="job-sub" title=${at == null ? "" : zoneName(at)}>${at == null ? "" : moment(at, liveNow.peek())}</span>`;
}
const Remarks = ({ job }) => remarksOf(job, liveNow.value).map(([text, tone]) => html`<span class=${`job-sub tinted ${tone}`} key=${tone + text.length}>${text}</span>`);

/** The marks are for the pointer; the sentence and the newest run say the same to everybody else. */
function Runs({ job }) {
  const newest = job.runs[0];
  if (!newest && job.last_at == null) return html`<span class="muted">${t("schedule.runs.none")}</span>`;
  const when = moment(newest?.at ?? job.last_at, liveNow.peek());
  return html`
    <span class="hidden-visually">${runsSentence(job.runs)}</span>
    <span class="marks" aria-hidden="true">${marks(job.runs).map(({ id, tone, words }) => html`<a key=${id} class=${`mark ${tone}`} href=${toJob(id)} title=${words} tabindex="-1"></a>`)}</span>
    <span class="job-sub">${t("schedule.runs.last")} ${newest ? html`<a href=${toJob(newest.id)}>${when}</a>` : when}${job.runs_total > job.runs.length && html` · ${t("schedule.runs.of", { n: job.runs_total })}`}</span>`;
}

/** Whose clock a cron string means is not stored. */
const Cadence = ({ job }) => html`
  <span class=${job.cron ? "mono" : ""} title=${job.cron ? t("schedule.cron.zone") : ""}>${cadence(job)}</span>
  ${job.hosts.length > 0 && html`<span class="job-sub clip" title=${listed(job.schedulers)}>${t(job.cron ? "schedule.cron.on_clock" : "schedule.cron.on", { hosts: listed(job.hosts) })}</span>`}`;

const called = (job) => [job.func && job.func !== job.name ? job.func : "", job.args ?? t("schedule.cron.no_json")].filter(Boolean).join(" · ");

function Row({ job, gone }) {
  return html`
    <tr class=${gone ? "gone" : ""} data-cron=${job.name} data-state=${job.state}>
      <th scope="row">
        <span class="cron-name clip" title=${job.func}>${job.title === job.func ? job.name : job.title}</span>
        <span class="job-sub clip">${called(job)}</span>
        <${Remarks} job=${job} />
      </th>
      <td class="col-queue">${job.queue ? html`<a href=${to("jobs", { queue: job.queue })}>${job.queue}</a>` : NOTHING}</td>
      <td class="cron-every"><${Cadence} job=${job} /></td>
      <td class="cron-next"><${Next} job=${job} /></td>
      <td class="cron-runs"><${Runs} job=${job} /></td>
      <td class="sched-do end"><${CronRun} job=${job} disabled=${gone} /></td>
    </tr>`;
}

const Head = () => html`
  <thead>
    <tr>
      <th scope="col">${t("schedule.cron.job")}</th>
      <th scope="col" class="col-queue">${t("schedule.queue")}</th>
      <th scope="col" class="cron-every">${t("schedule.cron.cadence")}</th>
      <th scope="col" class="cron-next">${t("schedule.cron.next")}</th>
      <th scope="col" class="cron-runs">${t("schedule.cron.runs")}</th>
      <th scope="col" class="sched-do"><span class="hidden-visually">${t("schedule.do")}</span></th>
    </tr>
  </thead>`;

const Waiting = () => html`<tr><th><${Skeleton} width=${150} /></th><td class="col-queue"><${Skeleton} width=${50} /></td><td class="cron-every"><${Skeleton} width=${60} /></td><td class="cron-next"><${Skeleton} width=${70} /></td><td class="cron-runs"><${Skeleton} width=${120} /></td><td class="sched-do"></td></tr>`;

const Empty = ({ note }) => html`
  <div class="empty">
    <strong>${t(note ? "schedule.cron.unreadable" : "schedule.cron.empty")}</strong>
    <span>${t(note ? "schedule.cron.unreadable.next" : "schedule.cron.empty.next")}</span>
    ${!note && html`<${CodeBox} text="rq cron cron_config.py" what=${t("schedule.cron.command")} />`}
  </div>`;

/** `board`: what useBoard("cron") gives. */
export function CronJobs({ board: { value, error, retry } }) {
  const { ref, shown, newer, release } = useHold(value?.jobs ?? [], (job) => job.key);
  const alive = value?.schedulers.filter(({ state }) => state === "alive").length ?? 0;
  return html`
    <section class="card jobs" ref=${ref} aria-labelledby="cron-title" data-testid="cron">
      <div class="card-head ruled">
        <h2 id="cron-title">${t("schedule.cron.title")}</h2>
        ${value && html`<span class="aside"><a href=${to("workers")}>${t("schedule.cron.processes", { n: alive })}</a></span>`}
      </div>
      ${error && html`<${Trouble} error=${error} onRetry=${retry} />`}
      <div class="jobs-newer" aria-live="polite">${newer > 0 && html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: number(newer) })}</button>`}</div>
      ${value && !shown.length
        ? html`<${Empty} note=${value.note} />`
        : (value || !error) &&
          html`<table class="job-table sched-table cron-table">
            <${Head} />
            <tbody class="fresh">${value ? shown.map(({ key, item, gone }) => html`<${Row} key=${key} job=${item} gone=${gone} />`) : html`<${Waiting} />`}</tbody>
          </table>`}
      ${value && value.more + value.names_more > 0 && html`<p class="list-note">${t("schedule.cron.more", { n: value.more + value.names_more })}</p>`}
    </section>`;
}
