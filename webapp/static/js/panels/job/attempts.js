/** Every kept attempt, newest first, with what went wrong. */
import { CopyButton } from "../../components/copy.js";
import { now } from "../../clock.js";
import { duration, moment } from "../../format.js";
import { html } from "../../html.js";
import { has, t } from "../../i18n.js";
import { placeName } from "./steps.js";

const TONES = { successful: "s-finished", failed: "s-failed", stopped: "s-stopped", retried: "s-warn", max_retries_exceeded: "s-failed" };
const outcomeName = (outcome) => (has(`attempt.${outcome}`) ? t(`attempt.${outcome}`) : outcome);

function took({ started_at: from, ended_at: to, at }) {
  const end = to ?? at;
  return from == null || end == null ? "" : duration((end - from) / 1000);
}

/** The last line of a traceback says what happened. */
const headline = (error) => error.trimEnd().split("\n").at(-1);

const Attempt = ({ attempt, open }) => html`
  <li>
    <details open=${open}>
      <summary>
        <span class=${`chip plain ${TONES[attempt.outcome] ?? ""}`}><span class="dot" aria-hidden="true"></span>${outcomeName(attempt.outcome)}</span>
        <span class="clip attempt-error">${attempt.error && headline(attempt.error)}</span>
        <span class="muted nowrap">${[took(attempt), moment(attempt.at ?? attempt.ended_at, now.peek())].filter(Boolean).join(" · ")}</span>
      </summary>
      ${attempt.worker && html`<p class="muted">${t("attempt.on", { worker: placeName(attempt.worker) })}</p>`}
      ${attempt.error && html`<div class="traceback"><pre tabindex="0">${attempt.error}</pre><${CopyButton} text=${attempt.error} what=${t("attempt.error")} /></div>`}
    </details>
  </li>`;

export function Attempts({ job }) {
  const { attempts, error } = job;
  if (!attempts.length && error) return html`<div class="traceback"><pre tabindex="0">${error}</pre><${CopyButton} text=${error} what=${t("attempt.error")} /></div>`;
  if (!attempts.length) return html`<p class="tab-empty">${t("attempts.none")}</p>`;
  return html`<ol class="attempts">${attempts.map((attempt, n) => html`<${Attempt} key=${attempt.execution ?? n} attempt=${attempt} open=${n === 0} />`)}</ol>`;
}
