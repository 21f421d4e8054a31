/** The form of one job type: filled in, checked, sent once. */
import { useMemo, useRef, useState } from "preact/hooks";
import * as api from "../../api.js";
import { explained } from "../../components/trouble.js";
import { say } from "../../components/toast.js";
import { whyNot } from "../actions.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { zone } from "../../prefs.js";
import { go, toJob } from "../../router.js";
import { receive } from "../../store.js";
import { bodyOfForm, callOf } from "./call.model.js";
import { Field } from "./fields.js";
import { collect, fieldsOf, firstRaws } from "./form.model.js";
import { idFor } from "./once.model.js";
import { Options } from "./options.js";
import { byField, firstOptions, optionsBody } from "./options.model.js";
import { SameCall } from "./same-call.js";
import { Warnings } from "./warnings.js";

/** What is typed, and the errors that were found when it was last sent. */
function useFilling(type) {
  const fields = useMemo(() => fieldsOf(type.schema), [type.schema]);
  const [raws, setRaws] = useState(() => firstRaws(fields, zone.peek()));
  const [options, setOptions] = useState(firstOptions);
  const [errors, setErrors] = useState({});
  const clear = (names) => setErrors((before) => Object.fromEntries(Object.entries(before).filter(([name]) => !names.includes(name))));
  const setRaw = (name, raw) => {
    setRaws((before) => ({ ...before, [name]: raw }));
    clear([name]);
  };
  const setOption = (changes) => {
    setOptions((before) => ({ ...before, ...changes }));
    clear([...Object.keys(changes), "at", "delay"]);
  };
  const read = () => {
    const { args, errors: wrongArgs } = collect(fields, raws, zone.peek());
    const { body, errors: wrongOptions } = optionsBody(options, zone.peek());
    return { body: { type: type.name, args, ...body }, wrongArgs, wrongOptions };
  };
  return { fields, raws, options, errors, setErrors, setRaw, setOption, read };
}

/** Moves to the first field that is wrong: on a phone it may be far above the button. */
function showFirst(form, names) {
  requestAnimationFrame(() => {
    const first = [...form.querySelectorAll("[data-field]")].find((node) => names.includes(node.dataset.field));
    first?.querySelector("input, select, textarea")?.focus();
  });
}

/** `head`: what stands above the fields. */
export function Form({ type, schedulers, head }) {
  const filling = useFilling(type);
  const { fields, raws, options, errors, read } = filling;
  const [busy, setBusy] = useState(false);
  const [sending, setSending] = useState({});
  const [failure, setFailure] = useState(null);
  const [open, setOpen] = useState(false);
  const form = useRef(null);
  const sent = useRef(null);

  const uploading = Object.values(sending).some(Boolean);
  const reject = (found) => {
    filling.setErrors(found);
    if (Object.keys(found).some((name) => name in options)) setOpen(true);
    showFirst(form.current, Object.keys(found));
  };
  const onSubmit = async (event) => {
    event.preventDefault();
    if (busy || uploading) return;
    const { body, wrongArgs, wrongOptions } = read();
    setFailure(null);
    if (Object.keys({ ...wrongArgs, ...wrongOptions }).length) return reject({ ...wrongArgs, ...wrongOptions });
    setBusy(true);
    sent.current = idFor(body, sent.current);
    try {
      const { job, created, as_of = 0 } = await api.submit({ id: sent.current.id, ...body });
      sent.current = null;
      receive([{ type: "job", job, as_of }]);
      say(t(created || !body.id ? "submit.done" : "submit.there", { title: job.title ?? type.title, id: job.id }));
      go(toJob(job.id));
    } catch (error) {
      setFailure(error);
      if (Object.keys(error.fields ?? {}).length) reject(error.code === "bad_arguments" ? error.fields : byField(error.fields));
    }
    setBusy(false);
    return undefined;
  };

  const queue = options.queue.trim() || type.queue || "default";
  const sameCall = () => {
    const body = bodyOfForm(type, read().body);
    return { body, call: callOf(type, body) };
  };
  return html`
    <form class="card submit-form" ref=${form} onSubmit=${onSubmit} novalidate data-testid="submit-form">
      ${head}
      <${Warnings} type=${type} queue=${queue} when=${options.when} schedulers=${schedulers} />
      ${fields.map(
        (field) => html`
          <${Field} key=${field.name} field=${field} raw=${raws[field.name]} error=${errors[field.name]}
            onRaw=${(raw) => filling.setRaw(field.name, raw)} onBusy=${(is) => setSending((before) => ({ ...before, [field.name]: is }))} />`,
      )}
      ${!fields.length && html`<p class="muted">${t("form.no_fields")}</p>`}
      <${Options} type=${type} raw=${options} set=${filling.setOption} errors=${errors} open=${open} onToggle=${setOpen} />
      <${SameCall} read=${sameCall} />
      ${failure && html`<div class="banner bad" role="alert"><p><strong>${explained(failure).message}</strong> ${explained(failure).fix}</p></div>`}
      <footer>
        <span class="muted">${t("submit.to", { queue })}</span>
        <button type="submit" class="button large primary" title=${whyNot() || t("submit.means")} aria-disabled=${busy || uploading || whyNot() ? "true" : undefined} disabled=${Boolean(whyNot())}>
          ${t(uploading ? "submit.uploading" : busy ? "submit.sending" : options.when === "now" ? "submit.now" : "submit.later")}
        </button>
      </footer>
    </form>`;
}
