/** Many jobs at once: a table is pasted or dropped, checked as it is typed, and made as one group. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as api from "../../api.js";
import { explained } from "../../components/trouble.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { zone } from "../../prefs.js";
import { whyNot } from "../actions.js";
import { fieldsOf } from "./form.model.js";
import { Made } from "./made.js";
import { countOf, countWords, manyBody } from "./many.model.js";
import { idFor } from "./once.model.js";
import { Options } from "./options.js";
import { byField, firstOptions, optionsBody } from "./options.model.js";
import { Preview } from "./preview.js";
import { Source } from "./source.js";
import { Warnings } from "./warnings.js";

/** A check begins when typing pauses. */
const PAUSE_MS = 400;

const zoneName = () => zone.peek() ?? Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

/** What the server says of the text: {check, error, of}; `of` is the text that was checked. */
function useCheck(type, text) {
  const [state, setState] = useState({ check: null, error: null, of: "" });
  useEffect(() => {
    if (!text.trim()) {
      setState({ check: null, error: null, of: text });
      return undefined;
    }
    const ended = new AbortController();
    const settle = (changes) => ended.signal.aborted || setState({ check: null, error: null, ...changes, of: text });
    const timer = setTimeout(() => {
      api.submitMany({ ...manyBody(type, text, {}, zoneName()), check: true }, ended.signal).then(({ check }) => settle({ check }), (error) => settle({ error }));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [type.name, text]);
  return { ...state, isBehind: state.of !== text };
}

const Failure = ({ error }) => {
  const { message, fix } = explained(error);
  const { text, ...others } = error.fields ?? {};
  const named = [...(text ? [t("many.text_wrong", { why: text })] : []), ...Object.values(others)];
  return html`<div class="banner bad" role="alert"><p><strong>${message}</strong> ${named.length ? named.slice(0, 3).join(" · ") : fix}</p></div>`;
};

function Group({ name, error, type, onName }) {
  return html`
    <div class=${`field ${error ? "wrong" : ""}`} data-field="group">
      <label class="label" for="o-many-group">${t("many.group")} <span class="limits">${t("form.optional")}</span></label>
      <input class="control short" id="o-many-group" aria-describedby="oh-many-group" autocomplete="off" maxlength="128" placeholder=${`${type.name}-…`} value=${name} onInput=${(event) => onName(event.target.value)} />
      <p class="help" id="oh-many-group">${t("many.group.help")}</p>
      ${error && html`<p class="error" role="alert">${error}</p>`}
    </div>`;
}

/** What is typed beside the table, and what was wrong with it when it was last sent. */
function useChosen() {
  const [options, setOptions] = useState(firstOptions);
  const [errors, setErrors] = useState({});
  const set = (changes) => {
    setOptions((before) => ({ ...before, ...changes }));
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([name]) => !(name in changes))));
  };
  return { options, errors, set, setErrors };
}

/** `head`: what stands above the table. */
export function Many({ type, schedulers, head }) {
  const fields = useMemo(() => fieldsOf(type.schema), [type.schema]);
  const [text, setText] = useState("");
  const { check, error, isBehind } = useCheck(type, text);
  const { options, errors, set, setErrors } = useChosen();
  const [open, setOpen] = useState(false);
  const [onlyGood, setOnlyGood] = useState(false);
  const [state, setState] = useState({ busy: false, failure: null, made: null });
  const sent = useRef(null);
  if (state.made) return html`<${Made} type=${type} made=${state.made} onMore=${() => { setText(""); setState({ busy: false, failure: null, made: null }); }} />`;

  const n = isBehind ? 0 : countOf(check, onlyGood);
  const reject = (found) => {
    setErrors(found);
    if (Object.keys(found).some((name) => name in options && name !== "group")) setOpen(true);
  };
  const onSubmit = async (event) => {
    event.preventDefault();
    if (state.busy || !n) return;
    const { body, errors: wrong } = optionsBody(options, zone.peek());
    if (Object.keys(wrong).length) return reject(wrong);
    const wanted = { ...manyBody(type, text, body, zoneName()), ...(onlyGood && { only_good: true }) };
    sent.current = idFor(wanted, sent.current);
    setState({ busy: true, failure: null, made: null });
    try {
      const { batch } = await api.submitMany({ ...wanted, id: sent.current.id });
      sent.current = null;
      setState({ busy: false, failure: null, made: batch });
    } catch (failure) {
      setState({ busy: false, failure, made: null });
      reject(byField(failure.fields ?? {}));
    }
    return undefined;
  };

  const queue = options.queue.trim() || type.queue || "default";
  const group = options.group.trim();
  const label = state.busy ? t("submit.sending") : !n ? t("many.submit_none") : group ? t("many.submit_as", { n, group }) : t("many.submit", { n });
  return html`
    <form class="card submit-form" onSubmit=${onSubmit} novalidate data-testid="many-form">
      ${head}
      <${Warnings} type=${type} queue=${queue} when=${options.when} schedulers=${schedulers} />
      <${Source} text=${text} onText=${setText} fields=${fields} />
      ${error && html`<${Failure} error=${error} />`}
      ${check && text.trim() &&
      html`<div class=${`many-checked ${isBehind ? "behind" : ""}`} aria-busy=${isBehind}>
        <p class=${check.wrong ? "tinted s-warn" : "muted"} role="status" data-testid="many-counts">${countWords(check)}</p>
        <${Preview} check=${check} fields=${fields} />
        ${check.wrong > 0 && check.good > 0 && html`<label class="inline-check"><input class="check" type="checkbox" checked=${onlyGood} onChange=${(event) => setOnlyGood(event.target.checked)} /> ${t("many.only_good", { n: check.wrong })}</label>`}
      </div>`}
      <${Group} name=${options.group} error=${errors.group} type=${type} onName=${(name) => set({ group: name })} />
      <${Options} many type=${type} raw=${options} set=${set} errors=${errors} open=${open} onToggle=${setOpen} />
      ${state.failure && html`<${Failure} error=${state.failure} />`}
      <footer>
        <span class="muted">${t("submit.to", { queue })}</span>
        <button type="submit" class="button large primary" title=${whyNot() || t("many.means")} aria-disabled=${state.busy || !n || whyNot() ? "true" : undefined} disabled=${Boolean(whyNot())}>${label}</button>
      </footer>
    </form>`;
}
