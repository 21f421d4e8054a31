/** One worker: everything that is known of it, and the way to what it ran. */
import { useEffect, useRef } from "preact/hooks";
import { icons } from "../../components/icons.js";
import { duration, moment, NOTHING, number, percent, ticking, workerName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to } from "../../router.js";
import { stateWord } from "../workers.js";
import { isInTrouble, tone } from "../workers.model.js";
import { Doing } from "./doing.js";
import { failureShare, isHalf, searchFor, uptime, utilisation } from "./fleet.model.js";
import { Fate } from "./lost.js";
import { Deeds } from "./menu.js";
import { Output } from "./output.js";
import { QueueLinks } from "./row.js";

const agoIn = (at, now) => (at == null ? NOTHING : t("workers.one.since_is", { moment: moment(at, now), time: ticking((now - at) / 1000) }));

/** [key, content] of every fact. */
function facts(worker, now) {
  const [share, used] = [failureShare(worker), utilisation(worker, now)];
  const versions = worker.version && t("workers.one.version_is", { rq: worker.version, python: worker.python_version ?? "?" });
  const worked = [duration(Math.floor(worker.working_time)), used != null && t("workers.used", { percent: percent(used) })];
  return [
    [isInTrouble(worker) ? "last" : "runs", worker.jobs.length || isInTrouble(worker) ? html`<${Doing} worker=${worker} />` : t("workers.one.idle")],
    ["queues", html`<${QueueLinks} queues=${worker.queues} />`],
    ["host", [worker.hostname, worker.pid && t("workers.pid", { pid: String(worker.pid) })].filter(Boolean).join(" · ") || NOTHING],
    ["version", versions || NOTHING],
    ["since", uptime(worker, now) == null ? NOTHING : agoIn(worker.birth, now)],
    ["heard", agoIn(worker.last_heartbeat, now)],
    ["ended", number(worker.successful)],
    ["failed", share ? `${number(worker.failed)} · ${percent(share)}` : number(worker.failed)],
    ["worked", worked.filter(Boolean).join(" · ")],
  ];
}

const Ran = ({ name }) => html`<a class="button" href=${to("jobs", { q: searchFor(name) })}>${t("workers.one.ran")}</a>`;

const Known = ({ worker, end, added }) => html`
  ${(worker.note || isHalf(worker)) && html`<p class="tinted s-warn">${worker.note ?? t("workers.half")}</p>`}
  ${worker.state === "lost" && html`<div class="one-fate"><${Fate} worker=${worker} end=${end} /></div>`}
  <dl class="one-facts">${facts(worker, liveNow.value).map(([key, content]) => html`<div key=${key}><dt>${t(`workers.one.${key}`)}</dt><dd>${content}</dd></div>`)}</dl>
  <${Deeds} worker=${worker} />
  ${added && html`<div class="acting-output"><${Output} id=${added.id} name=${added.name} /></div>`}
  <${Ran} name=${worker.name} />`;

const Gone = ({ name }) => html`<p><strong>${t("workers.one.gone", { name })}</strong></p><p class="muted">${t("workers.one.gone.next")}</p><${Ran} name=${name} />`;

/** `worker`: as it is now, undefined where there is none of this name. `added`: what is told of it where it was added from a page. `back`: the address without it. */
export function OneWorker({ name, worker, end, added, back }) {
  const card = useRef(null);
  useEffect(() => card.current.focus({ preventScroll: false }), [name]);
  return html`
    <section class=${`card one-worker ${worker ? tone(worker) : ""}`} ref=${card} tabindex="-1" aria-label=${t("workers.about", { name })} data-testid="worker" data-state=${worker?.state}>
      <div class="card-head ruled">
        ${worker && html`<span class=${`dot large tinted ${isInTrouble(worker) ? "hollow" : ""}`} aria-hidden="true"></span>`}
        <h2 class="clip" title=${name}>${worker ? workerName(worker) : name}</h2>
        <span class="aside">${worker && stateWord(worker.state)}</span>
        <a class="button bare icon" href=${back} aria-label=${t("workers.one.close")}><${icons.close} /></a>
      </div>
      <div class="one-in fresh">${worker ? html`<${Known} worker=${worker} end=${end} added=${added} />` : html`<${Gone} name=${name} />`}</div>
    </section>`;
}
