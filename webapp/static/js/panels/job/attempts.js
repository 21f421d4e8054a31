/** Every run that RQ kept a result of, newest first, with what went wrong; and what is known of the others. */
import { useState } from "preact/hooks";
import { Tree } from "../../components/tree.js";
import { duration, moment, ticking, time } from "../../format.js";
import { html } from "../../html.js";
import { has, t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { showTab } from "../../router.js";
import { KEPT, running, took, untraced } from "./attempts.model.js";
import { chosen } from "./chosen.js";
import { placeName } from "./steps.js";
import { Traceback } from "./traceback.js";
import { headline } from "./traceback.model.js";

const TONES = { successful: "s-finished", failed: "s-failed", stopped: "s-stopped", retried: "s-warn", max_retries_exceeded: "s-failed", running: "s-started" };
const outcomeName = (outcome) => (has(`attempt.${outcome}`) ? t(`attempt.${outcome}`) : outcome);

const length = (attempt, now) => (attempt.outcome === "running" ? ticking((now - attempt.started_at) / 1000) : took(attempt));

function times({ started_at: from, ended_at: to }) {
  if (from == null) return t("attempt.no_times");
  return to == null ? t("attempt.since", { from: time(from, true) }) : t("attempt.times", { from: time(from, true), to: time(to, true), time: duration((to - from) / 1000) });
}

function LogLink({ job, attempt }) {
  const { started_at: from, ended_at: to } = attempt;
  if (!job.log.lines || from == null) return null;
  const onClick = () => {
    chosen.value = { job: job.id, from, to };
    showTab("log");
  };
  return html`<button type="button" class="button" onClick=${onClick}>${t("attempt.log")}</button>`;
}

const Told = ({ job, attempt }) => html`
  <div class="attempt-told">
    <p class="muted">${[times(attempt), attempt.worker && t("attempt.on", { worker: placeName(attempt.worker) })].filter(Boolean).join(" · ")}</p>
    <${LogLink} job=${job} attempt=${attempt} />
  </div>
  ${attempt.error && html`<${Traceback} text=${attempt.error} />`}
  ${attempt.result != null && html`<div class="attempt-result"><${Tree} value=${attempt.result} name=${t("result.value")} /></div>`}`;

function Attempt({ job, attempt, isFirst }) {
  const [open, setOpen] = useState(isFirst);
  return html`
    <li data-outcome=${attempt.outcome}>
      <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class=${`chip plain ${TONES[attempt.outcome] ?? ""}`}><span class="dot" aria-hidden="true"></span>${outcomeName(attempt.outcome)}</span>
          <span class="clip attempt-error">${attempt.error && headline(attempt.error)}</span>
          <span class="muted nowrap">${[length(attempt, liveNow.value), moment(attempt.at ?? attempt.ended_at, liveNow.peek())].filter(Boolean).join(" · ")}</span>
        </summary>
        ${open && html`<${Told} job=${job} attempt=${attempt} />`}
      </details>
    </li>`;
}

/** What RQ does not keep is said rather than left out. */
function Unkept({ job }) {
  const lost = untraced(job);
  return html`
    ${lost && html`<p class="attempts-note">${t(lost.exact ? "attempts.untraced" : "attempts.untraced_some", { n: lost.n })}</p>`}
    ${job.attempts.length >= KEPT && html`<p class="attempts-note">${t("attempts.kept", { n: KEPT })}</p>`}`;
}

export function Attempts({ job }) {
  const now = running(job);
  const all = now ? [now, ...job.attempts] : job.attempts;
  return html`
    ${all.length > 0 && html`<ol class="attempts">${all.map((attempt, n) => html`<${Attempt} key=${attempt.execution ?? attempt.at} job=${job} attempt=${attempt} isFirst=${n === 0} />`)}</ol>`}
    ${!all.length && job.error && html`<${Traceback} text=${job.error} />`}
    ${!all.length && !job.error && html`<p class="tab-empty">${t(untraced(job) ? "attempts.none_kept" : "attempts.none")}</p>`}
    <${Unkept} job=${job} />`;
}
