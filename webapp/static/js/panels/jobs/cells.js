/** The cells of a row of the table of jobs, one for each column. */
import { Component } from "preact";
import { Bar } from "../../components/bar.js";
import { StatusChip } from "../../components/chip.js";
import { icons } from "../../components/icons.js";
import { reached, timeLeft } from "../../components/progress.model.js";
import { duration, moment, NOTHING, shortId, ticking, workerName, zoneName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow, today } from "../../liveness.js";
import { toJob } from "../../router.js";
import { workers } from "../../store.js";
import { spell, timeOf } from "../joblist.model.js";
import { COLUMNS, isOther, ran, waited } from "./columns.model.js";

/** People left something to read on this job. */
const NoteMark = ({ n }) => html`<span class="note-mark" title=${t("jobs.notes", { n })}><${icons.note} /><span aria-hidden="true">${n}</span><span class="hidden-visually">${t("jobs.notes", { n })}</span></span>`;

const Title = ({ row }) => html`
  <a class="job-title clip" href=${toJob(row.id)} title=${row.func}>${row.title ?? shortId(row.id)}</a>
  <span class="job-sub clip"><span class="mono quiet">${shortId(row.id)}</span> ${row.notes > 0 && html`<${NoteMark} n=${row.notes} /> `}${row.note ? html`<span class="tinted s-warn">${row.note}</span>` : row.args}</span>`;

const Time = ({ at }) => html`<span title=${at == null ? "" : zoneName(at)}>${moment(at, today.value)}</span>`;

function Spell({ row }) {
  const { progress } = row;
  if (row.status !== "started" || !progress) return html`<span class="muted">${spell(row, liveNow.value)}</span>`;
  return html`
    <span class="muted nowrap" title=${reached(progress)}>${timeLeft(progress.left) || spell(row, liveNow.value)}</span>
    <${Bar} fraction=${progress.fraction} label=${t("progress.of_job", { title: row.title })} />`;
}

/** What goes on ticks; what is over stands. */
const Seconds = ({ of, row, isOn }) => {
  const seconds = of(row, isOn ? liveNow.value : liveNow.peek());
  return html`<span class="muted">${isOn && seconds != null ? ticking(seconds) : duration(seconds)}</span>`;
};

function Worker({ name }) {
  if (!name) return NOTHING;
  const known = workers.value.find((worker) => worker.name === name);
  return html`<span title=${name}>${known ? workerName(known) : shortId(name)}</span>`;
}

const CELLS = {
  job: ({ row }) => html`<${Title} row=${row} />`,
  id: ({ row }) => html`<span class="mono">${row.id}</span>`,
  func: ({ row }) => html`<span class="mono" title=${row.func}>${row.func ?? NOTHING}</span>`,
  args: ({ row }) => html`<span title=${row.args}>${row.args}</span>`,
  queue: ({ row }) => html`<span title=${row.queue}>${row.queue ?? NOTHING}</span>`,
  status: ({ row }) => html`<${StatusChip} status=${row.status} />`,
  worker: ({ row }) => html`<${Worker} name=${row.worker} />`,
  time: ({ row, field }) => html`<${Time} at=${timeOf(row, field)} />`,
  waited: ({ row }) => html`<${Seconds} of=${waited} row=${row} isOn=${row.status === "queued"} />`,
  ran: ({ row }) => html`<${Seconds} of=${ran} row=${row} isOn=${row.status === "started"} />`,
  spell: ({ row }) => html`<${Spell} row=${row} />`,
};

/** `field`: the time that the order of the list follows. Most changes of a job that runs concern one cell of its row. */
export class Cell extends Component {
  shouldComponentUpdate({ name, row, field }) {
    return field !== this.props.field || isOther(name, row, this.props.row);
  }

  render({ name, row, field }) {
    const content = name in CELLS ? CELLS[name]({ row, field }) : html`<${Time} at=${row[COLUMNS[name].field]} />`;
    if (name === "job") return html`<th scope="row">${content}</th>`;
    return html`<td class=${`col-${name}`}>${content}</td>`;
  }
}
