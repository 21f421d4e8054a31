/** What a worker does now, and for how long; for one in trouble, what became of it. */
import { ticking } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { jobLink, stateWord, troubleWord } from "../workers.js";
import { isInTrouble } from "../workers.model.js";

/** Repaints alone, once a second. */
const Since = ({ at }) => html`<span class="quiet nowrap">${t("workers.for", { time: ticking((liveNow.value - at) / 1000) })}</span>`;

const State = ({ worker }) => html`<span class=${isInTrouble(worker) ? "tinted" : "muted"}>${isInTrouble(worker) ? troubleWord(worker) : stateWord(worker.state)}</span>`;

export const Doing = ({ worker }) => html`
  ${(isInTrouble(worker) || !worker.jobs.length) && html`<${State} worker=${worker} />`}
  ${worker.jobs.map(
    (job) => html`
      <span class="fleet-job" key=${job.id}><span class="clip">${jobLink(job)}</span> ${!isInTrouble(worker) && job.started_at != null && html`<${Since} at=${job.started_at} />`}</span>`,
  )}
  ${worker.leaving != null && !isInTrouble(worker) && html`<span class="tinted s-warn">${t("acting.leaves")}</span>`}`;
