/** Everything else that RQ stores of a job. */
import { Tree } from "../../components/tree.js";
import { now } from "../../clock.js";
import { shortId } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { toJob } from "../../router.js";
import { details } from "./facts.model.js";
import { FactList } from "./facts.js";

const Links = ({ name, ids }) => ids.length > 0 && html`
  <div class="facts"><div><span class="muted">${t(`details.${name}`)}</span><span>${ids.map((id) => html`<a class="link mono" key=${id} href=${toJob(id)} title=${id}>${shortId(id)} </a>`)}</span></div></div>`;

export const Details = ({ job }) => html`
  <${FactList} list=${details(job, now.peek())} />
  <${Links} name="depends_on" ids=${job.depends_on ?? []} />
  <${Links} name="dependents" ids=${job.dependents ?? []} />
  ${job.meta != null && html`<${Tree} value=${job.meta} name="meta" />`}`;
