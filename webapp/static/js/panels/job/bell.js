/** Asks to be told when this job ends. */
import { say } from "../../components/toast.js";
import { icons } from "../../components/icons.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { canEnd } from "../../kept.model.js";
import { forgetJob, isWatched, MOST_WATCHED, watchJob } from "../../watched.js";

/** Asked here and nowhere else: nobody likes a page that asks before it is asked. */
async function askLeave() {
  if (!globalThis.Notification || Notification.permission === "granted") return;
  if (Notification.permission === "denied" || (await Notification.requestPermission()) !== "granted") say(t("bell.denied"), { level: "warn" });
}

export function ring(job) {
  if (isWatched(job.id)) forgetJob(job.id);
  else if (watchJob(job)) askLeave();
  else say(t("bell.full", { n: MOST_WATCHED }), { level: "warn" });
}

export function Bell({ job }) {
  if (!canEnd(job.status)) return null;
  return html`
    <button type="button" class="button bell" aria-pressed=${isWatched(job.id)} title=${t("bell.means")} onClick=${() => ring(job)} data-testid="bell">
      <${icons.bell} />${t("bell.label")}
    </button>`;
}
