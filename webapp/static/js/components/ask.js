/** Asks before what cannot be taken back, and says what it means. */
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Where } from "./env.js";

const question = signal(null);

/** Resolves to whether the person agreed. `verb` names the deed on its button. */
export function ask({ title, text, verb, danger = true }) {
  question.peek()?.answer(false);
  return new Promise((resolve) => {
    const own = { title, text, verb, danger };
    own.answer = (agreed) => {
      if (question.peek() === own) question.value = null;
      resolve(agreed);
    };
    question.value = own;
  });
}

function Question({ title, text, verb, danger, answer }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.focus?.();
  }, []);
  const onBackdrop = (event) => event.target === dialog.current && answer(false);
  // A browser that was not touched since it opened closes it at Escape without asking to cancel.
  return html`
    <dialog class="ask" ref=${dialog} aria-labelledby="ask-title" aria-describedby="ask-text" onClose=${() => answer(false)} onMouseDown=${onBackdrop}>
      <${Where} />
      <h2 id="ask-title">${title}</h2>
      <p id="ask-text">${text}</p>
      <div class="actions">
        <button type="button" class="button large" autofocus onClick=${() => answer(false)}>${t("ask.no")}</button>
        <button type="button" class=${`button large primary ${danger ? "danger" : ""}`} onClick=${() => answer(true)}>${verb}</button>
      </div>
    </dialog>`;
}

export const Questions = () => question.value && html`<${Question} ...${question.value} />`;
