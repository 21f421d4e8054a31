/** When and how the job runs; everything here may be left alone. */
import { now } from "../../clock.js";
import { duration, zoneName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { queues } from "../../store.js";
import { UNITS } from "./options.model.js";

const Option = ({ name, label, error, help, children }) => html`
  <div class=${`field ${error ? "wrong" : ""}`} data-field=${name}>
    <label class="label" for=${`o-${name}`}>${label}</label>
    ${children}
    <p class="help" id=${`oh-${name}`}>${help}</p>
    ${error && html`<p class="error" role="alert">${error}</p>`}
  </div>`;

function When({ raw, set, errors }) {
  return html`
    <div class="field when">
      <span class="label" id="l-when">${t("options.when")}</span>
      <div class="segments" role="radiogroup" aria-labelledby="l-when">
        ${["now", "in", "at"].map(
          (when) => html`<label key=${when}><input type="radio" name="when" checked=${raw.when === when} onChange=${() => set({ when })} /><span>${t(`options.when.${when}`)}</span></label>`,
        )}
      </div>
      ${raw.when === "in" &&
      html`<span class="with-unit">
        <input class="control short" inputmode="decimal" aria-label=${t("options.delay")} value=${raw.delay} onInput=${(event) => set({ delay: event.target.value })} />
        <select class="control" aria-label=${t("options.unit")} onChange=${(event) => set({ unit: event.target.value })}>
          ${Object.keys(UNITS).map((unit) => html`<option key=${unit} value=${unit} selected=${unit === raw.unit}>${t(`options.unit.${unit}`)}</option>`)}
        </select>
      </span>`}
      ${raw.when === "at" &&
      html`<span class="with-unit">
        <input class="control" type="datetime-local" step="1" aria-label=${t("options.at")} value=${raw.at} onInput=${(event) => set({ at: event.target.value })} />
        <span class="muted">${zoneName(now.peek())}</span>
      </span>`}
      ${(errors.delay ?? errors.in ?? errors.at) && html`<p class="error" role="alert">${errors.delay ?? errors.in ?? errors.at}</p>`}
    </div>`;
}

/** RQ's own limit where the job type names none. */
const DEFAULT_TIMEOUT_S = 180;
const DEFAULT_RESULT_TTL_S = 500;

/** `raw`: the typed options; `set(changes)`. */
export function Options({ type, raw, set, errors, open, onToggle }) {
  const input = (name, more = {}) => html`
    <input class="control" id=${`o-${name}`} aria-describedby=${`oh-${name}`} autocomplete="off" value=${raw[name]} onInput=${(event) => set({ [name]: event.target.value })} ...${more} />`;
  const option = (name, help, more) => html`
    <${Option} name=${name} label=${t(`options.${name}`)} help=${help} error=${errors[name]}>${input(name, more)}<//>`;
  return html`
    <details class="options" open=${open} onToggle=${(event) => onToggle(event.currentTarget.open)}>
      <summary>${t("options.title")}</summary>
      <${When} raw=${raw} set=${set} errors=${errors} />
      <div class="option-grid">
        ${option("queue", t("options.queue.help", { queue: type.queue ?? "default" }), { list: "known-queues", placeholder: type.queue ?? "default" })}
        <datalist id="known-queues">${queues.value.map(({ name }) => html`<option key=${name} value=${name} />`)}</datalist>
        <div class="field kind-boolean">
          <label class="label" for="o-at_front">${t("options.at_front")}</label>
          <input class="check" type="checkbox" id="o-at_front" checked=${raw.at_front && raw.when === "now"} disabled=${raw.when !== "now"} onChange=${(event) => set({ at_front: event.target.checked })} />
          <p class="help">${t("options.at_front.help")}</p>
        </div>
        ${option("timeout", t("options.timeout.help", { time: duration(type.timeout ?? DEFAULT_TIMEOUT_S) }), { inputmode: "numeric", placeholder: String(type.timeout ?? DEFAULT_TIMEOUT_S) })}
        ${option("result_ttl", t("options.result_ttl.help", { time: duration(type.result_ttl ?? DEFAULT_RESULT_TTL_S) }), { inputmode: "numeric", placeholder: String(type.result_ttl ?? DEFAULT_RESULT_TTL_S) })}
        ${option("retries", t("options.retries.help"), { inputmode: "numeric", placeholder: "0" })}
        ${option("intervals", t("options.intervals.help"), { placeholder: "10, 60" })}
        ${option("description", t("options.description.help"))}
      </div>
    </details>`;
}
