/** One row per queue, many of them by group; every number leads to the jobs that it counts. */
import { Skeleton } from "../components/skeleton.js";
import { number, ticking, duration } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { liveNow } from "../liveness.js";
import { preference } from "../prefs.js";
import { to } from "../router.js";
import { queues, server, totals } from "../store.js";
import { COLUMNS, inOrder, remarks } from "./queues.model.js";
import { openDeeds } from "./queues/open.js";
import { arranged, sorted, toggled, viewOf } from "./queues.view.model.js";

const [kept, keep] = preference("queues");
const change = (view) => keep(JSON.stringify(view));

function Cell({ queue, column }) {
  const n = queue[column.key];
  const label = t("queues.cell", { n: n ?? 0, what: t(`queues.${column.key}`), queue: queue.name });
  return html`
    <td class=${`end col-${column.key}`}>
      <a class=${n ? (column.tone ?? "") : "quiet"} href=${to("jobs", { queue: queue.name, status: column.status })} aria-label=${label}>${number(n)}</a>
    </td>`;
}

function oldest({ queued, oldest_enqueued_at: at }) {
  if (!queued || at == null) return html`<span class="quiet">${t("queues.none_waits")}</span>`;
  const seconds = Math.max(0, (liveNow.value - at) / 1000);
  return seconds < 1 ? duration(Math.round(seconds * 10) / 10) : ticking(seconds);
}

/** Opens what can be done to a queue, or to all: loaded when somebody wants it. */
const Deeds = ({ queue, label }) => html`
  <button type="button" class="button bare icon" aria-haspopup="dialog" aria-label=${label} title=${label} data-deeds=${queue} onClick=${() => openDeeds(queue)}>⋯</button>`;

const Row = ({ queue, inGroup }) => html`
  <tr data-queue=${queue.name} class=${inGroup ? "in-group" : ""}>
    <th scope="row">
      <a class="clip" href=${to("jobs", { queue: queue.name })} title=${queue.name}>${queue.name}</a>
      ${remarks(queue).map(([text, tone]) => html`<small class=${`remark tinted ${tone}`} key=${text}>${text}</small>`)}
    </th>
    ${COLUMNS.map((column) => html`<${Cell} key=${column.key} queue=${queue} column=${column} />`)}
    <td class="end nowrap">${oldest(queue)}</td>
    <td class="col-deeds"><${Deeds} queue=${queue.name} label=${t("queues.deeds", { queue: queue.name })} /></td>
  </tr>`;

/** Several queues in one row of sums. */
function Group({ entry, isOpen, onToggle }) {
  const troubled = entry.queues.filter((queue) => remarks(queue).length).length;
  return html`
    <tr data-group=${entry.name}>
      <th scope="row">
        <button type="button" class="group-fold" aria-expanded=${isOpen} onClick=${onToggle}><span class="fold" aria-hidden="true"></span><span class="clip">${entry.name}</span> <span class="quiet">${number(entry.queues.length)}</span></button>
        ${troubled > 0 && !isOpen && html`<small class="remark tinted s-warn">${t("queues.group_remarks", { n: troubled })}</small>`}
      </th>
      ${COLUMNS.map(({ key, tone }) => html`<td class=${`end col-${key} ${entry.sums[key] ? (tone ?? "") : "quiet"}`} key=${key}>${number(entry.sums[key])}</td>`)}
      <td class="end nowrap">${oldest(entry.sums)}</td>
      <td></td>
    </tr>`;
}

function rows(view, entry) {
  if (entry.queues.length === 1) return html`<${Row} key=${entry.queues[0].name} queue=${entry.queues[0]} />`;
  const isOpen = view.open.includes(entry.name);
  return [
    html`<${Group} key=${`group ${entry.name}`} entry=${entry} isOpen=${isOpen} onToggle=${() => change(toggled(view, entry.name))} />`,
    ...(isOpen ? entry.queues.map((queue) => html`<${Row} key=${queue.name} queue=${queue} inGroup />`) : []),
  ];
}

function Column({ view, name, className = "", label }) {
  const isSorted = view.sort === name;
  return html`
    <th scope="col" class=${className} aria-sort=${isSorted ? (view.down ? "descending" : "ascending") : undefined}>
      <button type="button" class="sort" onClick=${() => change(sorted(view, name))} title=${t("queues.sort")}>${label}${isSorted && html`<span aria-hidden="true">${view.down ? " ↓" : " ↑"}</span>`}</button>
    </th>`;
}

const Waiting = () => html`<tr><th><${Skeleton} width=${60} /></th>${COLUMNS.map((c) => html`<td class=${`end col-${c.key}`} key=${c.key}><${Skeleton} width=${26} /></td>`)}<td></td><td></td></tr>`;

export function Queues() {
  const list = inOrder(queues.value, server.value?.queues);
  const known = totals.value;
  const view = viewOf(kept.value);
  const entries = arranged(list, view);
  const mayGroup = view.flat || entries.length < list.length;
  return html`
    <section class="card queues" aria-labelledby="queues-title" data-testid="queues">
      <div class="card-head">
        <h2 id="queues-title">${t("queues.title")}</h2>
        ${mayGroup && html`<button type="button" class="button bare" onClick=${() => change({ ...view, flat: !view.flat })}>${t(view.flat ? "queues.group" : "queues.flat", { n: list.length })}</button>`}
      </div>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <${Column} view=${view} name="name" label=${t("queues.queue")} />
              ${COLUMNS.map(({ key }) => html`<${Column} key=${key} view=${view} name=${key} className=${`end col-${key}`} label=${t(`queues.${key}`)} />`)}
              <${Column} view=${view} name="oldest" className="end" label=${t("queues.oldest")} />
              <th scope="col" class="col-deeds"><${Deeds} queue="" label=${t("queues.deeds.all")} /></th>
            </tr>
          </thead>
          <tbody class="fresh">${known ? entries.map((entry) => rows(view, entry)) : html`<${Waiting} />`}</tbody>
        </table>
      </div>
      ${known && !list.length && html`<div class="empty"><span>${t("empty.queues")}</span></div>`}
    </section>`;
}
