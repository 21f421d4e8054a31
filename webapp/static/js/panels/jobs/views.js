/** Saved views: chosen, named, taken away. */
import { useEffect, useRef, useState } from "preact/hooks";
import { statusName } from "../../components/chip.js";
import { icons } from "../../components/icons.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { behind, to } from "../../router.js";
import { keepViews, views } from "./kept.js";
import { Section } from "./side.js";
import { isShown, MOST_VIEWS, NAME_CHARS, suggested, without, withView } from "./views.model.js";

const View = ({ view, isCurrent }) => html`
  <li class="view">
    <a class="side-choice" href=${to("jobs", view.query)} title=${view.query.q ?? view.name} aria-current=${isCurrent ? "true" : undefined}><span class="clip">${view.name}</span></a>
    <button type="button" class="button bare icon" aria-label=${t("jobs.view.remove", { name: view.name })} title=${t("jobs.view.remove", { name: view.name })} onClick=${() => keepViews(without(views.value, view.name))}><${icons.close} /></button>
  </li>`;

function Naming({ query, columns, onDone }) {
  const [name, setName] = useState(() => suggested(query, [query.status && statusName(query.status), query.queue]));
  const field = useRef(null);
  useEffect(() => field.current.select(), []);
  const save = (event) => {
    event.preventDefault();
    if (!name.trim()) return;
    keepViews(withView(views.value, name, query, columns));
    onDone();
  };
  return html`
    <form class="naming" onSubmit=${save} onKeyDown=${(event) => event.key === "Escape" && (event.stopPropagation(), onDone())}>
      <input type="text" class="side-filter" aria-label=${t("jobs.view.name")} maxlength=${NAME_CHARS} value=${name} ref=${field} onInput=${(event) => setName(event.target.value)} />
      <button type="submit" class="button">${t("jobs.view.save")}</button>
    </form>`;
}

export function Views({ columns }) {
  const { query } = behind.value;
  const [isNaming, setNaming] = useState(false);
  const list = views.value;
  const current = list.find((view) => isShown(view, query, columns));
  const isFull = list.length >= MOST_VIEWS;
  return html`
    <${Section} title=${t("jobs.views")} note=${isFull ? t("jobs.view.full", { n: MOST_VIEWS }) : !list.length && !isNaming ? t("jobs.view.none") : ""} testid="views">
      <ul>${list.map((view) => html`<${View} key=${view.name} view=${view} isCurrent=${view === current} />`)}</ul>
      ${isNaming && html`<${Naming} query=${query} columns=${columns} onDone=${() => setNaming(false)} />`}
      ${!isNaming && !current && !isFull && html`<button type="button" class="button bare side-add" onClick=${() => setNaming(true)}>${t("jobs.view.add")}</button>`}
    <//>`;
}
