/** Ticking workers, one or all that are shown, and what is done to all of them at once. */
import { workerName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { whyNot } from "../actions.js";
import { select, selected, shutDownAll } from "./acting.js";
import { stillThere } from "./acting.model.js";

export const Tick = ({ worker }) => html`
  <input type="checkbox" class="acting-tick" checked=${selected.value.has(worker.name)} aria-label=${t("acting.tick", { worker: workerName(worker) })} onChange=${(event) => select([worker.name], event.target.checked)} />`;

/** `workers`: those that are shown. */
export function TickAll({ workers }) {
  const ticked = workers.filter(({ name }) => selected.value.has(name)).length;
  const some = ticked > 0 && ticked < workers.length;
  return html`<input type="checkbox" class="acting-tick" checked=${ticked > 0 && !some} indeterminate=${some} aria-label=${t("acting.tick_all")} onChange=${(event) => select(workers.map(({ name }) => name), event.target.checked)} />`;
}

export function Chosen({ workers }) {
  const chosen = stillThere(selected.value, workers);
  const refused = whyNot("admin");
  return html`
    <div class="acting-chosen" aria-live="polite">
      ${chosen.length > 0 && html`
        <span>${t("acting.chosen", { n: chosen.length })}</span>
        <button type="button" class="button" title=${refused || t("acting.shut_down.tip")} aria-disabled=${refused ? "true" : undefined} data-deed="shut_down_all" onClick=${() => shutDownAll(chosen)}>${t("acting.shut_down")}</button>
        <button type="button" class="button bare" onClick=${() => select([...selected.peek()], false)}>${t("acting.untick")}</button>`}
    </div>`;
}
