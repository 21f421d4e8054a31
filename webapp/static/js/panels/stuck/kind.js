/** One kind of stuck work: what it means, the way out, and its first jobs. */
import { StatusChip } from "../../components/chip.js";
import { CodeBox } from "../../components/copy.js";
import { shortId, ticking } from "../../format.js";
import { useHold } from "../../hold.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to, toJob } from "../../router.js";
import { server } from "../../store.js";
import { ActionButton } from "../action-button.js";
import { ManyButton } from "../operations/many-button.js";
import { commands, countOf, deedOf, reasonOf, remedies, requeuable, spellOf } from "./stuck.model.js";

const JobLink = ({ job, className }) => html`<a class=${className} href=${toJob(job.id)} title=${job.id}>${job.title || shortId(job.id)}</a>`;

/** What it waits for, with the deed that would let it go on. */
const Parent = ({ entry, gone }) => html`
  <${JobLink} job=${entry.parent} className="link" /> <${StatusChip} status=${entry.parent.status} plain />
  ${requeuable(entry) && html`<${ActionButton} name="requeue" job=${entry.parent} disabled=${gone} />`}`;

function Entry({ kind, entry, gone }) {
  const { job, since, parent } = entry;
  const deed = deedOf(kind, entry);
  return html`
    <li class=${`stuck-job ${gone ? "gone" : ""}`} data-job=${job.id} data-status=${job.status}>
      <div class="stuck-what">
        <span class="stuck-title"><${JobLink} job=${job} className="stuck-name" /> <${StatusChip} status=${job.status} plain /></span>
        <span class="stuck-sub"><span class="mono quiet">${shortId(job.id)}</span> ${job.queue && html`<span>${job.queue}</span>`} <span>${reasonOf(entry)}</span> ${parent && html`<${Parent} entry=${entry} gone=${gone} />`}</span>
      </div>
      <span class="muted nowrap" title=${since == null ? t("stuck.no_time") : undefined}>${spellOf(since, liveNow.value)}</span>
      <div class="stuck-do">${deed && html`<${ActionButton} name=${deed} job=${job} disabled=${gone} />`}</div>
    </li>`;
}

const Queues = ({ queues, status }) => html`
  <span class="stuck-queues">${queues.map(({ queue, count }) => html`<a key=${queue} class="link" href=${to("jobs", { queue, status })}>${t("stuck.queue", { queue, n: count })}</a> `)}</span>`;

/** The way out for all rows of the kind that are known. */
const Remedies = ({ found }) => html`
  <div class="stuck-many">${remedies(found).map(({ verb, ids, isParent }) => html`
    <${ManyButton} key=${verb} verb=${verb} label=${t(isParent ? "operations.parents" : `operations.button.${verb}`, { n: ids.length })}
      wish=${() => ({ of: { ids }, about: t(`stuck.kind.${found.kind}`), note: !isParent && found.count > ids.length ? t("operations.first_of", { n: ids.length, of: countOf(found) }) : "" })} />`)}</div>`;

/** The list behind the number, where RQ keeps one. */
const LISTS = { abandoned: "started", lost_worker: "started", overdue: "scheduled", deferred: "deferred", ready: "ready_to_enqueue" };

export function Kind({ found }) {
  const { ref, shown, newer, release } = useHold(found.jobs, (entry) => entry.job.id);
  const id = `stuck-${found.kind}`;
  return html`
    <section class="card stuck" ref=${ref} aria-labelledby=${id} data-kind=${found.kind}>
      <div class="card-head">
        <h2 id=${id}>${t(`stuck.kind.${found.kind}`)}</h2>
        <span class="aside">${countOf(found)}${found.since != null && html` · ${t("stuck.since", { time: ticking((liveNow.value - found.since) / 1000) })}`}</span>
      </div>
      <div class="stuck-words">
        <p>${t(`stuck.means.${found.kind}`)}</p>
        <p class="muted">${t(`stuck.remedy.${found.kind}`)}</p>
        ${commands(found, server.value).map((command) => html`<${CodeBox} key=${command} text=${command} what=${t("stuck.command")} />`)}
        <${Remedies} found=${found} />
        ${LISTS[found.kind] && html`<${Queues} queues=${found.queues} status=${LISTS[found.kind]} />`}
      </div>
      ${newer > 0 && html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: newer })}</button>`}
      <ul class="fresh">
        ${shown.map(({ key, item, gone }) => html`<${Entry} key=${key} kind=${found.kind} entry=${item} gone=${gone} />`)}
        ${found.more > 0 && html`<li class="run-more quiet">${t("stuck.more", { n: found.more })}</li>`}
      </ul>
    </section>`;
}
