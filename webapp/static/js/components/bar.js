/** A progress bar: how far, or that it is not known how far. */
import { html } from "../html.js";
import { t } from "../i18n.js";

/** `fraction` null: striped. `still`: not moving, for what is gone or not fresh. */
export function Bar({ fraction, label = t("progress.label"), thick = false, still = false }) {
  const known = fraction != null;
  const percent = known ? Math.min(100, Math.max(0, fraction * 100)) : 0;
  return html`
    <div
      class=${`bar ${thick ? "thick" : ""} ${known ? "" : "unknown"} ${still ? "still" : ""}`}
      role="progressbar"
      aria-label=${label}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${known ? Math.round(percent) : undefined}
    >
      <i style=${known ? { transform: `translateX(${(percent - 100).toFixed(2)}%)` } : undefined}></i>
    </div>`;
}
