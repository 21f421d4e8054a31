/** Running now: progress and time left of every run longer than a second; shorter ones gathered by function. */
import { ActionButton } from "./action-button.js";
import { Bar } from "../components/bar.js";
import { CodeBox } from "../components/copy.js";
import { Skeleton } from "../components/skeleton.js";
import { reached, timeLeft } from "../components/progress.model.js";
import { duration, number, ticking, workerName } from "../format.js";
import { useHold } from "../hold.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { liveNow } from "../liveness.js";
import { to, toJob } from "../router.js";
import { gathered, running, server, slices, totals } from "../store.js";
import { isStuck, longestFirst, MOST, MOST_GATHERED, placeOf, runningFor, WORTH_A_RATE } from "./running.model.js";

const PYTHON = 'from redis import Redis\nfrom rq import Queue\n\nQueue("default", connection=Redis()).enqueue("time.sleep", 5)';

function nameOf(name) {
  const worker = slices.workers.value[name]?.value;
  return worker ? workerName(worker) : workerName({ name });
}

const STATE_WORDS = { "no signal": "running.no_signal", lost: "running.lost", "runs on": "running.runs_on" };

function ProgressCell({ row, gone }) {
  const { progress } = row;
  const trouble = STATE_WORDS[row.worker_state];
  const elapsed = t("running.for", { time: ticking(runningFor(row, liveNow.value)) });
  const left = progress && timeLeft(progress.left);
  const said = progress ? reached(progress, true) || progress.message : t("running.no_progress");
  return html`
    <div class="run-progress">
      <div class="run-words">
        <span class=${`clip ${trouble ? "failed" : ""}`}>${gone ? t("running.ended") : trouble ? t(trouble) : said}</span>
        <span class="nowrap">${gone ? "" : left || elapsed}</span>
      </div>
      <${Bar} fraction=${gone ? 1 : progress?.fraction} label=${t("progress.of_job", { title: row.title })} still=${gone || Boolean(trouble)} />
    </div>`;
}

const Run = ({ row, gone }) => html`
  <li class=${`run ${gone ? "gone" : ""}`} data-job=${row.id} data-status=${row.status}>
    <div class="run-what">
      <a class="run-title clip" href=${toJob(row.id)} title=${row.func}>${row.title ?? row.id}</a>
      <div class="run-place clip" title=${placeOf(row, nameOf)}>${row.note ?? placeOf(row, nameOf)}</div>
    </div>
    <${ProgressCell} row=${row} gone=${gone} />
    <div class="run-do"><${ActionButton} name="stop" job=${row} short disabled=${gone} /></div>
  </li>`;

const Gathered = ({ row }) => html`
  <li class="run">
    <div class="run-what">
      <div class="run-title clip" title=${row.func}>${row.title} ${row.per_minute >= WORTH_A_RATE && html`<span class="muted">${t("running.rate", { n: number(row.per_minute / 60, row.per_minute < 60 ? 1 : 0) })}</span>`}</div>
      <div class="run-place clip">${[row.median_ms != null && t("running.median", { time: duration(row.median_ms / 1000) }), row.queue].filter(Boolean).join(" · ")}</div>
    </div>
    <div class="run-progress"><div class="run-words"><span class="clip">${t("running.gathered")}</span><span class="nowrap">${row.per_minute != null && t("running.per_minute", { n: number(row.per_minute) })}</span></div></div>
    <div class="run-do"></div>
  </li>`;

function Nothing() {
  const { jobs, queued } = totals.value;
  if (!jobs) {
    return html`
      <div class="empty">
        <strong>${t("empty.no_jobs")}</strong><span>${t("empty.no_jobs.next")}</span>
        <a class="button primary large" href=${to("submit")}>${t("submit.open")}</a>
        <${CodeBox} text=${PYTHON} what=${t("empty.python")} />
      </div>`;
  }
  if (isStuck(totals.value)) {
    return html`
      <div class="empty">
        <strong>${t("empty.no_worker", { n: queued })}</strong><span>${t("empty.no_worker.next")}</span>
        <${CodeBox} text=${server.value?.worker_command ?? "rq worker"} what=${t("workers.command")} />
      </div>`;
  }
  return html`<div class="empty"><strong>${t("empty.idle")}</strong><span>${t("empty.idle.next")}</span></div>`;
}

const Waiting = () => html`
  <ul>${[1, 2, 3].map((n) => html`<li class="run" key=${n}><div class="run-what"><${Skeleton} width=${140} /></div><div class="run-progress"><${Bar} fraction=${0} /></div><div></div></li>`)}</ul>`;

/** All that runs is a link away where it does not fit. */
function More({ total }) {
  const hidden = total - MOST;
  return hidden > 0 && html`<li class="run-more"><a class="link" href=${to("jobs", { status: "started" })}>${t("running.more", { n: hidden })}</a></li>`;
}

export function Running() {
  const rows = longestFirst(running.value);
  const { ref, shown, newer, release } = useHold(rows.slice(0, MOST), (row) => row.id);
  const short = gathered.value;
  const known = totals.value;
  const isEmpty = known && !shown.length && (!short.length || isStuck(known));
  return html`
    <section class="card runs" ref=${ref} aria-labelledby="running-title" data-testid="running">
      <div class="card-head ruled">
        <h2 id="running-title">${t("running.title")}</h2>
        <span class="aside">
          ${newer > 0 ? html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: newer })}</button>` : known && number(known.started)}
        </span>
      </div>
      ${!known && html`<${Waiting} />`} ${isEmpty && html`<${Nothing} />`}
      <ul class="fresh">
        ${shown.map(({ key, item, gone }) => html`<${Run} key=${key} row=${item} gone=${gone} />`)}
        ${known && html`<${More} total=${rows.length} />`}
        ${short.slice(0, MOST_GATHERED).map((row) => html`<${Gathered} key=${`${row.queue}/${row.func}`} row=${row} />`)}
        ${short.length > MOST_GATHERED && html`<li class="run-more muted">${t("running.more_functions", { n: short.length - MOST_GATHERED })}</li>`}
      </ul>
    </section>`;
}
