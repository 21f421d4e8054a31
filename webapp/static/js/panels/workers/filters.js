/** Choosing workers by state, host and queue; the choice is in the address. */
import { number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { go, to } from "../../router.js";
import { stateWord } from "../workers.js";
import { tone } from "../workers.model.js";
import { chosen, countsByState, hostsOf, queuesOf } from "./fleet.model.js";

const State = ({ query, state, n }) => html`
  <a class=${`facet ${state ? tone({ state }) : ""}`} href=${to("workers", { ...query, state, worker: "" })} aria-current=${(query.state ?? "") === state ? "true" : undefined} data-state=${state}>
    ${state && html`<span class="dot tinted" aria-hidden="true"></span>`}${state ? stateWord(state) : t("workers.all_states")} <span class="facet-n">${number(n)}</span>
  </a>`;

const Choice = ({ name, label, all, options, query }) => html`
  <label class="facet-select">${label}
    <select onChange=${(event) => go(to("workers", { ...query, [name]: event.target.value, worker: "" }))} data-testid=${`workers-${name}`}>
      <option value="" selected=${!query[name]}>${all}</option>
      ${options.map((option) => html`<option key=${option} value=${option} selected=${option === query[name]}>${option}</option>`)}
    </select>
  </label>`;

/** Of one host or queue there is nothing to choose. */
const withChosen = (options, value) => (value && !options.includes(value) ? [...options, value] : options);

export function Filters({ workers, query }) {
  const counted = chosen(workers, { ...query, state: "" });
  const states = countsByState(counted);
  if (query.state && !states.some(([state]) => state === query.state)) states.push([query.state, 0]);
  const hosts = withChosen(hostsOf(workers).filter(Boolean), query.host);
  const queues = withChosen(queuesOf(workers), query.queue);
  return html`
    <div class="fleet-filters">
      <div class="facets" role="group" aria-label=${t("workers.state")}>
        <${State} query=${query} state="" n=${counted.length} />
        ${states.map(([state, n]) => html`<${State} key=${state} query=${query} state=${state} n=${n} />`)}
      </div>
      ${hosts.length > 1 && html`<${Choice} name="host" label=${t("workers.host")} all=${t("workers.all_hosts")} options=${hosts} query=${query} />`}
      ${queues.length > 1 && html`<${Choice} name="queue" label=${t("workers.queue")} all=${t("workers.all_queues")} options=${queues} query=${query} />`}
    </div>`;
}
