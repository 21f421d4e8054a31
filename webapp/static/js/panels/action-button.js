/** A button that does something to a job. Its tooltip says what becomes of the job, its retries and its counts, or why it is refused. */
import { useState } from "preact/hooks";
import { perform, whyNot } from "./actions.js";
import { html } from "../html.js";
import { t } from "../i18n.js";

const DANGEROUS = new Set(["stop", "delete"]);

/** `short`: the verb alone, for rows. `onDone`: after it was done. */
export function ActionButton({ name, job, short = false, disabled = false, onDone }) {
  const [busy, setBusy] = useState(false);
  const refused = whyNot();
  const onClick = async () => {
    if (busy || disabled) return;
    setBusy(true);
    const done = await perform(name, job);
    setBusy(false);
    if (done) onDone?.();
  };
  const label = t(short ? `action.${name}.short` : `action.${name}`);
  return html`
    <button
      type="button"
      class=${`button ${!short && DANGEROUS.has(name) ? "danger" : ""}`}
      aria-disabled=${busy || disabled || refused ? "true" : undefined}
      aria-label=${short ? t(`action.${name}.label`, { title: job.title ?? job.id }) : undefined}
      title=${refused || t(`action.${name}.tip`)}
      data-action=${name}
      onClick=${onClick}
    >${label}</button>`;
}
