/** A traceback to read: own code open and marked, frames of libraries folded, the raw text one click away. */
import { useMemo, useState } from "preact/hooks";
import { CopyButton } from "../../components/copy.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { folded, parse, shortFile } from "./traceback.model.js";

const Frame = ({ frame }) => html`
  <li class=${`frame ${frame.lib ? "" : "own"}`}>
    <p>
      <span class="mono" title=${frame.file}>${shortFile(frame.file)}:${frame.line}</span>
      ${frame.func && html` <span class="muted">${t("traceback.in", { func: frame.func })}</span>`}
      <span class="frame-tag">${frame.lib || t("traceback.own")}</span>
    </p>
    ${frame.code.length > 0 && html`<pre tabindex="0">${frame.code.join("\n")}</pre>`}
    ${frame.repeated > 0 && html`<p class="quiet">${t("traceback.repeated", { n: frame.repeated })}</p>`}
  </li>`;

const foldName = ({ frames, libs }) => (libs.length ? t("traceback.folded", { n: frames.length, libs: libs.join(", ") }) : t("traceback.folded_own", { n: frames.length }));

function Fold({ row }) {
  const [open, setOpen] = useState(false);
  return html`
    <li>
      <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary class="frame-fold">${foldName(row)}</summary>
        ${open && html`<ol>${row.frames.map((frame, n) => html`<${Frame} key=${n} frame=${frame} />`)}</ol>`}
      </details>
    </li>`;
}

const Part = ({ part }) => html`
  ${part.link && html`<p class="frame-link">${t(`traceback.${part.link}`)}</p>`}
  ${part.text && html`<pre class="frame-text">${part.text}</pre>`}
  ${part.frames.length > 0 && html`<ol>${folded(part.frames).map((row, n) => (row.frame ? html`<${Frame} key=${n} frame=${row.frame} />` : html`<${Fold} key=${n} row=${row} />`))}</ol>`}
  ${part.error && html`<p class="frame-error">${part.error}</p>`}`;

/** `text`: as Python wrote it; that is also what is copied. */
export function Traceback({ text }) {
  const [isRaw, setRaw] = useState(false);
  const parts = useMemo(() => parse(text), [text]);
  return html`
    <div class="traceback" data-testid="traceback">
      <div class="traceback-tools">
        <button type="button" class="button bare" aria-pressed=${isRaw} onClick=${() => setRaw(!isRaw)}>${t("traceback.raw")}</button>
        <${CopyButton} text=${text} what=${t("attempt.error")} bare />
      </div>
      ${isRaw ? html`<pre class="frame-raw" tabindex="0">${text}</pre>` : html`<div class="frames" tabindex="0">${parts.map((part, n) => html`<${Part} key=${n} part=${part} />`)}</div>`}
    </div>`;
}
