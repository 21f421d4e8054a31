/** Created, queued, running, ended: when, and for how long. */
import { statusName } from "../../components/chip.js";
import { workerName, zoneName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { slices } from "../../store.js";
import { stepsOf } from "./steps.model.js";

/** A worker by the name that its panel shows. */
export function placeName(name) {
  const worker = slices.workers.value[name]?.value;
  return workerName(worker ?? { name });
}

export function Steps({ job }) {
  const { fraction, steps } = stepsOf(job, liveNow.value, zoneName(job.created_at ?? liveNow.value), placeName);
  return html`
    <section class="steps" aria-label=${t("steps.title")} data-testid="steps">
      <div class="steps-line" aria-hidden="true"><i class=${`s-${job.status === "started" || fraction < 1 ? "started" : job.status}`} style=${{ width: `${fraction * 100}%` }}></i></div>
      <ol style=${{ "--steps": steps.length }}>
        ${steps.map(
          ({ key, note, title, begun }) => html`
            <li key=${key} class=${begun ? "" : "todo"} title=${[note, title].filter(Boolean).join("\n")}><strong>${key === "before" ? t("steps.before") : statusName(key)}</strong><span>${note}</span></li>`,
        )}
      </ol>
    </section>`;
}
