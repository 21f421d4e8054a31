/** Where a table comes from: pasted, typed, or a file that is dropped or chosen. It is read in the page, not uploaded. */
import { useState } from "preact/hooks";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { example } from "./many.model.js";

/** The body of a request has a limit of 1 MB: what is larger is not even read. */
const FILE_MAX = 1_000_000;

export function Source({ text, onText, fields }) {
  const [over, setOver] = useState(false);
  const [error, setError] = useState("");
  const take = async (file) => {
    if (!file) return;
    const isSmall = file.size <= FILE_MAX;
    setError(isSmall ? "" : t("many.too_large", { name: file.name }));
    if (isSmall) onText(await file.text());
  };
  const onDrop = (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const onDragOver = (event) => {
    event.preventDefault();
    setOver(true);
  };
  const names = fields.filter(({ kind }) => kind !== "upload").map(({ name }) => name);
  return html`
    <div class=${`field ${error ? "wrong" : ""}`} data-field="text">
      <label class="label" for="f-many">${t("many.table")} <span class="limits">${t("many.table.limits")}</span></label>
      <textarea class=${`control many-source ${over ? "over" : ""}`} id="f-many" rows="7" aria-describedby="h-many" spellcheck=${false} autocomplete="off" wrap="off" placeholder=${example(fields)} value=${text}
        onInput=${(event) => onText(event.target.value)} onDragOver=${onDragOver} onDragLeave=${() => setOver(false)} onDrop=${onDrop}></textarea>
      <div class="many-tools">
        <label class="button file-button">${t("many.choose")}<input type="file" class="hidden-visually" accept=".csv,.tsv,.txt,.jsonl,.ndjson,text/csv" onChange=${(event) => { take(event.target.files[0]); event.target.value = ""; }} /></label>
        ${!text && html`<button type="button" class="button" onClick=${() => onText(example(fields))}>${t("many.example")}</button>`}
        ${text && html`<button type="button" class="button" onClick=${() => onText("")}>${t("many.clear")}</button>`}
      </div>
      <p class="help" id="h-many">${t("many.table.help", { names: names.join(", ") })}</p>
      ${error && html`<p class="error" role="alert">${error}</p>`}
    </div>`;
}
