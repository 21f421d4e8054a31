/** Why the open job does not run, in one sentence, with the way out. Nothing where it runs or has finished. */
import { useBoard } from "../../board.js";
import { StatusChip, statusName } from "../../components/chip.js";
import { CodeBox } from "../../components/copy.js";
import { Skeleton } from "../../components/skeleton.js";
import { shortId } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { toJob } from "../../router.js";
import { server } from "../../store.js";
import { placeName } from "./steps.js";
import { explained } from "./why.model.js";

/** A job in one of these always has a reason. */
const WAITS = new Set(["created", "queued", "scheduled", "deferred", "rate_limited", "ready_to_enqueue"]);

const About = ({ jobs, isCut }) => html`
  <ul class="why-jobs" aria-label=${t("why.jobs")}>
    ${jobs.map((job) => html`
      <li key=${job.id}>
        <${StatusChip} status=${job.status} />
        <a class="link clip" href=${toJob(job.id)} title=${job.id}>${job.title || shortId(job.id)}</a>
        <span class="mono quiet clip">${shortId(job.id)}</span>
      </li>`)}
    ${isCut && html`<li class="quiet">${t("why.cut")}</li>`}
  </ul>`;

export function Why({ job }) {
  const { value, loading } = useBoard(job.status === "finished" ? "" : `why/${job.id}`);
  // What was read of the job before it moved on is no reason any more.
  const current = value?.status === job.status ? value : null;
  const said = current && explained(current, server.value, liveNow.value, { place: placeName, statusName });
  if (!said && !(WAITS.has(job.status) && (loading || !current))) return null;
  if (!said) return html`<section class="why" aria-busy="true"><${Skeleton} width=${280} /></section>`;
  return html`
    <section class=${`why ${said.isCalm ? "" : "warn"}`} aria-label=${t("why.title")} data-testid="why" data-code=${said.code}>
      <p><strong>${said.text}</strong> ${said.more}</p>
      ${said.way && html`<p class="why-way">${said.way}</p>`}
      ${said.command && html`<${CodeBox} text=${said.command} what=${t("why.command")} />`}
      ${said.jobs.length > 0 && html`<${About} jobs=${said.jobs} isCut=${said.isCut} />`}
    </section>`;
}
