/** What job this is, and what can be done to it. */
import { KNOWN } from "../actions.js";
import { ActionButton } from "../action-button.js";
import { StatusChip } from "../../components/chip.js";
import { CopyButton } from "../../components/copy.js";
import { html } from "../../html.js";
import { has, t } from "../../i18n.js";
import { leaveJob } from "../../router.js";
import { placeName } from "./steps.js";

const call = (job) => (job.func ? `${job.func}(${job.args ?? ""})` : (job.description ?? ""));

/** Why it has not started, from the code that the server found. */
function explained({ code, ...words }) {
  if (code === "behind" && !words.ahead) return t("explain.next", words);
  return has(`explain.${code}`) ? t(`explain.${code}`, { ...words, n: words.ahead, worker: words.worker && placeName(words.worker) }) : "";
}

export const Head = ({ job, gone }) => html`
  <header class="job-head">
    <div class="job-line">
      <${StatusChip} status=${job.status} />
      <span class="mono job-id clip" title=${job.id}>${job.id}</span>
      <${CopyButton} text=${job.id} what=${t("job.id")} />
    </div>
    <h1 class="job-name">${job.title ?? job.id}</h1>
    <p class="mono job-call">${call(job)}</p>
    ${job.note && html`<p class="job-note tinted s-warn">${job.note}</p>`}
    ${job.explain && html`<p class="job-explain">${explained(job.explain)}</p>`}
    <div class="job-actions">
      ${KNOWN.filter((name) => job.actions.includes(name)).map(
        (name) => html`<${ActionButton} key=${name} name=${name} job=${job} disabled=${gone} onDone=${name === "delete" ? leaveJob : undefined} />`,
      )}
    </div>
  </header>`;
