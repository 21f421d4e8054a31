/** One operation in the tray: how far it is, what was refused and why, and what may be done to it. */
import { useState } from "preact/hooks";
import * as api from "../../api.js";
import { Bar } from "../../components/bar.js";
import { sayError } from "../../components/toast.js";
import { now } from "../../clock.js";
import { shortId } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { mine } from "../../operations.js";
import { to, toJob } from "../../router.js";
import { whyNot } from "../actions.js";
import { about, deedsOf, fraction, isOver, progressWords, reason, refusals, refusedCount, stateWord, title, undoLeft, undoWords } from "./operation.model.js";

/** Puts back what it has deleted; the end of that is told here too. */
export async function undo(id) {
  try {
    mine.add((await api.turnOperation(id, "undo")).operation.id);
  } catch (error) {
    sayError(error);
  }
}

function Deed({ operation, name, label = t(`operations.turn.${name}`), run }) {
  const [busy, setBusy] = useState(false);
  const refused = whyNot();
  const onClick = async () => {
    if (busy || refused) return;
    setBusy(true);
    await run(operation.id, name);
    setBusy(false);
  };
  return html`<button type="button" class="button" aria-disabled=${busy || refused ? "true" : undefined} title=${refused || t(`operations.turn.${name}.tip`)} data-deed=${name} onClick=${onClick}>${label}</button>`;
}

const turn = (id, deed) => api.turnOperation(id, deed).catch(sayError);

const Refused = ({ operation }) => html`
  <details class="op-refused">
    <summary>${t("operations.refused", { n: refusedCount(operation) })}</summary>
    <ul>${refusals(operation).map(({ code, text, jobs }) => html`
      <li key=${code}>${text} ${jobs.map((id) => html`<a class="link mono" key=${id} href=${toJob(id)} title=${id}>${shortId(id)}</a> `)}</li>`)}</ul>
  </details>`;

const Why = ({ why }) => html`
  <p class="op-why"><strong>${why.text}</strong> ${why.fix}
    ${why.cause && html` <a class="link" href=${to("failures", { cause: why.cause })}>${t("operations.why.cause")}</a>`}
    ${why.job && html` <a class="link" href=${toJob(why.job)}>${t("operations.why.job")}</a>`}
  </p>`;

const TONES = { halted: "bad", failed: "bad", paused: "warn", done: "ok" };

export function One({ operation }) {
  const { id, state, verb } = operation;
  const why = reason(operation);
  const seconds = undoLeft(operation, now.value);
  const word = operation.undone_by ? t("operations.state.undone") : stateWord(operation);
  return html`
    <li class="op" data-operation=${id} data-state=${state} data-verb=${verb}>
      <p class="op-head"><strong class="fresh">${title(operation)}</strong>${word && html`<span class=${`tinted s-${TONES[state] ?? "queued"}`}>${word}</span>`}</p>
      <p class="op-about muted clip" title=${about(operation, liveNow.peek())}>${about(operation, liveNow.peek())}</p>
      ${!isOver(operation) && html`
        <${Bar} fraction=${fraction(operation)} label=${title(operation)} still=${state === "paused" || state === "halted"} />
        <p class="op-words muted fresh">${progressWords(operation)}</p>`}
      ${why && html`<${Why} why=${why} />`}
      ${refusedCount(operation) > 0 && html`<${Refused} operation=${operation} />`}
      ${undoWords(operation, now.value) && html`<p class="op-words muted">${undoWords(operation, now.value)}</p>`}
      ${(deedsOf(operation).length > 0 || seconds !== null) && html`
        <div class="op-deeds">
          ${deedsOf(operation).map((name) => html`<${Deed} key=${name} operation=${operation} name=${name} run=${turn} />`)}
          ${seconds !== null && html`<${Deed} operation=${operation} name="undo" label=${t("toast.undo", { n: seconds })} run=${undo} />`}
        </div>`}
    </li>`;
}
