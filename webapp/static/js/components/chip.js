/** A job's status as a coloured word: never colour alone. */
import { html } from "../html.js";
import { has, t } from "../i18n.js";

/** RQ's eleven, in the order of a job's life. */
export const STATUSES = [
  "queued", "started", "finished", "failed", "stopped", "scheduled", "deferred", "canceled", "rate_limited",
  "ready_to_enqueue", "created",
];

/** The word for a status; one that RQ does not know is shown as it is stored. */
export function statusName(status) {
  if (status === null) return t("job.status.missing");
  return has(`job.status.${status}`) ? t(`job.status.${status}`) : status;
}

export const StatusChip = ({ status, plain = false }) => html`
  <span class=${`chip s-${status ?? "warn"} ${plain ? "plain" : ""}`} data-status=${status ?? "missing"}>
    <span class="dot" aria-hidden="true"></span>${statusName(status)}
  </span>`;
