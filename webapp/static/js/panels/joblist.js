/** One page of a list of jobs, in the order in which RQ keeps it. */
import { statusName } from "../components/chip.js";
import { Trouble } from "../components/trouble.js";
import { number } from "../format.js";
import { useHold } from "../hold.js";
import { html } from "../html.js";
import { has, t } from "../i18n.js";
import { queryOf } from "../query.model.js";
import { behind, to } from "../router.js";
import { queues, totals } from "../store.js";
import { total } from "./facets.model.js";
import { pagerWords, setAside } from "./joblist.model.js";
import { Deeds } from "./jobs/deeds.js";
import { useSelection } from "./jobs/selection.js";
import { JobTable } from "./jobs/table.js";
import { openDeeds } from "./queues/open.js";

/** Notes that stand above the list: what is below is not what was asked for. */
const LOUD_NOTES = ["moved", "unreadable"];
/** Notes of lists that only a search looks through whole. */
const SEARCHABLE = ["heads", "more_queues", "stopped"];

const noteText = (note) => (has(`jobs.note.${note}`) ? t(`jobs.note.${note}`) : note);

function Pager({ page, status }) {
  const { query } = behind.value;
  const words = pagerWords(status);
  const step = (cursor, word) => cursor && html`<a class="button" href=${to("jobs", { ...query, cursor })}>${word}</a>`;
  const whole = SEARCHABLE.includes(page.note) && queryOf(query);
  return html`
    <nav class="pager" aria-label=${t("jobs.pages")}>
      <span class="muted">
        ${page.total == null ? page.note && noteText(page.note) : t("jobs.total", { n: page.total })}
        ${whole && html` <a class="link" href=${to("jobs", { q: whole })}>${t("jobs.search_all")}</a>`}
      </span>
      ${query.cursor && html`<a class="button bare" href=${to("jobs", { ...query, cursor: "" })}>${t("jobs.first")}</a>`}
      ${step(page.prev, words.prev)} ${step(page.next, words.next)}
    </nav>`;
}

/** RQ lists no job that was created and never sent: only looking at every job finds them. */
const Created = ({ queue }) => html`
  <div class="empty" data-testid="created">
    <strong>${t("jobs.created")}</strong>
    <span>${t("jobs.created.text")}</span>
    <a class="button primary" href=${to("jobs", { q: queryOf({ queue, status: "created" }) })}>${t("jobs.created.search")}</a>
  </div>`;

function Empty({ queue, status }) {
  if (status === "created") return html`<${Created} queue=${queue} />`;
  const words = { status: statusName(status || "queued").toLowerCase(), queue };
  const key = status ? (queue ? "jobs.empty.both" : "jobs.empty.status") : queue ? "jobs.empty.queue" : "jobs.empty";
  return html`
    <div class="empty">
      <strong>${t(key, words)}</strong>
      ${status || queue ? html`<a class="button" href=${to("jobs")}>${t("jobs.empty.all")}</a>` : html`<a class="button primary" href=${to("submit")}>${t("submit.open")}</a>`}
    </div>`;
}

/** The first page can always be had. */
function Refused({ error }) {
  return html`<${Trouble} error=${error} /><div class="pager"><a class="button" href=${to("jobs", { ...behind.value.query, cursor: "", order: "" })}>${t("jobs.first")}</a></div>`;
}

/** All jobs of the list: exactly those of one queue and status, else those that a search finds. */
function everything({ queue, status }, page) {
  const counts = page?.counts ?? {};
  const n = page?.total ?? (status ? counts[status] : total(counts)) ?? null;
  const words = [status && statusName(status), queue].filter(Boolean).join(" · ");
  return { of: queue ? { queue, ...(status && { status }) } : { q: queryOf({ status }) || "status:*" }, about: words || t("facets.all"), n, statuses: status ? { [status]: n } : null };
}

const isOfAddress = (error) => error.status === 400;

/** Jobs that wait and are not in the list: said above it, with the way to put them back. */
function Aside({ queue, status }) {
  const apart = setAside(queue, status, { queues: queues.value, totals: totals.value });
  if (!apart) return null;
  const said = Object.entries(apart).filter(([, n]) => n).map(([kind, n]) => t(`jobs.aside.${kind}`, { n }));
  return html`
    <p class="list-note" data-testid="aside">
      ${said.join(" ")}
      ${queue && html` <button type="button" class="button" aria-haspopup="dialog" onClick=${() => openDeeds(queue)}>${t("jobs.aside.open", { queue })}</button>`}
    </p>`;
}

export function JobList({ queue, status, columns, page, of, items, error, loading, isOther, retry }) {
  const selection = useSelection();
  const { ref, shown, newer, release } = useHold(items, (row) => row.id, of, selection.isAny);
  const rows = shown.map(({ item }) => item);
  if (error && !page) {
    return html`<section class="card">${isOfAddress(error) ? html`<${Refused} error=${error} />` : html`<${Trouble} error=${error} onRetry=${retry} />`}</section>`;
  }
  return html`
    <section class=${`card jobs ${isOther ? "other" : ""}`} ref=${ref} aria-busy=${loading} aria-label=${t("nav.jobs")} data-testid="jobs">
      ${error && html`<${Trouble} error=${error} onRetry=${retry} />`}
      ${LOUD_NOTES.includes(page?.note) && html`<p class="list-note">${noteText(page.note)}</p>`}
      <${Aside} queue=${queue} status=${status} />
      <div class="jobs-newer" aria-live="polite">${newer > 0 && html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: newer >= 50 ? "50+" : number(newer) })}</button>`}</div>
      <${JobTable} rows=${page && shown} columns=${columns} page=${page} field=${page?.order_field ?? "created_at"} selection=${selection} />
      ${page && !shown.length && !loading && page.note !== "unreadable" && html`<${Empty} queue=${queue} status=${status} />`}
      ${page && status !== "created" && html`<${Pager} page=${page} status=${status} />`}
      <${Deeds} selection=${selection} rows=${rows} all=${everything({ queue, status }, page)} />
    </section>`;
}
