/** Where it runs, how long it may, how long it is kept. */
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { slices } from "../../store.js";
import { facts } from "./facts.model.js";
import { placeName } from "./steps.js";

function workerText(name) {
  const worker = slices.workers.value[name]?.value;
  const short = placeName(name);
  const full = short !== name && name.length > 8 ? `${name.slice(0, 6)}…` : "";
  return [short, full, worker?.version && `RQ ${worker.version}`].filter(Boolean).join(" · ");
}

export const FactList = ({ list }) => html`
  <dl class="facts">${list.map(([key, text]) => html`<div key=${key}><dt>${t(key)}</dt><dd>${text}</dd></div>`)}</dl>`;

export const Facts = ({ job }) => html`<${FactList} list=${facts(job, liveNow.value, workerText)} />`;
