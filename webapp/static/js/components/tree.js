/** Any JSON value as a tree that opens and closes. What JSON has no place for says what it is. */
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { entriesOf, isOpenAtFirst, kindOf, MORE_STEP, preview } from "./tree.model.js";

const Leaf = ({ value, kind }) => {
  if (kind === "special") {
    return html`<span class="tree-special" title=${value.__type__}>${value.text}<small>${value.__type__}</small></span>`;
  }
  if (kind === "empty") return html`<span class="tree-plain">${Array.isArray(value) ? "[]" : "{}"}</span>`;
  if (kind === "string") return html`<span class="tree-string">${value === "" ? t("tree.empty_text") : value}</span>`;
  return html`<span class="tree-plain">${String(value)}</span>`;
};

function Branch({ name, value, depth }) {
  const entries = entriesOf(value);
  const [open, setOpen] = useState(isOpenAtFirst(depth, entries.length));
  const [most, setMost] = useState(MORE_STEP);
  return html`
    <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>${name} <span class="quiet">${preview(value)}</span></summary>
      ${open &&
      html`<ul>
        ${entries.slice(0, most).map(([key, child]) => html`<${Node} key=${key} name=${key} value=${child} depth=${depth + 1} />`)}
        ${entries.length > most &&
        html`<li><button type="button" class="button bare" onClick=${() => setMost(most * 4)}>${t("tree.more", { n: entries.length - most })}</button></li>`}
      </ul>`}
    </details>`;
}

function Node({ name, value, depth }) {
  const kind = kindOf(value);
  const label = html`<span class="tree-key">${name}</span>`;
  if (kind === "branch") return html`<li><${Branch} name=${label} value=${value} depth=${depth} /></li>`;
  return html`<li class="tree-leaf">${label} <${Leaf} value=${value} kind=${kind} /></li>`;
}

/** `value`: a tree of the wire. `name`: what it is called at its root. */
export const Tree = ({ value, name = "" }) => html`<ul class="tree"><${Node} name=${name} value=${value} depth=${0} /></ul>`;

/** The named values of a call, one after the other. */
export const TreeList = ({ entries }) => html`
  <ul class="tree">${entries.map(([name, value]) => html`<${Node} key=${name} name=${name} value=${value} depth=${0} />`)}</ul>`;
