/** How it is to be done: the pace and caution of a requeue, the queue of a move. */
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { queues } from "../../store.js";
import { queueWarning } from "./options.model.js";

/** A number within a sentence: `words` has {field} where it stands. */
function Sentence({ words, name, raw, set, error, disabled }) {
  const [before, after] = words.split("{field}");
  return html`
    <span class="sentence">${before}<input class=${`control tiny ${error ? "wrong" : ""}`} type="text" inputmode="numeric" autocomplete="off" name=${name} aria-label=${t(`operations.option.${name}`)} aria-invalid=${error ? "true" : undefined} aria-describedby=${error ? `oe-${name}` : undefined} disabled=${disabled} value=${raw[name]} onInput=${(event) => set({ [name]: event.target.value })} />${after}</span>`;
}

const Wrong = ({ errors }) => html`${Object.entries(errors).map(([name, text]) => html`<p class="error" role="alert" id=${`oe-${name}`} key=${name}>${text}</p>`)}`;

function Requeue({ raw, set, errors }) {
  const field = (name, disabled) => html`<${Sentence} words=${t(`operations.option.${name}.words`, { field: "{field}" })} name=${name} raw=${raw} set=${set} error=${errors[name]} disabled=${disabled} />`;
  return html`
    <div class="deed-options">
      <p>${field("rate")} <span class="quiet">${t("operations.option.rate.zero")}</span></p>
      <p><label><input type="checkbox" name="tries" checked=${raw.tries} onChange=${(event) => set({ tries: event.target.checked })} /> ${t("operations.option.tries")}</label></p>
      <p class="deed-inner">${field("first", !raw.tries)} ${field("need", !raw.tries)}</p>
      <p>${field("halt_after")} <span class="quiet">${t("operations.option.halt_after.zero")}</span></p>
      <${Wrong} errors=${errors} />
    </div>`;
}

/** A queue by name, of those that are known or any other. `onCommit`: the name stands. */
export function QueueField({ raw, set, error, id = "move-queue" }) {
  const warning = queueWarning(raw.queue, queues.value);
  return html`
    <div class="deed-options">
      <label class="label" for=${id}>${t("operations.option.queue")}</label>
      <input class="control" id=${id} name="queue" list=${`${id}-known`} autocomplete="off" maxlength="200" aria-invalid=${error ? "true" : undefined} aria-describedby=${warning ? `${id}-warning` : undefined} value=${raw.queue} onInput=${(event) => set({ queue: event.target.value })} />
      <datalist id=${`${id}-known`}>${queues.value.map(({ name }) => html`<option key=${name} value=${name} />`)}</datalist>
      <p class="deed-warning tinted s-warn" id=${`${id}-warning`} role="status">${warning}</p>
    </div>`;
}

const OPTIONS = { requeue: Requeue, move: QueueField };

export const Options = ({ verb, ...props }) => (verb in OPTIONS ? html`<${OPTIONS[verb]} ...${props} />` : null);
