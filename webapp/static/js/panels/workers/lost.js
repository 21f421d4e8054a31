/** Workers that are lost: what happened to each, and what RQ will do about it. */
import { workerName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to } from "../../router.js";
import { jobLink } from "../workers.js";
import { inOrder } from "../workers.model.js";
import { fates, happened } from "./fate.model.js";

/** Told in full; of more the table tells that they are lost. */
const MOST = 8;

export const endOf = (board, worker) => board?.lost.find((end) => end.worker === worker.name);

/** Repaints once a second: it says how long and when. */
export function Fate({ worker, end }) {
  const now = liveNow.value;
  return html`
    <p>${happened(worker, now)}</p>
    ${fates(worker, end, now).map((text) => html`<p class="muted" key=${text.slice(0, 40)}>${text}</p>`)}`;
}

const Lost = ({ worker, end }) => html`
  <li class="lost-worker" data-worker=${worker.name}>
    <p class="lost-head">
      <a class="lost-name" href=${to("workers", { worker: worker.name })}>${workerName(worker)}</a>
      <span class="quiet">${[worker.hostname, ...worker.queues].filter(Boolean).join(" · ")}</span>
      ${worker.jobs.map((job) => html`<span key=${job.id}>${jobLink(job)}</span>`)}
    </p>
    <${Fate} worker=${worker} end=${end} />
  </li>`;

/** `board`: the value of `processes`, or null while it is not known. */
export function LostWorkers({ workers, board }) {
  const lost = inOrder(workers.filter(({ state }) => state === "lost"));
  if (!lost.length) return null;
  return html`
    <section class="card lost-workers s-bad" aria-labelledby="lost-title" data-testid="lost-workers">
      <div class="card-head ruled"><h2 id="lost-title" class="tinted">${t("workers.lost.title", { n: lost.length })}</h2></div>
      <ul class="fresh">
        ${lost.slice(0, MOST).map((worker) => html`<${Lost} key=${worker.name} worker=${worker} end=${endOf(board, worker)} />`)}
        ${lost.length > MOST && html`<li class="lost-worker"><a class="link" href=${to("workers", { state: "lost" })}>${t("workers.lost.more", { n: lost.length - MOST })}</a></li>`}
      </ul>
    </section>`;
}
