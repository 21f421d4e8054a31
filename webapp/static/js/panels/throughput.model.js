/** The throughput series as columns, in words and as a scale. Pure. */
import { hourMinute, number } from "../format.js";
import { t } from "../i18n.js";

/** uPlot's columns: seconds, finished, failed. Nulls stay: a minute that was not recorded is a gap, not a zero. */
export function columns({ from, step_s, finished, failed }) {
  return [finished.map((_, index) => from / 1000 + index * step_s), finished, failed];
}

export const isEmpty = ({ finished, failed }) => [...finished, ...failed].every((n) => n == null);

/** The highest value of the axis: never less than 4, so that one job in an hour does not fill the chart. */
export const ceiling = ({ finished, failed }) => Math.max(4, ...finished.map((n) => n ?? 0), ...failed.map((n) => n ?? 0)) * 1.08;

/** The whole chart in a sentence. */
export function summary({ from, step_s, finished, failed }) {
  const known = finished.filter((n) => n != null);
  if (!known.length) return t("throughput.empty");
  return t("throughput.summary", {
    from: hourMinute(from),
    to: hourMinute(from + (finished.length - 1) * step_s * 1000),
    finished: number(known.reduce((a, b) => a + b, 0)),
    most: number(Math.max(...known)),
    failed: number(failed.reduce((a, b) => a + (b ?? 0), 0)),
  });
}
