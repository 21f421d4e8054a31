/** Everything else that RQ stores of a job. */
import { Tree } from "../../components/tree.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { callbackText, details, webhookText } from "./facts.model.js";
import { FactList } from "./facts.js";

const Told = ({ name, lines }) => lines.length > 0 && html`
  <div><dt>${t(name)}</dt><dd>${lines.map((line, n) => html`<p key=${n}>${line}</p>`)}</dd></div>`;

export const Details = ({ job }) => html`
  <${FactList} list=${details(job, liveNow.peek())}>
    <${Told} name="details.callbacks" lines=${(job.callbacks ?? []).map(callbackText)} />
    <${Told} name="details.webhooks" lines=${(job.webhooks ?? []).map(webhookText)} />
  <//>
  ${job.meta != null && html`<${Tree} value=${job.meta} name="meta" />`}`;
