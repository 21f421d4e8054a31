/** Progress in words. Pure. */
import { bytes, compact, duration, number, percent } from "../format.js";
import { t } from "../i18n.js";

const BYTES = new Set(["byte", "bytes", "B"]);

/** One number in the unit of its stage. */
function amount(n, unit, short) {
  if (BYTES.has(unit)) return bytes(n);
  return short ? compact(n) : number(n, 2);
}

/**
 * "1.2M of 1.9M rows", "212 files", a message, or a percentage: whatever the stage can say.
 * @param {{message?: string, done?: number|null, total?: number|null, unit?: string, fraction?: number|null}} stage
 */
export function reached(stage, short = false) {
  const unit = BYTES.has(stage.unit) ? "" : (stage.unit ?? "");
  const done = amount(stage.done, stage.unit, short);
  if (stage.done != null && stage.total != null) {
    return t("progress.of", { done, total: amount(stage.total, stage.unit, short), unit }).trim();
  }
  if (stage.done != null) return `${done} ${unit}`.trim();
  if (stage.message) return stage.message;
  return stage.fraction == null ? "" : percent(stage.fraction);
}

/** "41,020 rows/s" */
export function speed({ rate, unit }) {
  if (rate == null) return "";
  if (BYTES.has(unit)) return t("progress.rate_plain", { rate: bytes(rate) });
  const shown = number(rate, rate < 10 ? 1 : 0);
  return unit ? t("progress.rate", { rate: shown, unit }) : t("progress.rate_plain", { rate: shown });
}

/** "18 s left"; nothing where it is not known. */
export const timeLeft = (left) => (left == null ? "" : t("progress.left", { time: duration(Math.max(1, Math.round(left))) }));

/** What a stage has done of its whole, 0 to 1, or null. */
export const fractionOf = (stage) => (stage.total ? Math.min(1, stage.done / stage.total) : null);
