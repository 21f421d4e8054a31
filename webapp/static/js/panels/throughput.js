/** Finished and failed per minute of the last half hour. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { hourMinute, number } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { figures, health } from "../store.js";
import { ceiling, columns, isEmpty, summary } from "./throughput.model.js";

const LINES = [
  { key: "finished", colour: "--finished", filled: true },
  { key: "failed", colour: "--failed", filled: false },
];

/** The numbers come first: what draws is fetched after the first paint. */
const drawing = signal(null);

function Chart(props) {
  const Drawing = drawing.value;
  useEffect(() => {
    if (!Drawing) import("../components/chart.js").then((module) => (drawing.value = module.Chart), () => {});
  }, [Drawing]);
  return Drawing ? html`<${Drawing} ...${props} />` : html`<div class="chart" role="img" aria-label=${props.label}></div>`;
}

/** Minute, finished and failed under the cursor. */
function At({ series, index }) {
  const at = series.from + index * series.step_s * 1000;
  return html`
    <span class="chart-at">${hourMinute(at)}
      ${LINES.map(({ key }) => html` <span key=${key} class=${`tinted s-${key}`}>${t(`throughput.${key}`, { n: number(series[key][index]) })}</span>`)}
    </span>`;
}

export function Throughput() {
  const [index, setIndex] = useState(null);
  const series = figures.value?.series;
  const empty = !series || isEmpty(series);
  return html`
    <section class="card throughput" aria-labelledby="throughput-title" data-testid="throughput">
      <div class="card-head">
        <h2 id="throughput-title">${t("throughput.title")}</h2>
        <span class="aside clip">${!empty && index != null ? html`<${At} series=${series} index=${index} />` : t("throughput.window")}</span>
      </div>
      <div class="chart-box fresh">
        <p class="chart-unit">${t("throughput.unit")}</p>
        ${series && html`<${Chart} data=${columns(series)} lines=${LINES} ceiling=${ceiling(series)} label=${summary(series)} onIndex=${setIndex} />`}
        ${series && empty && html`<p class="chart-empty">${t(`throughput.${figures.value.recording ? "soon" : health.value?.memory ? "nearly_full" : "not_recorded"}`)}</p>`}
      </div>
    </section>`;
}
