/** One row per queue; every number leads to the jobs that it counts. */
import { Skeleton } from "../components/skeleton.js";
import { number, ticking, duration } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { liveNow } from "../liveness.js";
import { to } from "../router.js";
import { queues, server, totals } from "../store.js";
import { COLUMNS, inOrder, remarks } from "./queues.model.js";

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

const Row = ({ queue }) => html`
  <tr data-queue=${queue.name}>
    <th scope="row">
      <a class="clip" href=${to("jobs", { queue: queue.name })} title=${queue.name}>${queue.name}</a>
      ${remarks(queue).map(([text, tone]) => html`<small class=${`remark tinted ${tone}`} key=${text}>${text}</small>`)}
    </th>
    ${COLUMNS.map((column) => html`<${Cell} key=${column.key} queue=${queue} column=${column} />`)}
    <td class="end nowrap">${oldest(queue)}</td>
  </tr>`;

const Waiting = () => html`<tr><th><${Skeleton} width=${60} /></th>${COLUMNS.map((c) => html`<td class=${`end col-${c.key}`} key=${c.key}><${Skeleton} width=${26} /></td>`)}<td></td></tr>`;

export function Queues() {
  const list = inOrder(queues.value, server.value?.queues);
  const known = totals.value;
  return html`
    <section class="card queues" aria-labelledby="queues-title" data-testid="queues">
      <div class="card-head"><h2 id="queues-title">${t("queues.title")}</h2></div>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">${t("queues.queue")}</th>
              ${COLUMNS.map(({ key }) => html`<th scope="col" class=${`end col-${key}`} key=${key}>${t(`queues.${key}`)}</th>`)}
              <th scope="col" class="end">${t("queues.oldest")}</th>
            </tr>
          </thead>
          <tbody class="fresh">${known ? list.map((queue) => html`<${Row} key=${queue.name} queue=${queue} />`) : html`<${Waiting} />`}</tbody>
        </table>
      </div>
      ${known && !list.length && html`<div class="empty"><span>${t("empty.queues")}</span></div>`}
    </section>`;
}
