/** Numbers and shapes of a profiled table. Pure. */
import { compact, number, percent } from "../../format.js";
import { t } from "../../i18n.js";

export const WIDTH = 132;
export const HEIGHT = 30;

/** Bars of a histogram as {x, width, height, y}; an empty bin has no height, a tiny one is still seen. */
export function bars(histogram) {
  const most = Math.max(1, ...histogram.map((bin) => bin.count));
  const step = WIDTH / histogram.length;
  return histogram.map(({ count }, n) => {
    const height = count ? Math.max(1.5, (count / most) * HEIGHT) : 0;
    return { x: n * step, width: Math.max(1, step - 1), height, y: HEIGHT - height };
  });
}

/** A value of any type in few characters. */
export function shortValue(value) {
  if (value == null) return "";
  if (value === "") return t("tree.empty_text");
  if (typeof value === "number") return Math.abs(value) >= 1e6 ? compact(value) : number(value, Math.abs(value) < 10 ? 3 : 1);
  const given = typeof value === "object" ? (value.text ?? JSON.stringify(value)) : String(value);
  const text = given.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/, "$1 $2");
  return text.length > 28 ? `${text.slice(0, 27)}…` : text;
}

/** "0.01 – 9,912.5", or nothing. */
export const range = ({ min, max }) => (min == null && max == null ? "" : min === max ? shortValue(min) : `${shortValue(min)} – ${shortValue(max)}`);

/** "median 49.9 · 5–95 %: 3.1 – 312.8" */
export function middle({ quantiles, mean }) {
  const said = [];
  if (quantiles) {
    said.push(t("profile.median", { value: shortValue(quantiles.p50) }));
    said.push(t("profile.most", { from: shortValue(quantiles.p05), to: shortValue(quantiles.p95) }));
  }
  if (mean != null) said.push(t("profile.mean", { value: shortValue(mean) }));
  return said;
}

export const missing = ({ missing: n }, rows) => (n ? `${number(n)} · ${percent(rows ? n / rows : 0)}` : "0");

export const distinct = ({ distinct: n, distinct_is_estimate: estimate }) => (n == null ? "" : `${estimate ? "≈ " : ""}${compact(n)}`);

/** The histogram in a sentence. */
export function histogramWords(histogram) {
  const top = histogram.reduce((a, b) => (b.count > a.count ? b : a));
  return t("profile.histogram", {
    bins: histogram.length,
    from: shortValue(histogram[0].from),
    to: shortValue(histogram.at(-1).to),
    n: top.count,
    at: shortValue(top.from),
  });
}
