/** Runs a job again with other arguments: in the form of its job type, else each argument as JSON. */
import { useMemo, useState } from "preact/hooks";
import { useCatalog } from "../../catalog.js";
import { FormDialog } from "../../components/form-dialog.js";
import { Skeleton } from "../../components/skeleton.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { zone } from "../../prefs.js";
import { carryOut } from "../actions.js";
import { Field } from "../submit/fields.js";
import { formOf, linesOf, readForm, readLines } from "./edit.model.js";

const Line = ({ line, raw, onRaw, error }) => html`
  <div class=${`field ${error ? "wrong" : ""}`} data-field=${line.key}>
    <label class="label mono" for=${`e-${line.key}`}>${line.label}</label>
    <textarea class="control mono" id=${`e-${line.key}`} rows=${Math.min(8, raw.split("\n").length)} spellcheck=${false} autocomplete="off" placeholder=${line.kept ? t("edit.kept", { shown: line.kept.text }) : undefined} aria-invalid=${error ? "true" : undefined} aria-describedby=${error ? `ee-${line.key}` : undefined} value=${raw} onInput=${(event) => onRaw(event.target.value)}></textarea>
    ${error && html`<p class="error" id=${`ee-${line.key}`} role="alert">${error}</p>`}
  </div>`;

function Filling({ job, type, onLeave }) {
  const form = useMemo(() => formOf(job.arguments, type, zone.peek()), [job.id]);
  const lines = useMemo(() => (form ? [] : linesOf(job.arguments)), [job.id]);
  const [raws, setRaws] = useState(() => form?.raws ?? Object.fromEntries(lines.map(({ key, raw }) => [key, raw])));
  const [errors, setErrors] = useState({});
  const [sending, setSending] = useState({});
  const set = (name, raw) => {
    setRaws((before) => ({ ...before, [name]: raw }));
    setErrors(({ [name]: _, ...others }) => others);
  };
  const onDo = async () => {
    const read = form ? readForm(form.fields, raws, zone.peek()) : readLines(lines, raws);
    setErrors(read.errors);
    if (Object.keys(read.errors).length) throw new Error(t("edit.look"));
    try {
      await carryOut("edit", job, read.edited);
    } catch (error) {
      setErrors(error.fields ?? {});
      throw error;
    }
  };
  return html`
    <${FormDialog} title=${t("action.edit.ask", { title: job.title ?? job.id })} text=${t("action.edit.tip")} verb=${t("action.edit.yes")} isReady=${!Object.values(sending).some(Boolean)} onDo=${onDo} onLeave=${onLeave} testid="edit">
      <div class="edit-fields">
        ${form
          ? form.fields.map((field) => html`<${Field} key=${field.name} field=${field} raw=${raws[field.name]} error=${errors[field.name]} onRaw=${(raw) => set(field.name, raw)} onBusy=${(busy) => setSending((before) => ({ ...before, [field.name]: busy }))} />`)
          : lines.map((line) => html`<${Line} key=${line.key} line=${line} raw=${raws[line.key]} error=${errors[line.key]} onRaw=${(raw) => set(line.key, raw)} />`)}
      </div>
    <//>`;
}

/** The form needs the catalog: it comes first. */
export function Edit({ job, onLeave }) {
  const { types, error } = useCatalog();
  if (!types && !error) return html`<span aria-hidden="true"><${Skeleton} width=${60} /></span>`;
  return html`<${Filling} job=${job} type=${(types ?? []).find(({ name }) => name === job.type)} onLeave=${onLeave} />`;
}
