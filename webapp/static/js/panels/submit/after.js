/** The jobs that a new one waits for: found by a search of all jobs, picked one by one. */
import { useEffect, useState } from "preact/hooks";
import * as api from "../../api.js";
import { StatusChip } from "../../components/chip.js";
import { icons } from "../../components/icons.js";
import { explained } from "../../components/trouble.js";
import { shortId } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { useSearch } from "../../search.js";
import { advice, choices, PARENTS_MAX } from "./after.model.js";

/** A search begins when typing pauses. */
const PAUSE_MS = 300;

function usePaused(text) {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

/** The one job that an id names: a search answers with its id alone. */
function useExact(id) {
  const [job, setJob] = useState(null);
  useEffect(() => {
    setJob(null);
    if (!id) return undefined;
    const ended = new AbortController();
    api.job(id, ended.signal).then((answer) => setJob(answer.job), () => {});
    return () => ended.abort();
  }, [id]);
  return job;
}

const nameOf = (job) => job.title ?? shortId(job.id);

const Chosen = ({ job, onRemove }) => html`
  <li class="after-job">
    <span class="clip"><strong>${nameOf(job)}</strong> <span class="mono quiet">${shortId(job.id)}</span></span>
    <${StatusChip} status=${job.status} />
    <button type="button" class="button bare icon" onClick=${onRemove} aria-label=${t("after.remove", { name: nameOf(job) })}><${icons.close} /></button>
  </li>`;

function Found({ list, at, onPick, onPoint }) {
  return html`
    <ul class="after-found" role="listbox" id="after-found" aria-label=${t("after.found")}>
      ${list.map(
        ({ job, why }, n) => html`
          <li key=${job.id} id=${`after-${n}`} role="option" aria-selected=${n === at} aria-disabled=${why ? "true" : undefined} onMouseDown=${(event) => event.preventDefault()} onMouseEnter=${() => onPoint(n)} onClick=${() => onPick(n)}>
            <span class="after-name"><span class="clip"><strong>${nameOf(job)}</strong> <span class="mono quiet">${shortId(job.id)}</span></span><span class="clip muted">${why || job.args || job.queue}</span></span>
            <${StatusChip} status=${job.status} />
          </li>`,
      )}
    </ul>`;
}

function Picker({ chosen, onPick }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const query = usePaused(text.trim());
  const { search, exact, jobs, error } = useSearch(query);
  const one = useExact(exact);
  const list = query && query === text.trim() ? choices(one ? [one] : jobs, chosen) : [];
  const point = Math.min(at, Math.max(0, list.length - 1));
  const pick = (n) => {
    if (!list[n] || list[n].why) return;
    onPick(list[n].job);
    setText("");
    setAt(0);
  };
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.length) setAt((point + step + list.length) % list.length);
    else if (event.key === "Enter") pick(point);
    else if (event.key === "Escape" && text) setText("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isOver = Boolean(exact ? one : search?.ended_at);
  const said = error ? explained(error).message : isOver && query === text.trim() && !list.length ? t("after.nothing") : query ? t("after.searching") : "";
  return html`
    <input class="control" id="o-after" role="combobox" aria-expanded=${list.length > 0} aria-controls="after-found" aria-autocomplete="list" aria-activedescendant=${list.length ? `after-${point}` : undefined}
      aria-describedby="oh-after" autocomplete="off" spellcheck=${false} placeholder=${t("after.placeholder")} value=${text} onInput=${(event) => setText(event.target.value)} onKeyDown=${onKeyDown} />
    ${list.length > 0 && html`<${Found} list=${list} at=${point} onPick=${pick} onPoint=${setAt} />`}
    ${text.trim() && !list.length && html`<p class="help" role="status">${said}</p>`}`;
}

/** `raw.after`: the picked jobs. */
export function After({ raw, set, error }) {
  const { after, allow_failure: allowed } = raw;
  const warning = advice(after, allowed);
  return html`
    <div class=${`field after ${error ? "wrong" : ""}`} data-field="after">
      <label class="label" for="o-after">${t("options.after")}</label>
      ${after.length > 0 && html`<ul class="after-chosen">${after.map((job) => html`<${Chosen} key=${job.id} job=${job} onRemove=${() => set({ after: after.filter(({ id }) => id !== job.id) })} />`)}</ul>`}
      ${after.length < PARENTS_MAX && html`<${Picker} chosen=${after} onPick=${({ id, title, status }) => set({ after: [...after, { id, title, status }] })} />`}
      <p class="help" id="oh-after">${t("options.after.help")}</p>
      ${warning && html`<p class="help tinted s-warn" role="status">${warning}</p>`}
      ${after.length > 0 &&
      html`<label class="inline-check"><input class="check" type="checkbox" checked=${allowed} onChange=${(event) => set({ allow_failure: event.target.checked })} /> ${t("options.allow_failure")}</label>`}
      ${error && html`<p class="error" role="alert">${error}</p>`}
    </div>`;
}
