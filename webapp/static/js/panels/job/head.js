/** What job this is, and what can be done to it. */
import { KNOWN } from "../actions.js";
import { ActionButton } from "../action-button.js";
import { StatusChip } from "../../components/chip.js";
import { CopyButton } from "../../components/copy.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { leaveJob, to } from "../../router.js";
import { Bell } from "./bell.js";
import { Lookers } from "./lookers.js";
import { Rarer } from "./rarer.js";

const call = (job) => (job.func ? `${job.func}(${job.args ?? ""})` : (job.description ?? ""));

export const Head = ({ job, gone }) => html`
  <header class="job-head">
    <div class="job-line">
      <${StatusChip} status=${job.status} />
      <span class="mono job-id clip" title=${job.id}>${job.id}</span>
      <${CopyButton} text=${job.id} what=${t("job.id")} />
      <${Lookers} job=${job} />
    </div>
    <h1 class="job-name">${job.title ?? job.id}</h1>
    <p class="mono job-call">${call(job)}</p>
    ${job.note && html`<p class="job-note tinted s-warn">${job.note}</p>`}
    <div class="job-actions">
      ${KNOWN.filter((name) => job.actions.includes(name)).map(
        (name) => html`<${ActionButton} key=${name} name=${name} job=${job} disabled=${gone} onDone=${name === "delete" ? leaveJob : undefined} />`,
      )}
      ${!gone && html`<${Rarer} job=${job} />`}
      ${job.status === "failed" && html`<a class="button" href=${to("failures", { compare: job.id })} title=${t("job.compare.means")}>${t("job.compare")}</a>`}
      ${!gone && html`<${Bell} job=${job} />`}
    </div>
  </header>`;
