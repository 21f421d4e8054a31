/** What the jobs that a search found are made of: a click narrows the search, a second one takes it back. */
import { STATUSES, statusName } from "../../components/chip.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { asksFor, toggled } from "../../query.model.js";
import { to } from "../../router.js";
import { shortTitle } from "../workers.model.js";
import { nameOf } from "./behind.js";
import { entriesOf } from "./results.model.js";
import { Choice, Section } from "./side.js";

const FIELDS = [["status", "facets.status"], ["queue", "facets.queue"], ["func", "facets.function"], ["worker", "facets.worker"]];

function labelOf(field, value, titles) {
  if (field === "status") return statusName(value);
  if (field === "worker") return nameOf(value);
  return field === "func" ? shortTitle(titles[value] ?? value) : value;
}

export const Narrow = ({ query, facets, titles }) =>
  FIELDS.map(([field, title]) => {
    const { entries, rest } = entriesOf(facets?.[field]);
    if (!entries.length) return null;
    return html`
      <${Section} key=${field} title=${t(title)} note=${rest ? t("facets.rest", { n: rest }) : ""} testid=${`narrow-${field}`}>
        <ul>
          ${entries.map(([value, n]) => html`
            <${Choice} key=${value} href=${to("jobs", { q: toggled(query, field, value) })} label=${labelOf(field, value, titles)} title=${value} n=${n}
              isCurrent=${asksFor(query, field, value)} tone=${field === "status" && STATUSES.includes(value) ? `s-${value}` : ""} />`)}
        </ul>
      <//>`;
  });
