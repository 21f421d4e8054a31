/** When and how the job runs; everything here may be left alone. */
import { now } from "../../clock.js";
import { duration, zoneName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { queues } from "../../store.js";
import { After } from "./after.js";
import { UNITS } from "./options.model.js";

const Option = ({ name, label, error, help, children }) => html`
  <div class=${`field ${error ? "wrong" : ""}`} data-field=${name}>
    <label class="label" for=${`o-${name}`}>${label}</label>
    ${children}
    <p class="help" id=${`oh-${name}`}>${help}</p>
    ${error && html`<p class="error" id=${`oe-${name}`} role="alert">${error}</p>`}
  </div>`;

function When({ raw, set, errors }) {
  const error = errors.delay ?? errors.at;
  return html`
    <div class=${`field when ${error ? "wrong" : ""}`} data-field="delay">
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
      ${error && html`<p class="error" role="alert">${error}</p>`}
    </div>`;
}

/** RQ's own limits where the job type names none. */
const DEFAULT_TIMEOUT_S = 180;
const DEFAULT_RESULT_TTL_S = 500;

const Section = ({ about, children }) => html`
  <fieldset class="option-section"><legend>${t(`options.section.${about}`)}</legend><div class="option-grid">${children}</div></fieldset>`;

/** `raw`: the typed options; `set(changes)`. `many`: for more than one job, which have no id of their own. */
export function Options({ type, raw, set, errors, open, onToggle, many = false }) {
  const option = (name, help, more = {}) => html`
    <${Option} name=${name} label=${t(`options.${name}`)} help=${help} error=${errors[name]}>
      <input class="control" id=${`o-${name}`} aria-invalid=${errors[name] ? "true" : undefined} aria-describedby=${`oh-${name}${errors[name] ? ` oe-${name}` : ""}`}
        autocomplete="off" value=${raw[name]} onInput=${(event) => set({ [name]: event.target.value })} ...${more} />
    <//>`;
  const digits = (placeholder = "") => ({ inputmode: "numeric", placeholder: String(placeholder) });
  const helped = (name, values) => [name, t(`options.${name}.help`, values)];
  const timeout = type.timeout ?? DEFAULT_TIMEOUT_S;
  const kept = type.result_ttl ?? DEFAULT_RESULT_TTL_S;
  return html`
    <details class="options" open=${open} onToggle=${(event) => onToggle(event.currentTarget.open)}>
      <summary>${t("options.title")}</summary>
      <div class="option-sections">
        <${When} raw=${raw} set=${set} errors=${errors} />
        ${raw.when === "now" && html`<${After} raw=${raw} set=${set} error=${errors.after} />`}
        <${Section} about="where">
          ${option(...helped("queue", { queue: type.queue ?? "default" }), { list: "known-queues", placeholder: type.queue ?? "default" })}
          <datalist id="known-queues">${queues.value.map(({ name }) => html`<option key=${name} value=${name} />`)}</datalist>
          <div class="field kind-boolean">
            <label class="label" for="o-at_front">${t("options.at_front")}</label>
            <input class="check" type="checkbox" id="o-at_front" checked=${raw.at_front && raw.when === "now"} disabled=${raw.when !== "now"} onChange=${(event) => set({ at_front: event.target.checked })} />
            <p class="help">${t("options.at_front.help")}</p>
          </div>
        <//>
        <${Section} about="again">
          ${option(...helped("retries"), digits(0))} ${option(...helped("intervals"), { placeholder: "10, 60" })}
          ${option(...helped("repeats"), digits(0))} ${option(...helped("repeat_intervals"), { placeholder: "3600" })}
        <//>
        <${Section} about="limits">
          ${option(...helped("limit_key"), { placeholder: "mail" })} ${option(...helped("limit_n"), digits())}
          ${!many && option(...helped("unique"), { placeholder: "report-2026-11" })} ${!many && option(...helped("group"))}
        <//>
        <${Section} about="lives">
          ${option(...helped("timeout", { time: duration(timeout) }), digits(timeout))} ${option(...helped("ttl"), digits())}
          ${option(...helped("result_ttl", { time: duration(kept) }), digits(kept))} ${option(...helped("failure_ttl"), digits())}
          ${option(...helped("description"))}
          <${Option} name="meta" label=${t("options.meta")} help=${t("options.meta.help")} error=${errors.meta}>
            <textarea class="control" id="o-meta" rows="2" spellcheck="false" aria-invalid=${errors.meta ? "true" : undefined} aria-describedby=${`oh-meta${errors.meta ? " oe-meta" : ""}`}
              placeholder='{"tenant": "acme"}' value=${raw.meta} onInput=${(event) => set({ meta: event.target.value })}></textarea>
          <//>
        <//>
      </div>
    </details>`;
}
