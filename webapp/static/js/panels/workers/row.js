/** One worker as a row of the table. */
import { duration, NOTHING, number, percent, roughly, ticking, workerName } from "../../format.js";
import { computed } from "@preact/signals";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to } from "../../router.js";
import { boards } from "../../store.js";
import { isInTrouble, tone } from "../workers.model.js";
import { Doing } from "./doing.js";
import { WorkerMenu } from "./menu.js";
import { Tick } from "./selection.js";
import { failureShare, isHalf, uptime, utilisation } from "./fleet.model.js";

/** Queues that are named in a row; all stand in its title and on the worker's own card. */
const QUEUES_MOST = 3;

export const QueueLinks = ({ queues, most = queues.length }) => html`
  ${!queues.length && html`<span class="tinted s-warn">${t("workers.no_queue")}</span>`}
  ${queues.slice(0, most).map((name, at) => html`${at > 0 && " "}<a key=${name} href=${to("jobs", { queue: name })}>${name}</a>`)}
  ${queues.length > most && html` <span class="quiet" title=${queues.join(" ")}>+${number(queues.length - most)}</span>`}`;

/** Names of those that skip paused queues for certain: it changes seldom, and only its words repaint. */
const pausable = computed(() => (boards.value.processes?.value?.value?.pausable ?? []).join("\n"));

const Skips = ({ name }) => pausable.value.split("\n").includes(name) && html`<span class="fleet-sub clip" title=${t("workers.skips.tip")} data-testid="skips">${t("workers.skips")}</span>`;

/** Share of failed runs from which on it is coloured. */
const WORTH_A_LOOK = 0.01;

/** What stands below the name: the pid where the name does not say it, and the versions. */
const about = (worker) =>
  [workerName(worker) === worker.name && worker.pid && t("workers.pid", { pid: String(worker.pid) }), worker.version && `RQ ${worker.version}`, worker.python_version && t("workers.python", { version: worker.python_version })]
    .filter(Boolean)
    .join(" · ");

function Runs({ worker }) {
  const share = failureShare(worker);
  if (share == null) return html`<span class="quiet">${t("workers.not_yet")}</span>`;
  return html`
    ${number(worker.successful + worker.failed)}
    <span class=${`fleet-sub ${share >= WORTH_A_LOOK ? "failed" : ""}`}>${share ? t("workers.failed_share", { percent: percent(share) }) : t("workers.none_failed")}</span>`;
}

function Used({ worker }) {
  const share = utilisation(worker, liveNow.value);
  if (share == null) return html`<span class="quiet" title=${t("workers.just_started")}>${NOTHING}</span>`;
  return html`${percent(share)}<span class="bar still" aria-hidden="true"><i style=${{ transform: `translateX(${(share * 100 - 100).toFixed(1)}%)` }}></i></span>`;
}

const Heard = ({ at }) => (at == null ? NOTHING : ticking((liveNow.value - at) / 1000));

const Up = ({ worker }) => {
  const up = uptime(worker, liveNow.value);
  return up == null ? NOTHING : html`<span title=${duration(Math.floor(up))}>${roughly(up)}</span>`;
};

export const WorkerRow = ({ worker, gone }) => html`
  <tr class=${`fleet-row ${tone(worker)} ${gone ? "gone" : ""}`} data-worker=${worker.name} data-state=${worker.state}>
    <th scope="row">
      <span class="fleet-name">
        <${Tick} worker=${worker} />
        <span class=${`dot large tinted ${isInTrouble(worker) ? "hollow" : ""}`} aria-hidden="true"></span>
        <a class="clip" href=${to("workers", { worker: worker.name })} title=${worker.name}>${workerName(worker)}</a>
      </span>
      <span class="fleet-sub clip">${isHalf(worker) ? t("workers.half") : (worker.note ?? about(worker))}</span>
      <${Skips} name=${worker.name} />
    </th>
    <td class="fleet-doing">${gone ? t("worker.gone") : html`<${Doing} worker=${worker} />`}</td>
    <td class="fleet-queues"><${QueueLinks} queues=${worker.queues} most=${QUEUES_MOST} /></td>
    <td class="fleet-up end nowrap"><${Up} worker=${worker} /></td>
    <td class="fleet-runs end nowrap"><${Runs} worker=${worker} /></td>
    <td class="fleet-used end nowrap"><${Used} worker=${worker} /></td>
    <td class="fleet-heard end nowrap"><${Heard} at=${worker.last_heartbeat} /></td>
    <td class="fleet-acts">${!gone && html`<${WorkerMenu} worker=${worker} />`}</td>
  </tr>`;
