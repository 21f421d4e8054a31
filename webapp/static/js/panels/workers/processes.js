/** What runs beside the workers: schedulers, cron processes, web servers, operations; each with a sign of life. */
import { CodeBox } from "../../components/copy.js";
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { listed, number, roughly, ticking } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to } from "../../router.js";
import { health, queues, server } from "../../store.js";
import { commandFor } from "../workers.model.js";
import { unscheduled } from "./processes.model.js";

const TONES = { alive: "s-ok", unknown: "s-ok", "no signal": "s-warn", lost: "s-bad", off: "s-warn" };

const place = ({ host, pid, name }) => (host ? `${host}:${pid ?? "?"}` : name);

const age = (at) => at != null && t("workers.process.heard", { time: ticking((liveNow.value - at) / 1000) });
const up = (at) => at != null && t("workers.process.up", { time: roughly((liveNow.value - at) / 1000) });

/** Repaints once a second: it tells ages. */
const Ages = ({ heartbeat, since }) => html`${[age(heartbeat), up(since)].filter(Boolean).join(" · ")}`;

const Process = ({ kind, state, where, what, note, heartbeat, since }) => html`
  <li class=${`process ${TONES[state]}`} data-kind=${kind} data-state=${state}>
    <span class=${`dot large tinted ${state === "alive" || state === "unknown" ? "" : "hollow"}`} aria-hidden="true"></span>
    <span class="process-what"><strong>${t(`workers.process.${kind}`)}</strong> ${where && html`<span class="process-place">${where}</span>`}<span class="fleet-sub">${what}</span>${note && html`<span class="fleet-sub tinted">${note}</span>`}</span>
    <span class="process-state"><span class="tinted">${t(`workers.process.${state}`)}</span><span class="fleet-sub"><${Ages} heartbeat=${heartbeat} since=${since} /></span></span>
  </li>`;

function Scheduler({ process }) {
  const what = t("workers.process.scheduler.is", { queues: listed(process.queues) });
  const notes = { lost: "workers.process.scheduler.lost", unknown: "workers.process.scheduler.unknown" };
  return html`<${Process} kind="scheduler" ...${process} where=${place(process)} what=${what} note=${notes[process.state] && t(notes[process.state])} />`;
}

function Cron({ process }) {
  const what = process.config ? t("workers.process.cron.is", { config: process.config }) : t("workers.process.cron.no_config");
  const notes = { lost: "workers.process.cron.lost", "no signal": "workers.process.cron.silent" };
  return html`<${Process} kind="cron" ...${process} where=${place(process)} what=${html`<a href=${to("schedule")}>${what}</a>`} note=${notes[process.state] && t(notes[process.state])} />`;
}

function Web() {
  const { servers, pages } = health.value ?? {};
  const what = pages == null ? t("workers.process.web.here") : t("workers.process.web.is", { n: pages });
  return html`<${Process} kind="web" state="alive" where=${servers == null ? server.value?.name : number(servers)} what=${what} />`;
}

function Operations({ process }) {
  const state = process.state === "alive" ? "alive" : "off";
  const note = state === "off" && t("workers.process.operations.lost");
  return html`<${Process} kind="operations" ...${process} state=${state} what=${t("workers.process.operations.is")} note=${note} />`;
}

function NoScheduler() {
  const { names, jobs } = unscheduled(queues.value);
  if (!names.length) return null;
  return html`
    <li class="process-note tinted s-bad" data-testid="no-scheduler">
      <p>${t("workers.process.no_scheduler", { queues: listed(names), n: jobs })}</p>
      <${CodeBox} text=${commandFor(server.value, names[0], true)} what=${t("workers.command")} />
    </li>`;
}

const More = ({ n }) => n > 0 && html`<li class="process-note muted">${t("workers.process.more", { n })}</li>`;

const Waiting = () => html`<li class="process"><${Skeleton} width=${180} /></li>`;

/** `board`: what useBoard("processes") gives. */
export function Processes({ board: { value, error, retry } }) {
  return html`
    <section class="card processes" aria-labelledby="processes-title" data-testid="processes">
      <div class="card-head ruled"><h2 id="processes-title">${t("workers.processes")}</h2></div>
      ${!value && error && html`<${Trouble} error=${error} onRetry=${retry} />`}
      <ul class="fresh">
        <${NoScheduler} />
        ${!value && !error && html`<${Waiting} /><${Waiting} />`}
        ${value?.schedulers.map((process) => html`<${Scheduler} key=${process.name} process=${process} />`)}
        ${value && !value.schedulers.length && !unscheduled(queues.value).names.length && html`<li class="process-note muted">${t("workers.process.scheduler.none")}</li>`}
        <${More} n=${value?.schedulers_more} />
        ${value?.cron.map((process) => html`<${Cron} key=${process.name} process=${process} />`)}
        <${More} n=${value?.cron_more} />
        <${Web} />
        ${value && html`<${Operations} process=${value.operations} />`}
      </ul>
    </section>`;
}
