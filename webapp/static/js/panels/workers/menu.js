/** The deeds of one worker: a menu in its row, buttons on its card. Each says what becomes of the job, its retries and counts. */
import { useEffect, useRef, useState } from "preact/hooks";
import { icons } from "../../components/icons.js";
import { workerName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { whyNot } from "../actions.js";
import { shortTitle } from "../workers.model.js";
import { perform } from "./acting.js";
import { deedsFor } from "./acting.model.js";

/** Of a worker with several jobs each button names its own. */
const labelOf = ({ name, job }, worker) => (worker.jobs.length > 1 && job ? t(`acting.${name}.of`, { title: shortTitle(job.title ?? job.id) }) : t(`acting.${name}`));

const why = (worker) => (worker.state === "lost" ? t("acting.lost") : worker.leaving == null ? "" : t("acting.leaving"));

function Items({ worker, close }) {
  const refused = whyNot("admin");
  return html`
    ${refused && html`<p class="note">${refused}</p>`}
    ${why(worker) && html`<p class="note">${why(worker)}</p>`}
    ${deedsFor(worker).map((deed) => html`
      <button type="button" key=${`${deed.name} ${deed.job?.id}`} class=${`acting-item ${deed.name === "shut_down" ? "" : "danger"}`} aria-disabled=${refused ? "true" : undefined} data-deed=${deed.name}
        onClick=${() => { close(); perform(deed.name, worker, deed.job); }}>
        <strong>${labelOf(deed, worker)}</strong><span>${t(`acting.${deed.name}.tip`)}</span>
      </button>`)}`;
}

/** Lies in the top layer below its button, above it where there is no room; a sheet at the bottom of a phone. */
function Menu({ worker, button, close }) {
  const box = useRef(null);
  useEffect(() => {
    const node = box.current;
    const place = button.getBoundingClientRect();
    node.showPopover();
    const below = place.bottom + 4 + node.offsetHeight < innerHeight;
    node.style.setProperty("--acting-y", `${below ? place.bottom + 4 : Math.max(8, place.top - 4 - node.offsetHeight)}px`);
    node.style.setProperty("--acting-x", `${Math.max(8, place.right - node.offsetWidth)}px`);
    node.querySelector("button")?.focus();
    const leave = () => close(false);
    addEventListener("scroll", leave, { passive: true });
    return () => removeEventListener("scroll", leave);
  }, []);
  return html`
    <div class="popover acting-menu" popover="auto" ref=${box} role="group" aria-label=${t("acting.menu", { worker: workerName(worker) })} onToggle=${(event) => event.newState === "closed" && close(false)}>
      <${Items} worker=${worker} close=${() => close(true)} />
    </div>`;
}

export function WorkerMenu({ worker }) {
  const button = useRef(null);
  const [isOpen, setOpen] = useState(false);
  const close = (isBack) => {
    setOpen(false);
    if (isBack) button.current?.focus();
  };
  return html`
    <button type="button" class="button bare icon" ref=${button} aria-expanded=${isOpen} aria-label=${t("acting.menu", { worker: workerName(worker) })} title=${t("acting.menu.title")} onClick=${() => setOpen(!isOpen)}><${icons.more} /></button>
    ${isOpen && html`<${Menu} worker=${worker} button=${button.current} close=${close} />`}`;
}

/** On the worker's own card. */
export function Deeds({ worker }) {
  const refused = whyNot("admin");
  return html`
    ${why(worker) && html`<p class="muted">${why(worker)}</p>`}
    <div class="acting-deeds">
      ${deedsFor(worker).map((deed) => html`
        <button type="button" key=${`${deed.name} ${deed.job?.id}`} class=${`button ${deed.name === "shut_down" ? "" : "danger"}`} title=${refused || t(`acting.${deed.name}.tip`)} aria-disabled=${refused ? "true" : undefined} data-deed=${deed.name}
          onClick=${() => perform(deed.name, worker, deed.job)}>${labelOf(deed, worker)}</button>`)}
    </div>`;
}
