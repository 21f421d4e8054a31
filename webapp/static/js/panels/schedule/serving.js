/** Who moves the scheduled jobs of each queue when they are due, and what to do where nobody does. */
import { CodeBox } from "../../components/copy.js";
import { listed, number, ticking } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to } from "../../router.js";
import { server } from "../../store.js";
import { commandFor } from "../workers.model.js";
import { dueWords, placeOf, unserved } from "./schedule.model.js";

/** Repaints once a second. */
function Scheduler({ scheduler }) {
  if (!scheduler) return html`<span class="tinted s-bad">${t("schedule.no_scheduler")}</span>`;
  const { silent_since: since } = scheduler;
  if (since == null) return html`<a href=${to("workers")} title=${scheduler.name}>${placeOf(scheduler)}</a>`;
  return html`<span class="tinted s-bad">${t("schedule.silent", { place: placeOf(scheduler), time: ticking((liveNow.value - since) / 1000) })}</span>`;
}

const Next = ({ at }) => html`<span>${dueWords(at, liveNow.value).text}</span>`;

const Row = ({ queue: { queue, scheduled, overdue, next_at: next, scheduler } }) => html`
  <tr data-queue=${queue}>
    <th scope="row"><a class="clip" href=${to("jobs", { queue })} title=${queue}>${queue}</a></th>
    <td class="end"><a href=${to("jobs", { queue, status: "scheduled" })}>${number(scheduled)}</a></td>
    <td class="end">${overdue > 0 ? html`<a class="failed" href=${to("jobs", { queue, status: "scheduled" })}>${number(overdue)}</a>` : html`<span class="quiet">${number(0)}</span>`}</td>
    <td class="end nowrap"><${Next} at=${next} /></td>
    <td class="serves-by"><${Scheduler} scheduler=${scheduler} /></td>
  </tr>`;

/** `value`: the board "schedule". */
export const Serving = ({ value }) =>
  value?.queues.length > 0 &&
  html`
    <section class="card" aria-labelledby="serving-title" data-testid="serving">
      <div class="card-head"><h2 id="serving-title">${t("schedule.serving")}</h2></div>
      <div class="table-scroll">
        <table class="serves fresh">
          <thead>
            <tr>
              <th scope="col">${t("schedule.queue")}</th>
              <th scope="col" class="end">${t("job.status.scheduled")}</th>
              <th scope="col" class="end">${t("schedule.overdue")}</th>
              <th scope="col" class="end">${t("schedule.next")}</th>
              <th scope="col" class="serves-by">${t("schedule.scheduler")}</th>
            </tr>
          </thead>
          <tbody>${value.queues.map((queue) => html`<${Row} key=${queue.queue} queue=${queue} />`)}</tbody>
        </table>
      </div>
      ${value.queues_more > 0 && html`<p class="list-note">${t("schedule.queues_more", { n: value.queues_more })}</p>`}
    </section>`;

/** What must be said before anything else: jobs that nobody will start. */
export function Unserved({ value }) {
  const queues = unserved(value?.queues ?? []);
  if (!queues.length) return null;
  const words = { n: queues.reduce((sum, { scheduled }) => sum + scheduled, 0), queues: listed(queues.slice(0, 5).map(({ queue }) => queue)) };
  return html`
    <div class="banner warn unserved" role="note" data-testid="banner-unserved">
      <div>
        <p><strong>${t("schedule.unserved", words)}</strong> ${t("schedule.unserved.next")}</p>
        <${CodeBox} text=${commandFor(server.value, queues[0].queue, true)} what=${t("workers.command")} />
      </div>
    </div>`;
}
