/** One control for each kind of argument, with its help and its error beside it. */
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { zoneName } from "../../format.js";
import { now } from "../../clock.js";
import { FEW_CHOICES } from "./form.model.js";
import { UploadControl } from "./upload.js";

const choiceName = (value) => (value === null ? t("form.none") : typeof value === "boolean" ? t(value ? "form.yes" : "form.no") : String(value));

const keptWords = ({ kept }) => (kept ? t("edit.kept", { shown: kept.text }) : undefined);

const described = (field, error) => ({
  id: `f-${field.name}`,
  name: field.name,
  "aria-invalid": error ? "true" : undefined,
  "aria-describedby": `h-${field.name}${error ? ` e-${field.name}` : ""}`,
  required: field.required && !field.kept && field.kind !== "boolean",
});

/** What is secret is not read over a shoulder, and a browser neither fills it in nor keeps it. */
const Text = ({ field, raw, onRaw, error, type = "text", ...more }) => html`
  <input class="control" type=${field.schema.writeOnly ? "password" : type} ...${described(field, error)} placeholder=${keptWords(field)} ...${more} value=${raw} onInput=${(event) => onRaw(event.target.value)} autocomplete=${field.schema.writeOnly ? "new-password" : "off"} />`;

const Area = ({ field, raw, onRaw, error }) => html`
  <textarea class=${`control ${field.schema.writeOnly ? "secret" : ""}`} placeholder=${keptWords(field)} autocomplete="off" rows=${field.kind === "array" ? 3 : 5} ...${described(field, error)} value=${raw} onInput=${(event) => onRaw(event.target.value)} spellcheck=${false}></textarea>`;

/** Digits as they are typed: number controls swallow what they do not like, and tell nobody. */
const Digits = (props) => html`<${Text} ...${props} class="control short" inputmode=${props.field.kind === "integer" ? "numeric" : "decimal"} placeholder=${keptWords(props.field) ?? (props.field.nullable ? t("form.none") : "")} />`;

const Moment = (props) => html`
  <span class="with-unit"><${Text} ...${props} type="datetime-local" class="control short" step="1" /><span class="muted">${zoneName(now.peek())}</span></span>`;

const Check = ({ field, raw, onRaw, error }) => html`
  <input class="check" type="checkbox" ...${described(field, error)} checked=${raw} onChange=${(event) => onRaw(event.target.checked)} />`;

function Choice({ field, raw, onRaw, error }) {
  const { choices, name } = field;
  if (choices.length > FEW_CHOICES) {
    return html`
      <select class="control short" ...${described(field, error)} onChange=${(event) => onRaw(event.target.value)}>
        ${raw === "" && html`<option value="" selected>${t("form.choose")}</option>`}
        ${choices.map((value, n) => html`<option key=${n} value=${n} selected=${String(n) === raw}>${choiceName(value)}</option>`)}
      </select>`;
  }
  return html`
    <div class="segments" role="radiogroup" aria-labelledby=${`l-${name}`} aria-describedby=${`h-${name}`}>
      ${choices.map(
        (value, n) => html`
          <label key=${n}><input type="radio" name=${name} value=${n} checked=${String(n) === raw} onChange=${() => onRaw(String(n))} /><span>${choiceName(value)}</span></label>`,
      )}
    </div>`;
}

const CONTROLS = {
  text: Text, textarea: Area, array: Area, integer: Digits, number: Digits, boolean: Check, choice: Choice, datetime: Moment, upload: UploadControl,
  date: (props) => html`<${Text} ...${props} type="date" class="control short" />`,
};

/** The limits of a field in a few words, for beside its help. */
function limits({ schema, kind, required }) {
  const said = [];
  const { minimum, maximum } = schema;
  if (minimum != null && maximum != null) said.push(t("form.between", { from: minimum, to: maximum }));
  else if (minimum != null) said.push(t("form.at_least", { n: minimum }));
  else if (maximum != null) said.push(t("form.at_most", { n: maximum }));
  if (kind === "array") said.push(t("form.one_per_line"));
  if (!required && kind !== "boolean") said.push(t("form.optional"));
  return said.join(" · ");
}

export function Field({ field, raw, onRaw, error, onBusy }) {
  const Control = CONTROLS[field.kind];
  const group = field.kind === "choice" && field.choices.length <= FEW_CHOICES;
  const label = html`<span>${field.title}</span> <span class="limits">${limits(field)}</span>`;
  return html`
    <div class=${`field ${error ? "wrong" : ""} kind-${field.kind}`} data-field=${field.name}>
      ${group ? html`<span class="label" id=${`l-${field.name}`}>${label}</span>` : html`<label class="label" for=${`f-${field.name}`}>${label}</label>`}
      <${Control} field=${field} raw=${raw} onRaw=${onRaw} error=${error} onBusy=${onBusy} />
      <p class="help" id=${`h-${field.name}`}>${field.help}</p>
      ${error && html`<p class="error" id=${`e-${field.name}`} role="alert">${error}</p>`}
    </div>`;
}
