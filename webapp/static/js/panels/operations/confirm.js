/** The question before something is done to many jobs: exactly how many, which, what becomes of them, and how. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Where } from "../../components/env.js";
import { explained } from "../../components/trouble.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { wished } from "../../operations.js";
import { useAsking } from "./asking.js";
import { reason } from "./operation.model.js";
import { Options } from "./options.js";
import { firstOptions, read } from "./options.model.js";
import { DANGEROUS } from "./verbs.model.js";
import { Which } from "./which.js";
import { promise } from "./which.model.js";

const Says = ({ text, fix, level }) => html`<p class=${`deed-says tinted s-${level}`} role="alert"><strong>${text}</strong> ${fix && html`<span>${fix}</span>`}</p>`;

/** What hinders: the request failed, nobody collects, or it holds another number by now. */
function Hindrance({ asking }) {
  const { operation, error, changed, again } = asking;
  if (error) return html`<${Says} text=${explained(error).message} fix=${explained(error).fix} level="bad" /><button type="button" class="button" onClick=${again}>${t("error.retry")}</button>`;
  const why = operation && reason(operation);
  if (why) return html`<${Says} ...${why} level=${operation.state === "failed" ? "bad" : "warn"} />`;
  if (changed) return html`<${Says} text=${t("operations.changed")} level="warn" />`;
  if (operation?.state === "canceled") return html`<${Says} text=${t("operations.given_up")} level="warn" />`;
  if (operation?.state === "ready" && !operation.total) return html`<${Says} text=${t("operations.nothing")} level="warn" />`;
  return null;
}

/** Gone with the dialog are the jobs that were collected for it. */
export function Confirm({ wish }) {
  const { verb, about, note } = wish;
  const dialog = useRef(null);
  const [raw, setRaw] = useState(() => firstOptions(verb));
  const { options, errors } = read(verb, raw);
  const isRight = !Object.keys(errors).length;
  const leave = () => (wished.value = null);
  const onStarted = () => {
    leave();
    wish.onStarted?.();
  };
  const asking = useAsking(wish, isRight ? options : null, onStarted);
  const { operation, isBusy, start } = asking;
  const isReady = operation?.state === "ready" && operation.total > 0 && isRight && !isBusy;
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  const onSubmit = (event) => {
    event.preventDefault();
    if (isReady) start();
  };
  const set = (changes) => setRaw((before) => ({ ...before, ...changes }));
  return html`
    <dialog class="ask deed" ref=${dialog} aria-labelledby="deed-title" aria-describedby="deed-means" onClose=${leave} onMouseDown=${(event) => event.target === dialog.current && leave()} data-testid="deed">
      <form onSubmit=${onSubmit} noValidate>
        <${Where} />
        <h2 id="deed-title">${wish.title ?? t(`operations.title.${verb}`)}</h2>
        <p class=${`deed-about ${wish.of?.q && wish.of.q === about ? "mono" : ""}`}>${about}</p>
        <${Which} operation=${operation} isAsked=${Boolean(operation) || isRight} />
        ${note && html`<p class="tinted s-warn">${note}</p>`}
        <p id="deed-means">${wish.text ?? t(`operations.means.${verb}`)}</p>
        ${verb === "delete" && operation?.state === "ready" && operation.total > 0 && html`<p class=${promise(operation).isAll ? "" : "tinted s-warn"} data-testid="promise">${promise(operation).text}</p>`}
        <${Options} verb=${verb} raw=${raw} set=${set} errors=${errors} error=${errors.queue} />
        <${Hindrance} asking=${asking} />
        <div class="actions">
          <button type="button" class="button large" autofocus onClick=${leave}>${t("ask.no")}</button>
          <button type="submit" class=${`button large primary ${DANGEROUS.has(verb) ? "danger" : ""}`} aria-disabled=${isReady ? undefined : "true"} data-testid="do">
            ${isBusy ? t("operations.starting") : operation?.state === "ready" && operation.total ? t(`operations.button.${verb}`, { n: operation.total }) : t(`operations.do.${verb}`)}
          </button>
        </div>
      </form>
    </dialog>`;
}

export const Asking = () => wished.value && html`<${Confirm} key=${JSON.stringify(wished.value)} wish=${wished.value} />`;
