/** Choosing a status, each with how many jobs it holds. */
import { useBoard } from "../board.js";
import { STATUSES, statusName } from "../components/chip.js";
import { number } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { to } from "../router.js";
import { queues, totals } from "../store.js";
import { countsOf, stoppedOf, total, unlistedOf } from "./facets.model.js";

const Facet = ({ query, label, n, more = false, isCurrent, tone = "" }) => html`
  <a class=${`facet ${tone} ${n === 0 ? "zero" : ""}`} href=${to("jobs", query)} aria-current=${isCurrent ? "true" : undefined} data-status=${query.status ?? ""}>
    ${tone && html`<span class="dot tinted" aria-hidden="true"></span>`}<span class="facet-name clip" title=${label}>${label}</span>
    ${n != null && html`<span class="facet-n">${number(n)}${more ? "+" : ""}</span>`}
  </a>`;

export function Facets({ queue, status, counts: fetched }) {
  const pushed = queue ? queues.value.find(({ name }) => name === queue) : totals.value;
  const counts = countsOf(STATUSES, pushed, fetched);
  const all = pushed?.jobs ?? total(counts);
  const stopped = stoppedOf(useBoard("stopped").value, queue);
  const unlisted = useBoard("unlisted").value;
  const shown = (name) => {
    if (name === "stopped") return stopped;
    return counts[name] == null ? unlistedOf(unlisted, name, queue) : { n: counts[name] };
  };
  return html`
    <div class="facets statuses fresh" role="group" aria-label=${t("facets.status")} data-testid="statuses">
      <${Facet} query=${{ queue }} label=${t("facets.all")} n=${all} isCurrent=${!status} />
      ${STATUSES.map((name) => html`<${Facet} key=${name} query=${{ queue, status: name }} label=${statusName(name)} ...${shown(name)} isCurrent=${name === status} tone=${`s-${name}`} />`)}
    </div>`;
}
