/** The picture of a result with view "lanes": ways to do the same work, a lane per task, on one time axis. */
import { duration } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { about, axis, bars, laneHeight, laneLabel, laneName, model, pictureWords, rows, sentences, title, versus } from "./lanes.model.js";

const share = (n) => `${n.toFixed(3)}%`;

const Bar = ({ bar, height, name }) => html`
  <svg class=${`lane-bar ${bar.kind ?? ""} ${bar.cut ? "cut" : ""}`} x=${share(bar.x)} y="1" width=${share(bar.width)} height=${height}>
    <title>${[name, bar.label].filter(Boolean).join(": ")}</title>
    <rect class="ground" width="100%" height=${height} rx="2" />
    ${bar.fill > 0 && html`<rect class="work" width="100%" y=${height * (1 - bar.fill)} height=${height * bar.fill} rx=${bar.fill === 1 && bar.label != null ? 2 : 0} />`}
    ${bar.label && html`<text x="6" y=${height / 2 + 4}>${bar.label}</text>`}
  </svg>`;

const Lane = ({ lane, group, axis: { end, ticks } }) => {
  const height = laneHeight(lane, group);
  return html`
    <svg class=${`lane ${lane.density ? "density" : ""}`} aria-hidden="true" width="100%" height=${height + 2}>
      ${ticks.map(({ at }) => html`<line key=${at} x1=${share(at)} x2=${share(at)} y1="0" y2=${height + 2} />`)}
      ${bars(lane, group, end).map((bar, n) => html`<${Bar} key=${n} bar=${bar} height=${height} name=${laneName(lane)} />`)}
    </svg>`;
};

/** Where each task stood when a timeout ended it. */
const Lines = ({ lines }) => html`
  <ul class="lane-lines">
    ${lines.map(({ task, file, line, text }) => html`<li key=${task}><span class="muted">${t("lanes.task", { n: task })} · ${file}:${String(line)}</span><code>${text}</code></li>`)}
  </ul>`;

const Group = ({ group, axis: scale, labels }) => {
  const beside = versus(group);
  return html`
    <div class="lane-group" data-model=${group.model}>
      <h4><span>${model(group)}</span>${beside && html`<span class=${`lane-versus tinted ${beside.tone}`}>${beside.text}</span>`}<span class="lane-time">${duration(group.seconds)}</span></h4>
      <div class="lanes-drawn" role="img" aria-label=${pictureWords(group)}>
        ${group.lanes.map((lane, n) => html`<div class="lane-row" key=${n}>${labels && html`<span class="lane-label clip">${laneLabel(lane)}</span>`}<${Lane} lane=${lane} group=${group} axis=${scale} /></div>`)}
      </div>
      ${sentences(group).map((text) => html`<p key=${text}>${text}</p>`)}
      ${group.lines && html`<${Lines} lines=${group.lines} />`}
    </div>`;
};

const COLUMNS = ["who", "from", "to", "took", "worked"];

const AsTable = ({ groups }) => html`
  <details class="lane-table">
    <summary>${t("lanes.table")}</summary>
    <div class="table-scroll" tabindex="0" role="region" aria-label=${t("lanes.table")}>
      <table>
        <thead><tr>${COLUMNS.map((name) => html`<th scope="col" key=${name}>${t(`lanes.table.${name}`)}</th>`)}</tr></thead>
        ${groups.map(
          (group) => html`
            <tbody key=${group.model}>
              <tr><th scope="rowgroup" colspan=${COLUMNS.length}>${model(group)}</th></tr>
              ${rows(group).map(([who, ...cells], n) => html`<tr key=${n}><th scope="row">${who}</th>${cells.map((cell, at) => html`<td key=${at}>${cell}</td>`)}</tr>`)}
            </tbody>`,
        )}
      </table>
    </div>
  </details>`;

const Comparison = ({ comparison }) => {
  const { groups, shows } = comparison;
  const scale = axis(groups);
  const labels = groups.some((group) => group.lanes.some(laneLabel));
  return html`
    <section class="lane-comparison" data-testid=${`lanes-${comparison.title}`}>
      <h3>${title(comparison)}</h3>
      <p class=${`lane-legend muted ${shows}`}>${t(`lanes.legend.${shows}`)}</p>
      ${groups.map((group) => html`<${Group} key=${group.model} group=${group} axis=${scale} labels=${labels} />`)}
      <div class="lane-row" aria-hidden="true">
        ${labels && html`<span class="lane-label"></span>`}
        <svg class="lane-axis" width="100%" height="16">${scale.ticks.map(({ at, label }, n) => html`<text key=${at} x=${share(at)} y="12" text-anchor=${n === 0 ? "start" : at > 94 ? "end" : "middle"}>${label}</text>`)}</svg>
      </div>
      <${AsTable} groups=${groups} />
    </section>`;
};

export const View = ({ value }) => html`
  <section class="lanes" data-testid="lanes">
    ${about(value).length > 0 && html`<p class="muted">${about(value).join(" · ")}</p>`}
    ${value.comparisons.map((comparison) => html`<${Comparison} key=${comparison.title} comparison=${comparison} />`)}
  </section>`;
