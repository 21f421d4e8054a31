/** How long the first job of each queue waits, and whether more comes than ends. */
import { hourMinute, NOTHING, number, roughly, ticking } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to } from "../../router.js";
import { queues } from "../../store.js";
import { MOST, queueRows } from "./queues.model.js";
import { WAITS_LONG } from "./work.model.js";

const Both = ({ window, label }) => html`
  <td class=${`end ${window ? "" : "unknown"}`} data-label=${label}>${window ? html`<span class="nowrap">${number(window.arrived)} <span class="quiet">→</span> ${number(window.ended)}</span>${window.failed > 0 && html`<span class="health-sub failed">${t("health.queues.failed", { n: window.failed })}</span>`}` : NOTHING}</td>`;

const Row = ({ row, labels }) => html`
  <tr data-queue=${row.name}>
    <th scope="row"><a class="clip" href=${to("jobs", { queue: row.name })} title=${row.name}>${row.name}</a></th>
    <td class="end" data-label=${labels.queued}><a href=${to("jobs", { queue: row.name, status: "queued" })} class=${row.queued ? "" : "quiet"}>${number(row.queued)}</a></td>
    <td class=${`end nowrap ${row.seconds >= WAITS_LONG ? "tinted s-bad" : ""}`} data-label=${labels.oldest}>${row.queued ? ticking(row.seconds) : NOTHING}</td>
    <${Both} window=${row.recent} label=${labels.recent} />
    <${Both} window=${row.hour} label=${labels.hour} />
  </tr>`;

/** "last 5 min", or "since 14:02" while less was recorded. */
function windowName({ window_s: whole, covered_s: covered }, now) {
  return covered < whole - 60 ? t("health.queues.since", { time: hourMinute(now - covered * 1000) }) : t("health.queues.last", { time: roughly(whole) });
}

/** `flow`: the value of its board, or null. */
export function QueueHealth({ flow }) {
  const now = liveNow.value;
  const rows = queueRows(queues.value, flow, now);
  const labels = {
    queued: t("health.queues.queued"),
    oldest: t("health.queues.oldest"),
    recent: flow ? windowName(flow.windows.recent, now) : t("health.md.recent"),
    hour: flow ? windowName(flow.windows.hour, now) : t("health.md.hour"),
  };
  return html`
    <section class="card health-queues" aria-labelledby="health-queues-title" data-testid="health-queues">
      <div class="card-head ruled"><h2 id="health-queues-title">${t("health.queues")}</h2><span class="aside clip">${flow && !flow.recording ? t("health.queues.not_recorded") : t("health.queues.means")}</span></div>
      ${rows.length > 0
        ? html`<table class="health-table fresh">
            <thead><tr><th scope="col">${t("health.queues.queue")}</th>${Object.entries(labels).map(([key, label]) => html`<th scope="col" class="end" key=${key}>${label}</th>`)}</tr></thead>
            <tbody>${rows.slice(0, MOST).map((row) => html`<${Row} key=${row.name} row=${row} labels=${labels} />`)}</tbody>
          </table>`
        : html`<div class="empty"><span>${t("health.queues.none")}</span></div>`}
      ${rows.length > MOST && html`<p class="health-more"><a class="link" href=${to("overview")}>${t("health.queues.more", { n: rows.length - MOST })}</a></p>`}
    </section>`;
}
