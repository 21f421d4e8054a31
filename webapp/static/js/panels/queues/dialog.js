/** What can be done to one queue, or to all: each deed with what it means, over whatever page is shown. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useBoard } from "../../board.js";
import { now } from "../../clock.js";
import { Where } from "../../components/env.js";
import { number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { to } from "../../router.js";
import { queues, totals, workers } from "../../store.js";
import { whyNot } from "../actions.js";
import { deedsOf, deedsOfAll, skipWords, TIMES, timeLabel, told } from "./deeds.model.js";
import { perform } from "./do.js";

export { perform };

/** The queue that is open, "" for all, null for none. */
const opened = signal(null);

const close = () => (opened.value = null);

/** For how long: a choice beside the button that it belongs to. */
const Times = ({ value, onChange }) => html`
  <select aria-label=${t("deeds.how_long")} value=${value ?? ""} onChange=${(event) => onChange(event.target.value ? Number(event.target.value) : null)}>
    ${TIMES.map((seconds) => html`<option key=${seconds} value=${seconds ?? ""}>${timeLabel(seconds)}</option>`)}
  </select>`;

/** What is done to all queues concerns everybody. */
const why = (queue) => whyNot(queue ? "operator" : "admin");

function Deed({ deed, queue, skips }) {
  const [seconds, setSeconds] = useState(null);
  const refused = why(queue);
  const isOff = Boolean(refused) || deed.isOff;
  const onClick = () => {
    if (isOff) return;
    close();
    perform(deed.name, { queue, seconds });
  };
  const means = `deed-${deed.name}`;
  return html`
    <li>
      <div class="deed">
        <button type="button" class=${`button large ${deed.danger ? "danger" : ""}`} data-deed=${deed.name} aria-disabled=${isOff ? "true" : undefined} aria-describedby=${means} title=${refused || deed.means} onClick=${onClick}>${t(`deeds.${deed.name}`, { n: deed.n })}</button>
        ${deed.timed && html`<${Times} value=${seconds} onChange=${setSeconds} />`}
      </div>
      <p id=${means}>${deed.means}${deed.name === "pause" && html` <span data-testid="skips">${skips}</span>`}${deed.shows && html` <a class="link" href=${to("jobs", { queue })} onClick=${close}>${t("deeds.delete.show")}</a>`}</p>
    </li>`;
}

/** What waits of one function alone: how many and which, the question says that follows. */
function HoldFunction({ queue }) {
  const functions = useBoard(`facets/${queue}/queued`).value?.functions ?? [];
  const [chosen, setChosen] = useState("");
  if (functions.length < 2) return null;
  const func = functions.some((one) => one.func === chosen) ? chosen : functions[0].func;
  const refused = why(queue);
  const onClick = () => {
    if (refused) return;
    close();
    perform("hold_function", { queue, func });
  };
  return html`
    <li>
      <div class="deed">
        <button type="button" class="button large" data-deed="hold_function" aria-disabled=${refused ? "true" : undefined} aria-describedby="deed-hold_function" title=${refused || t("deeds.hold_function.means")} onClick=${onClick}>${t("deeds.hold_function")}</button>
        <select aria-label=${t("deeds.which_function")} value=${func} onChange=${(event) => setChosen(event.target.value)}>
          ${functions.map(({ func: name, title, count }) => html`<option key=${name} value=${name} selected=${name === func}>${title} (${number(count)})</option>`)}
        </select>
      </div>
      <p id="deed-hold_function">${t("deeds.hold_function.means")}</p>
    </li>`;
}

function Dialog({ queue }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.focus?.();
  }, []);
  const stats = queues.value.find(({ name }) => name === queue);
  const deeds = queue ? (stats ? deedsOf(stats) : []) : deedsOfAll(totals.value ?? {});
  const facts = stats ? told(stats, now.value) : [];
  const skips = skipWords(queue, workers.value, useBoard("processes").value?.pausable);
  const refused = why(queue);
  const onBackdrop = (event) => event.target === dialog.current && close();
  return html`
    <dialog class="ask deeds" ref=${dialog} aria-labelledby="deeds-title" onClose=${close} onMouseDown=${onBackdrop}>
      <${Where} />
      <div class="deeds-head">
        <h2 id="deeds-title">${queue || t("deeds.all")}</h2>
        <button type="button" class="button bare icon" aria-label=${t("deeds.close")} onClick=${close}>✕</button>
      </div>
      ${facts.map(([text, tone]) => html`<p class=${tone ? `tinted ${tone}` : ""} key=${text}>${text}</p>`)}
      ${refused && html`<p role="note">${refused}</p>`}
      <ul>${deeds.map((deed) => html`<${Deed} key=${deed.name} deed=${deed} queue=${queue} skips=${skips} />${deed.name === "hold" && html`<${HoldFunction} key="hold_function" queue=${queue} />`}`)}</ul>
    </dialog>`;
}

const Opened = () => opened.value !== null && html`<${Dialog} key=${opened.value} queue=${opened.value} />`;

let place = null;

/** Shows what can be done to the queue, or to all where it is "". */
export function open(queue) {
  if (!place) {
    place = document.createElement("div");
    document.body.append(place);
    render(html`<${Opened} />`, place);
  }
  opened.value = queue;
}
