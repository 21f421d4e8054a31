/** Workers: who is there, what each runs, and how to add one. */
import { useState } from "preact/hooks";
import { CodeBox } from "../components/copy.js";
import { ticking, workerName } from "../format.js";
import { useHold } from "../hold.js";
import { html } from "../html.js";
import { has, t } from "../i18n.js";
import { liveNow } from "../liveness.js";
import { to, toJob } from "../router.js";
import { server, totals, workers } from "../store.js";
import { inOrder, isInTrouble, MOST, shortTitle, tone } from "./workers.model.js";

export const stateWord = (state) => (has(`worker.${state}`) ? t(`worker.${state}`) : state);

export function troubleWord({ state, runs_on, since }) {
  if (state === "lost" && runs_on) return t("worker.runs_on");
  return since == null ? stateWord(state) : t("worker.since", { state: stateWord(state), time: ticking((liveNow.value - since) / 1000) });
}

export const jobLink = (job) => html`<a href=${toJob(job.id)} title=${job.title}>${shortTitle(job.title ?? job.id)}</a>`;

function Doing({ worker }) {
  const [job, ...others] = worker.jobs;
  if (isInTrouble(worker)) return html`<span class="tinted">${troubleWord(worker)}</span>${job && html`<span class="quiet"> · </span>${jobLink(job)}`}`;
  if (!job) return stateWord(worker.state);
  return html`<span class="hidden-visually">${stateWord(worker.state)} · </span>${jobLink(job)} ${others.length > 0 && html`<span class="quiet">+${others.length}</span>`}`;
}

const Worker = ({ worker, gone }) => html`
  <li class=${`worker ${tone(worker)} ${gone ? "gone" : ""}`} data-worker=${worker.name} data-state=${worker.state}>
    <span class=${`dot large tinted ${isInTrouble(worker) ? "hollow" : ""}`} aria-hidden="true"></span>
    <span class="worker-name clip" title=${`${worker.name} · RQ ${worker.version ?? "?"} · Python ${worker.python_version ?? "?"}`}>
      <a href=${to("workers", { worker: worker.name })}>${workerName(worker)}</a> <span class="quiet">${worker.queues.join(" ")}</span>
    </span>
    <span class="worker-job clip" title=${worker.note}>${gone ? t("worker.gone") : html`<${Doing} worker=${worker} />`}</span>
  </li>`;

function summary({ busy, idle, lost }) {
  const parts = [t("workers.busy", { n: busy }), t("workers.idle", { n: idle })];
  if (lost) parts.push(t("workers.lost", { n: lost }));
  return parts.join(" · ");
}

const AddWorker = ({ first }) => html`
  <div class="add-worker">
    <p>${t(first ? "workers.add_first" : "workers.add")}</p>
    <${CodeBox} text=${server.value?.worker_command ?? "rq worker"} what=${t("workers.command")} />
  </div>`;

export function Workers() {
  const [all, setAll] = useState(false);
  const list = inOrder(workers.value);
  const { ref, shown, newer, release } = useHold(all ? list : list.slice(0, MOST), (worker) => worker.name);
  const known = totals.value;
  return html`
    <section class="card workers" ref=${ref} aria-labelledby="workers-title" data-testid="workers">
      <div class="card-head ruled">
        <h2 id="workers-title"><a href=${to("workers")}>${t("workers.title")}</a></h2>
        <span class="aside clip">
          ${newer > 0 ? html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: newer })}</button>` : known && summary(known)}
        </span>
      </div>
      <ul class="fresh">
        ${shown.map(({ key, item, gone }) => html`<${Worker} key=${key} worker=${item} gone=${gone} />`)}
        ${!all && list.length > MOST && html`<li class="run-more"><button type="button" class="button bare" onClick=${() => setAll(true)}>${t("workers.all", { n: list.length })}</button></li>`}
      </ul>
      ${known && !list.length && html`<div class="empty"><strong>${t("empty.workers")}</strong><span>${t("empty.workers.next")}</span></div>`}
      <${AddWorker} first=${known && !list.length} />
    </section>`;
}
