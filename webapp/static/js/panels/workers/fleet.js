/** The table of workers, host by host: what runs where stays readable with hundreds of them. */
import { useState } from "preact/hooks";
import { Skeleton } from "../../components/skeleton.js";
import { number } from "../../format.js";
import { useHold } from "../../hold.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { to } from "../../router.js";
import { stateWord } from "../workers.js";
import { byHost, inHostOrder, OPEN_MOST } from "./fleet.model.js";
import { WorkerRow } from "./row.js";
import { Chosen, TickAll } from "./selection.js";

const COLUMNS = ["worker", "doing", "queues", "up", "runs", "used", "heard", "acts"];
const EXPLAINED = { runs: "workers.col.runs.title", used: "workers.col.used.title", heard: "workers.col.heard.title" };
const NUMBERS = ["up", "runs", "used", "heard"];

const Head = ({ workers }) => html`
  <thead>
    <tr>${COLUMNS.map((name) => html`<th scope="col" key=${name} class=${`fleet-${name} ${NUMBERS.includes(name) ? "end" : ""}`} title=${EXPLAINED[name] && t(EXPLAINED[name])}>${name === "worker" && html`<${TickAll} workers=${workers} />`}<span class=${name === "acts" ? "hidden-visually" : ""}>${t(`workers.col.${name}`)}</span></th>`)}</tr>
  </thead>`;

/** A host, and its workers in one line of counts. */
function HostRow({ group, isOpen, onToggle }) {
  const name = group.host || t("workers.no_host");
  return html`
    <tr class="fleet-host" data-host=${group.host}>
      <th scope="rowgroup" colspan=${COLUMNS.length}>
        <button type="button" class="fleet-fold" aria-expanded=${isOpen} aria-label=${t("workers.hosts.open", { host: name })} onClick=${onToggle}>
          <span class="fold" aria-hidden="true"></span><strong class="clip">${name}</strong>
        </button>
        <span class="muted">${t("workers.hosts.n", { n: group.workers.length })} · ${group.counts.map(([state, n]) => `${number(n)} ${stateWord(state)}`).join(" · ")}</span>
      </th>
    </tr>`;
}

/** Which hosts are open: as somebody left them, else all of few workers, and of many those in trouble. */
function useFolds(groups, total) {
  const [folds, setFolds] = useState({});
  const isOpen = (group) => folds[group.host] ?? (total <= OPEN_MOST || group.trouble > 0);
  const toggle = (group) => setFolds({ ...folds, [group.host]: !isOpen(group) });
  const all = (open) => setFolds(Object.fromEntries(groups.map(({ host }) => [host, open])));
  return { isOpen, toggle, all, anyClosed: groups.some((group) => !isOpen(group)) };
}

const Waiting = () => html`
  <tbody>${[0, 1, 2, 3].map((n) => html`<tr class="fleet-row" key=${n}><th><${Skeleton} width=${150} /></th><td><${Skeleton} width=${120} /></td><td colspan="6"></td></tr>`)}</tbody>`;

const Unfit = () => html`<div class="empty"><strong>${t("workers.none_fits")}</strong><a class="button" href=${to("workers")}>${t("workers.none_fits.next")}</a></div>`;

/** `workers`: those that were chosen of all that there are; null while nothing is known. */
export function Fleet({ workers }) {
  const { ref, shown, newer, release } = useHold(inHostOrder(workers ?? []), (worker) => worker.name);
  const gone = new Set(shown.filter((line) => line.gone).map(({ key }) => key));
  const groups = byHost(shown.map(({ item }) => item));
  const folds = useFolds(groups, shown.length);
  return html`
    <section class="card fleet" ref=${ref} aria-labelledby="fleet-title" data-testid="fleet">
      <div class="card-head fleet-head">
        <h2 id="fleet-title">${t("workers.table")}</h2>
        <${Chosen} workers=${workers ?? []} />
        ${newer > 0 && html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: newer })}</button>`}
        ${groups.length > 1 && html`<button type="button" class="button bare" onClick=${() => folds.all(folds.anyClosed)}>${t(folds.anyClosed ? "workers.open_all" : "workers.close_all")}</button>`}
      </div>
      <table class="fleet-table">
        <${Head} workers=${workers ?? []} />
        ${!workers ? html`<${Waiting} />` : html`
        <tbody class="fresh">
          ${groups.map((group) => [
            html`<${HostRow} key=${`host ${group.host}`} group=${group} isOpen=${folds.isOpen(group)} onToggle=${() => folds.toggle(group)} />`,
            ...(folds.isOpen(group) ? group.workers.map((worker) => html`<${WorkerRow} key=${worker.name} worker=${worker} gone=${gone.has(worker.name)} />`) : []),
          ])}
        </tbody>`}
      </table>
      ${workers && !workers.length && html`<${Unfit} />`}
    </section>`;
}
