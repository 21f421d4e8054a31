/** Choosing a queue and a status, each with how many jobs it holds. */
import { STATUSES, statusName } from "../components/chip.js";
import { number } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { go, to } from "../router.js";
import { queues, server, totals } from "../store.js";
import { countsOf, total } from "./facets.model.js";
import { inOrder } from "./queues.model.js";

/** More queues than this are a list to choose from, not a row of links. */
const FEW = 6;

const Facet = ({ query, label, n, isCurrent, tone = "" }) => html`
  <a class=${`facet ${tone} ${n === 0 ? "zero" : ""}`} href=${to("jobs", query)} aria-current=${isCurrent ? "true" : undefined} data-status=${query.status ?? ""}>
    ${tone && html`<span class="dot tinted" aria-hidden="true"></span>`}<span class="facet-name clip" title=${label}>${label}</span>
    ${n != null && html`<span class="facet-n">${number(n)}</span>`}
  </a>`;

function QueueChoice({ queue, status }) {
  const list = inOrder(queues.value, server.value?.queues);
  const names = list.map(({ name }) => name);
  if (queue && !names.includes(queue)) names.push(queue);
  if (names.length > FEW) {
    return html`
      <label class="facet-select">${t("facets.queue")}
        <select onChange=${(event) => go(to("jobs", { queue: event.target.value, status }))}>
          <option value="" selected=${!queue}>${t("facets.all_queues")}</option>
          ${names.map((name) => html`<option key=${name} value=${name} selected=${name === queue}>${name}</option>`)}
        </select>
      </label>`;
  }
  return html`
    <div class="facets" role="group" aria-label=${t("facets.queue")}>
      <${Facet} query=${{ status }} label=${t("facets.all_queues")} isCurrent=${!queue} />
      ${names.map((name) => html`<${Facet} key=${name} query=${{ queue: name, status }} label=${name} isCurrent=${name === queue} />`)}
    </div>`;
}

export function Facets({ queue, status, counts: fetched }) {
  const pushed = queue ? queues.value.find(({ name }) => name === queue) : totals.value;
  const counts = countsOf(STATUSES, pushed, fetched);
  const all = pushed?.jobs ?? total(counts);
  return html`
    <div class="facet-rows">
      <div class="facets" role="group" aria-label=${t("facets.status")} data-testid="statuses">
        <${Facet} query=${{ queue }} label=${t("facets.all")} n=${all} isCurrent=${!status} />
        ${STATUSES.map((name) => html`<${Facet} key=${name} query=${{ queue, status: name }} label=${statusName(name)} n=${counts[name]} isCurrent=${name === status} tone=${`s-${name}`} />`)}
      </div>
      <${QueueChoice} queue=${queue} status=${status} />
    </div>`;
}
