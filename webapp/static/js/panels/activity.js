/** The table of who did what: newest first, and still under the hand. */
import { useEffect, useState } from "preact/hooks";
import * as api from "../api.js";
import { Skeleton } from "../components/skeleton.js";
import { Trouble } from "../components/trouble.js";
import { date, isSameDay, moment, NOTHING, number, shortId, time, zoneName } from "../format.js";
import { useHold } from "../hold.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { liveNow } from "../liveness.js";
import { to, toJob } from "../router.js";
import { said } from "../said.js";
import { ActivityFilters } from "./activity-filters.js";
import { beyond, causeName, detailOf, fits, isAboutWorker, outcomeOf, verbOf, wantedOf, whenceOf } from "./activity.model.js";

const PAGE = 50;

/** Where older lines begin; null where there are none. Who may not see all is not told how many there are. */
const beyondKnown = ({ total, lines }) => (total == null || total > lines.length ? (lines.at(-1)?.id ?? null) : null);

const filled = (wanted) => Object.fromEntries(Object.entries(wanted ?? {}).filter(([, value]) => value));

/**
 * The lines beyond those that are `known`, fetched a page at a time; forgotten where they no longer follow these. Of
 * those that are `wanted` the first page comes unasked: among what is known there may be none.
 */
function useOlder(known, wanted) {
  const of = `${known.breaks} ${JSON.stringify(wanted)}`;
  const start = { of, lines: [], next: beyondKnown(known), looked: 0, busy: false, error: null };
  const [state, setState] = useState(start);
  const now = state.of !== of || (!state.lines.length && !state.looked) ? { ...start, busy: state.of === of && state.busy, error: state.of === of ? state.error : null } : state;
  const load = () => {
    setState({ ...now, busy: true, error: null });
    api.activity({ ...filled(wanted), before: now.next, limit: PAGE }).then(
      (page) => setState((before) => (before.of === of ? { ...before, lines: before.lines.concat(page.lines), next: page.next, looked: before.looked + page.looked_at, busy: false } : before)),
      (error) => setState((before) => (before.of === of ? { ...before, busy: false, error } : before)),
    );
  };
  const isFirst = Boolean(wanted && now.next) && !now.looked && !now.busy && !now.error;
  useEffect(() => {
    if (isFirst) load();
  }, [of, isFirst]);
  return { lines: beyond(known.lines, now.lines), more: now.next !== null, looked: known.lines.length + now.looked, busy: now.busy, error: now.error, load };
}

const Job = ({ line: { job, title } }) => job && html`<a class="act-job" href=${toJob(job)} title=${job}>${title ?? shortId(job)}</a>`;

/** The worker that was told something; one that runs a job beside it is told of below. Or the user or token that a deed was about. */
function Worker({ line }) {
  const { job, worker } = line;
  if (!worker || job) return null;
  if (!isAboutWorker(line)) return html`<span class="act-job">${worker}</span>`;
  return html`<a class="act-job" href=${to("workers", { worker })} title=${worker}>${shortId(worker)}</a>`;
}

/** What was muted or unmuted. */
const Cause = ({ line: { cause } }) => cause && html`<a class="act-job" href=${to("failures", { cause: cause.id })} title=${cause.name}>${causeName(cause)}</a>`;

/** What is done to many jobs, and to how many. */
const Many = ({ line: { operation } }) => operation && html`<span class="muted">${[t(`operations.title.${operation.verb}`), operation.jobs > 0 && t("operations.jobs", { n: operation.jobs })].filter(Boolean).join(" · ")}</span>`;

/** The job that was run again. */
const First = ({ id }) => html`${t("activity.again_of")} <a class="act-first mono" href=${toJob(id)} title=${id}>${shortId(id)}</a>`;

function Row({ line, gone = false }) {
  const { word, level } = outcomeOf(line);
  const detail = detailOf(line);
  const now = liveNow.peek();
  return html`
    <tr class=${gone ? "gone" : ""} data-line=${line.id} data-verb=${line.action} data-outcome=${line.outcome}>
      <td class="act-when nowrap muted" title=${zoneName(line.at)}>
        ${time(line.at)}${!isSameDay(line.at, now) && html`<span class="job-sub">${date(line.at)}</span>`}
      </td>
      <th scope="row">
        <span class="act-what"><span class="act-verb">${verbOf(line)}</span> <${Job} line=${line} /><${Worker} line=${line} /><${Cause} line=${line} /><${Many} line=${line} /></span>
        <span class="job-sub clip">
          ${line.title != null && html`<span class="mono quiet">${shortId(line.job)}</span> `}${line.of && html`<${First} id=${line.of} />`}${detail && html`<span class=${line.note ? "tinted s-warn" : ""}>${detail}</span>`}
        </span>
        <span class="act-brief">${moment(line.at, now)} · ${said(line.actor) ?? NOTHING}</span>
      </th>
      <td class="act-who"><span class="clip">${said(line.actor) ?? NOTHING}</span><span class="job-sub clip" title=${whenceOf(line)}>${whenceOf(line)}</span></td>
      <td class="col-queue">${line.queue}</td>
      <td class="act-outcome"><span class=${`chip ${level}`}><span class="dot"></span>${word}</span></td>
    </tr>`;
}

