/** Where it runs, how long it may, how long it is kept, who sent it. */
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to, toJob } from "../../router.js";
import { slices } from "../../store.js";
import { useBoard } from "../../board.js";
import { shortId } from "../../format.js";
import { facts } from "./facts.model.js";
import { placeName } from "./steps.js";

function workerText(name) {
  const worker = slices.workers.value[name]?.value;
  const short = placeName(name);
  const full = short !== name && name.length > 8 ? `${name.slice(0, 6)}…` : "";
  return [short, full, worker?.version && `RQ ${worker.version}`].filter(Boolean).join(" · ");
}

export const FactList = ({ list, children }) => html`
  <dl class="facts">
    ${list.map(
      ({ key, text, page, query }) => html`<div key=${key} data-fact=${key}><dt>${t(key)}</dt><dd>${page ? html`<a class="link" href=${to(page, query)}>${text}</a>` : text}</dd></div>`,
    )}
    ${children}
  </dl>`;

/** The group, and how far it is where that is known. */
function Group({ name }) {
  const { value } = useBoard(`group/${name}`);
  const done = value?.by_status?.finished ?? 0;
  const isWhole = value?.total > 0 && value.looked_at === value.total;
  return html`
    <div data-fact="facts.group"><dt>${t("facts.group")}</dt>
      <dd><a class="link" href=${to("groups", { group: name })}>${name}</a>${isWhole && html` <span class="muted">${t("facts.group_done", { done, n: value.total })}</span>`}</dd>
    </div>`;
}

const Again = ({ id }) => html`
  <div data-fact="facts.again_of"><dt>${t("facts.again_of")}</dt><dd><a class="link mono" href=${toJob(id)} title=${id}>${shortId(id)}</a></dd></div>`;

export const Facts = ({ job }) => html`
  <${FactList} list=${facts(job, liveNow.value, workerText)}>
    ${job.submitted?.again_of && html`<${Again} id=${job.submitted.again_of} />`}
    ${job.group && html`<${Group} name=${job.group} />`}
  <//>`;
