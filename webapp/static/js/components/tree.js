/** Any JSON value as a tree that opens and closes. What JSON has no place for says what it is. */
import { useState } from "preact/hooks";
import { number } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { CopyButton } from "./copy.js";
import { asText, entriesOf, isMasked, isOpenAtFirst, kindOf, MORE_STEP, preview, TEXT_SHOWN } from "./tree.model.js";

/** A text: folded where it is long, and copied whole. */
function Text({ text, tone, children }) {
  const [whole, setWhole] = useState(false);
  const isLong = text.length > TEXT_SHOWN;
  return html`
    <span class=${tone}>${isLong && !whole ? `${text.slice(0, TEXT_SHOWN)}…` : text}${children}
      ${isLong &&
      html`<span class="tree-tools">
        <button type="button" class="button bare" onClick=${() => setWhole(!whole)}>${whole ? t("tree.fold") : t("tree.whole", { n: number(text.length) })}</button>
        <${CopyButton} text=${text} bare />
      </span>`}
    </span>`;
}

const Leaf = ({ value, kind }) => {
  if (kind === "special") return html`<${Text} text=${value.text} tone="tree-special"><small>${isMasked(value) ? t("tree.masked") : value.__type__}</small><//>`;
  if (kind === "empty") return html`<span class="tree-plain">${Array.isArray(value) || value.__type__ ? "[]" : "{}"}${value.__type__ && html`<small class="quiet"> ${value.text ?? value.__type__}</small>`}</span>`;
  if (kind === "string") return html`<${Text} text=${value === "" ? t("tree.empty_text") : value} tone="tree-string" />`;
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
        ${entries.slice(0, most).map(([key, child], n) => html`<${Node} key=${`${n} ${key}`} name=${key} value=${child} depth=${depth + 1} />`)}
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

const Copy = ({ value, what }) => html`<div class="tree-copy"><${CopyButton} text=${asText(value)} label=${t("tree.copy")} what=${what} bare /></div>`;

/** `value`: a tree of the wire. `name`: what it is called at its root. */
export const Tree = ({ value, name = "" }) => html`
  <div class="tree-box"><ul class="tree"><${Node} name=${name} value=${value} depth=${0} /></ul><${Copy} value=${value} what=${name} /></div>`;

/** The named values of a call, one after the other. `copied`: what the copy button takes. */
export const TreeList = ({ entries, copied, what }) => html`
  <div class="tree-box">
    <ul class="tree">${entries.map(([name, value]) => html`<${Node} key=${name} name=${name} value=${value} depth=${0} />`)}</ul>
    <${Copy} value=${copied} what=${what} />
  </div>`;