const Waiting = () =>
  Array.from({ length: 10 }, (_, n) => html`
    <tr key=${n}><td class="act-when"><${Skeleton} width=${70} /></td><th><${Skeleton} width=${150 + ((n * 37) % 90)} /></th><td class="act-who"><${Skeleton} width=${60} /></td><td class="col-queue"><${Skeleton} width=${50} /></td><td class="act-outcome"><${Skeleton} width=${60} /></td></tr>`);

const Head = () => html`
  <thead>
    <tr>
      <th scope="col" class="act-when">${t("activity.when")}</th>
      <th scope="col">${t("activity.what")}</th>
      <th scope="col" class="act-who">${t("activity.who")}</th>
      <th scope="col" class="col-queue">${t("facets.queue")}</th>
      <th scope="col" class="act-outcome">${t("activity.outcome")}</th>
    </tr>
  </thead>`;

const Empty = ({ note }) => html`
  <div class="empty">
    <strong>${t(note ? "activity.unreadable" : "activity.empty")}</strong>
    <span>${t(note ? "activity.unreadable.fix" : "activity.empty.text")}</span>
    ${!note && html`<a class="button primary" href=${to("submit")}>${t("submit.open")}</a>`}
  </div>`;

/** Of what was asked for nobody knows how many lines there are: only how many were looked at. */
const Foot = ({ total, wanted, looked, more, busy, load }) => html`
  <nav class="pager" aria-label=${t("activity.older")}>
    <span class="muted">${total != null && (wanted ? t("activity.looked", { n: Math.min(looked, total), total }) : t("activity.total", { n: total }))}</span>
    ${more && html`<button type="button" class="button" disabled=${busy} onClick=${load}>${t(wanted ? "activity.further" : "activity.older")}</button>`}
  </nav>`;

/** Nothing of what was asked for, as far as was looked. */
const None = ({ query }) => html`
  <div class="empty"><strong>${t("activity.none")}</strong><a class="button" href=${to("activity", { ...query, actor: "", action: "", outcome: "", job: "" })}>${t("activity.show_all")}</a></div>`;

/** Before anything is known. */
export const ActivityWaiting = () => html`
  <section class="card jobs" aria-busy="true"><table class="job-table act-table"><${Head} /><tbody><${Waiting} /></tbody></table></section>`;

/** `known`: the newest lines, as they are kept up to date; `query`: what of them is asked for. */
export function ActivityTable({ known, query }) {
  const wanted = wantedOf(query);
  const { ref, shown, newer, release } = useHold(wanted ? known.lines.filter((line) => fits(line, wanted)) : known.lines, (line) => line.id, JSON.stringify(wanted));
  const older = useOlder(known, wanted);
  if (!known.lines.length) return html`<section class="card" data-testid="activity"><${Empty} note=${known.note} /></section>`;
  const isNone = !shown.length && !older.lines.length && !older.busy;
  return html`
    <section class="card jobs" aria-label=${t("nav.activity")} aria-busy=${older.busy} data-testid="activity">
      <${ActivityFilters} lines=${known.lines} query=${query} />
      <div class="jobs-newer" aria-live="polite">${newer > 0 && html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: number(newer) })}</button>`}</div>
      <table class="job-table act-table" ref=${ref}>
        <${Head} />
        <tbody class="fresh">
          ${shown.map(({ key, item, gone }) => html`<${Row} key=${key} line=${item} gone=${gone} />`)}
          ${older.lines.map((line) => html`<${Row} key=${line.id} line=${line} />`)}
        </tbody>
      </table>
      ${isNone && html`<${None} query=${query} />`}
      ${older.error && html`<${Trouble} error=${older.error} onRetry=${older.load} />`}
      <${Foot} total=${known.total} wanted=${wanted} ...${older} />
    </section>`;
}
