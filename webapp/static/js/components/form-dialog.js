/** A question with something to fill in: what it is about, fields, what hinders, and the button that does it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Where } from "./env.js";
import { explained } from "./trouble.js";

/** `onDo()`: a promise; the dialog closes when it is kept, and says why where it is not. `isReady`: the button does something. */
export function FormDialog({ title, text, verb, isReady = true, danger = false, onDo, onLeave, testid, children }) {
  const dialog = useRef(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  const onSubmit = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (busy || !isReady) return;
    setBusy(true);
    setError(null);
    try {
      await onDo();
      onLeave();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return html`
    <dialog class="ask deed" ref=${dialog} aria-labelledby="form-title" onClose=${onLeave} onMouseDown=${(event) => event.target === dialog.current && onLeave()} data-testid=${testid}>
      <form onSubmit=${onSubmit} noValidate>
        <${Where} />
        <h2 id="form-title">${title}</h2>
        ${text && html`<p>${text}</p>`}
        ${children}
        ${error && html`<p class="deed-says s-bad" role="alert"><strong>${explained(error).message}</strong> ${explained(error).fix}</p>`}
        <div class="actions">
          <button type="button" class="button large" onClick=${onLeave}>${t("ask.no")}</button>
          <button type="submit" class=${`button large primary ${danger ? "danger" : ""}`} aria-disabled=${busy || !isReady ? "true" : undefined}>${verb}</button>
        </div>
      </form>
    </dialog>`;
}
