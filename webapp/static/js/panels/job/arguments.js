/** What the job was called with: arguments by position, then those by name. */
import { TreeList } from "../../components/tree.js";
import { entriesOf } from "../../components/tree.model.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { bodyOfJob, callOfJob } from "../submit/call.model.js";
import { SameCall } from "../submit/same-call.js";

function Given({ given }) {
  if (!given) return html`<p class="tab-empty">${t("arguments.unreadable")}</p>`;
  const { positional, named } = given;
  const entries = [...positional.map((value, n) => [String(n), value]), ...entriesOf(named)];
  if (!entries.length) return html`<p class="tab-empty">${t("arguments.none")}</p>`;
  return html`<${TreeList} entries=${entries} copied=${{ args: positional, kwargs: named }} what=${t("tabs.arguments")} />`;
}

export function Arguments({ job }) {
  const read = () => {
    const call = callOfJob(job);
    return { call, body: bodyOfJob(job, call) };
  };
  return html`<${Given} given=${job.arguments} /><${SameCall} key=${job.id} read=${read} />`;
}
