/** What the job was called with: arguments by position, then those by name. */
import { TreeList } from "../../components/tree.js";
import { entriesOf } from "../../components/tree.model.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";

export function Arguments({ job }) {
  const given = job.arguments;
  if (!given) return html`<p class="tab-empty">${t("arguments.unreadable")}</p>`;
  const { positional, named } = given;
  const entries = [...positional.map((value, n) => [String(n), value]), ...entriesOf(named)];
  if (!entries.length) return html`<p class="tab-empty">${t("arguments.none")}</p>`;
  return html`<${TreeList} entries=${entries} copied=${{ args: positional, kwargs: named }} what=${t("tabs.arguments")} />`;
}
