/** What the job was called with. */
import { TreeList } from "../../components/tree.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";

export function Arguments({ job }) {
  const given = job.arguments;
  if (!given) return html`<p class="tab-empty">${t("arguments.unreadable")}</p>`;
  const entries = [...given.positional.map((value, n) => [String(n), value]), ...Object.entries(given.named)];
  if (!entries.length) return html`<p class="tab-empty">${t("arguments.none")}</p>`;
  return html`<${TreeList} entries=${entries} />`;
}
