/** The workers that were added from a page, on any server: how each is, how it ended, what it wrote; and its end. */
import { useState } from "preact/hooks";
import { listed, ticking } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to } from "../../router.js";
import { whyNot } from "../actions.js";
import { endAdded } from "./acting.js";
import { addedTone, endedWith, nextEnd } from "./acting.model.js";
import { Output } from "./output.js";

/** Repaints once a second while it waits. */
const Again = ({ at }) => html` ${t("acting.again", { time: ticking(Math.max(0, (at - liveNow.value) / 1000)) })}`;

function State({ worker }) {
  if (!worker.alive) return html`<span class="tinted">${t("acting.gone")}</span>`;
  const how = endedWith(worker);
  return html`
    <span class="tinted">${t(`acting.state.${worker.state}`)}</span>
    <span class="fleet-sub">${how && t(how[0], how[1])}${worker.state === "waiting" && worker.again_at != null && html`<${Again} at=${worker.again_at} />`}${worker.state === "failed" && ` ${t("acting.given_up", { n: worker.crashes })}`}</span>`;
}

function End({ worker }) {
  const how = nextEnd(worker);
  const refused = whyNot();
  return how && html`<button type="button" class=${`button ${how === "kill" ? "danger" : ""}`} title=${refused || t(`acting.${how}_added.means`)} aria-disabled=${refused ? "true" : undefined} data-deed=${`${how}_added`} onClick=${() => endAdded(worker, how)}>${t(`acting.${how}_added`)}</button>`;
}

function One({ worker }) {
  const [isOpen, setOpen] = useState(worker.state === "failed");
  const id = `output-${worker.id}`;
  return html`
    <li class=${`acting-one ${addedTone(worker)}`} data-added=${worker.id} data-state=${worker.alive ? worker.state : "gone"}>
      <span class=${`dot large tinted ${worker.alive && worker.state === "running" ? "" : "hollow"}`} aria-hidden="true"></span>
      <span class="acting-who"><strong>${worker.worker && worker.state !== "ended" ? html`<a href=${to("workers", { worker: worker.worker })}>${worker.name}</a>` : (worker.name ?? t("acting.new"))}</strong> <span class="quiet">${listed(worker.queues)}</span><span class="fleet-sub">${worker.server}${worker.pid && ` · ${t("workers.pid", { pid: String(worker.pid) })}`}</span></span>
      <span class="acting-state"><${State} worker=${worker} /></span>
      <span class="acting-buttons">
        <button type="button" class="button bare" aria-expanded=${isOpen} aria-controls=${id} onClick=${() => setOpen(!isOpen)}>${t(isOpen ? "acting.output.hide" : "acting.output")}</button>
        <${End} worker=${worker} />
      </span>
      ${isOpen && html`<div class="acting-output" id=${id}><${Output} id=${worker.id} name=${worker.name ?? worker.id} /></div>`}
    </li>`;
}

/** `board`: the value of the board `added`, or null while it is not known. */
export function AddedWorkers({ board }) {
  if (!board?.workers.length) return null;
  return html`
    <section class="card acting-added" aria-labelledby="added-title" data-testid="added-workers">
      <div class="card-head ruled"><h2 id="added-title">${t("acting.added")}</h2></div>
      <ul class="fresh">${board.workers.map((worker) => html`<${One} key=${worker.id} worker=${worker} />`)}</ul>
    </section>`;
}
