/** Who else has this job open now: faces in a place that is always kept for them. */
import { Avatar } from "../../components/avatar.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { presence, you } from "../../store.js";
import { others } from "./lookers.model.js";

export function Lookers({ job }) {
  const { faces, more, names } = others(presence.value[job.id], you.value);
  const said = names.length ? t("job.lookers", { names: names.join(", ") }) : "";
  return html`
    <div class="lookers" title=${said} data-testid="lookers">
      <span class="hidden-visually" role="status">${said}</span>
      ${faces.map((person) => html`<${Avatar} key=${person.by} ...${person} />`)}
      ${more > 0 && html`<span class="lookers-more" aria-hidden="true">+${more}</span>`}
    </div>`;
}
