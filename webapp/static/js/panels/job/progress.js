/** How far a job is: the whole, then each of its nested stages. */
import { Bar } from "../../components/bar.js";
import { fractionOf, reached, speed, timeLeft } from "../../components/progress.model.js";
import { percent } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";

const facts = (progress) => [progress.fraction != null && percent(progress.fraction), speed(progress), timeLeft(progress.left)].filter(Boolean).join(" · ");

const Stage = ({ stage }) => html`
  <li class="stage">
    <span class="clip">${stage.message}</span>
    <span class="muted nowrap">${stage.done == null ? "" : reached(stage, true)}</span>
    <${Bar} fraction=${fractionOf(stage)} label=${stage.message || t("progress.label")} />
  </li>`;

/** Shown while it runs, and afterwards where a job that did not finish got to. */
export function ProgressBlock({ job }) {
  const { progress, status } = job;
  const isRunning = status === "started";
  if (!progress ? !isRunning : status === "finished") return null;
  const stages = progress?.stages ?? [];
  return html`
    <section class="job-progress" aria-label=${t("progress.label")} data-testid="job-progress">
      <div class="job-progress-words">
        <strong>${progress ? reached(progress) || progress.message : t("running.no_progress")}
          ${progress?.message && progress.done != null && html` <span class="muted">${progress.message}</span>`}</strong>
        <span class="muted">${progress && facts(progress)}</span>
      </div>
      <${Bar} fraction=${progress ? progress.fraction : null} thick still=${!isRunning} />
      ${stages.length > 1 && html`<ul class="stages">${stages.map((stage, n) => html`<${Stage} key=${n} stage=${stage} />`)}</ul>`}
    </section>`;
}
