/** Choosing or dropping a file, and sending it while the rest of the form is filled in. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../../api.js";
import { Bar } from "../../components/bar.js";
import { explained } from "../../components/trouble.js";
import { bytes, percent } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";

/** One file on its way: {name, size, fraction, error}, and what to do with it. */
function useUpload(onRaw, onBusy) {
  const [file, setFile] = useState(null);
  const sending = useRef(null);
  const stop = () => {
    sending.current?.abort();
    sending.current = null;
    onBusy(false);
  };
  useEffect(() => stop, []);
  const send = (chosen) => {
    stop();
    onRaw("");
    onBusy(true);
    setFile({ name: chosen.name, size: chosen.size, fraction: 0, done: false });
    const mine = api.upload(chosen, (fraction) => setFile((before) => ({ ...before, fraction })));
    sending.current = mine;
    const settle = (changes, raw) => {
      if (sending.current !== mine) return;
      sending.current = null;
      setFile((before) => ({ ...before, ...changes }));
      onBusy(false);
      onRaw(raw);
    };
    mine.done.then(({ upload }) => settle({ done: true, fraction: 1 }, upload), (error) => settle({ error }, ""));
  };
  const forget = () => {
    stop();
    setFile(null);
    onRaw("");
  };
  return { file, send, forget };
}

function Sent({ file, onForget }) {
  const { name, size, fraction, done, error } = file;
  const said = error ? explained(error) : null;
  return html`
    <div class="upload-file">
      <div class="upload-line">
        <span class="clip"><strong>${name}</strong> <span class="muted">${bytes(size)}</span></span>
        <span class=${done ? "tinted s-ok" : "muted"} aria-live="polite">${done ? t("upload.done") : error ? "" : percent(fraction ?? 0)}</span>
        <button type="button" class="button" onClick=${onForget}>${t(done || error ? "upload.another" : "upload.cancel")}</button>
      </div>
      ${error ? html`<p class="error" role="alert">${said.message} ${said.fix}</p>` : html`<${Bar} fraction=${fraction} label=${t("upload.progress", { name })} still=${done} />`}
    </div>`;
}

export function UploadControl({ field, onRaw, onBusy, error }) {
  const { file, send, forget } = useUpload(onRaw, onBusy);
  const [over, setOver] = useState(false);
  if (file) return html`<${Sent} file=${file} onForget=${forget} />`;
  const take = (files) => files?.[0] && send(files[0]);
  const onDrop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  const onDragOver = (event) => {
    event.preventDefault();
    setOver(true);
  };
  return html`
    <div class=${`drop ${over ? "over" : ""}`} onDragOver=${onDragOver} onDragLeave=${() => setOver(false)} onDrop=${onDrop}>
      <input type="file" id=${`f-${field.name}`} accept=${field.schema.accept} aria-describedby=${`h-${field.name}`} aria-invalid=${error ? "true" : undefined} onChange=${(event) => take(event.target.files)} />
      <span><strong>${t("upload.choose")}</strong> ${t("upload.or_drop")}</span>
      ${field.schema.accept && html`<span class="quiet">${field.schema.accept.replaceAll(",", " ")}</span>`}
    </div>`;
}
