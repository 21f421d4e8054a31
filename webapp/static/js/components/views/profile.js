/** The picture of a result with view "profile": every column of a table, with its small histogram. */
import { bytes, duration, number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { bars, distinct, HEIGHT, histogramWords, middle, missing, range, shortValue, WIDTH } from "./profile.model.js";

const Histogram = ({ histogram }) => html`
  <svg class="histogram" width=${WIDTH} height=${HEIGHT} viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${histogramWords(histogram)}>
    <title>${histogramWords(histogram)}</title>
    ${bars(histogram).map((bar, n) => html`<rect key=${n} ...${bar} rx="1" />`)}
  </svg>`;

/** The commonest values, each with its share. */
const Top = ({ top, rows }) => html`
  <ul class="top-values">
    ${top.slice(0, 4).map(
      ({ value, count }) => html`
        <li key=${String(value)} title=${`${shortValue(value)}: ${number(count)}`}>
          <span class="clip">${shortValue(value)}</span>
          <i><b style=${{ width: `${Math.max(4, (count / Math.max(1, rows)) * 100)}%` }}></b></i>
        </li>`,
    )}
  </ul>`;

function Shape({ column, rows }) {
  if (column.histogram?.length) return html`<${Histogram} histogram=${column.histogram} />`;
  if (column.top?.length) return html`<${Top} top=${column.top} rows=${rows} />`;
  return null;
}

const Column = ({ column, rows }) => html`
  <tr>
    <th scope="row"><span class="clip">${column.name}</span><small class="mono quiet">${column.type.toLowerCase()}</small></th>
    <td class="end" data-label=${t("profile.missing")}><span class=${column.missing ? "" : "quiet"}>${missing(column, rows)}</span></td>
    <td class="end" data-label=${t("profile.distinct")}>${distinct(column)}</td>
    <td class="range"><span>${range(column)}</span>${middle(column).map((text) => html`<small class="quiet" key=${text}>${text}</small>`)}</td>
    <td class="shape"><${Shape} column=${column} rows=${rows} /></td>
  </tr>`;

const Malformed = ({ malformed }) => html`
  <details class="malformed">
    <summary><strong class="tinted s-warn">${t("profile.malformed", { n: malformed.count })}</strong></summary>
    <ol>
      ${malformed.sample.map(
        ({ line, reason, text }) => html`<li key=${line}><span class="muted">${t("profile.line", { n: line })} ${reason}</span><pre tabindex="0">${text}</pre></li>`,
      )}
    </ol>
    ${malformed.count > malformed.sample.length && html`<p class="quiet">${t("profile.first", { n: malformed.sample.length })}</p>`}
  </details>`;

export function View({ value }) {
  const { columns, malformed, rows } = value;
  const facts = [t("profile.rows", { n: rows }), t("profile.columns", { n: columns.length }), bytes(value.bytes), t("profile.read_in", { time: duration(value.seconds) }), t("profile.delimiter", { delimiter: value.delimiter === "\t" ? "⇥" : value.delimiter })];
  return html`
    <section class="profile" data-testid="profile">
      <p class="profile-facts"><strong>${value.name}</strong> <span class="muted">${facts.join(" · ")}</span></p>
      ${malformed.count > 0 && html`<${Malformed} malformed=${malformed} />`}
      <div class="table-scroll">
        <table>
          <thead><tr><th scope="col">${t("profile.column")}</th><th scope="col" class="end">${t("profile.missing")}</th><th scope="col" class="end">${t("profile.distinct")}</th><th scope="col">${t("profile.range")}</th><th scope="col">${t("profile.shape")}</th></tr></thead>
          <tbody>${columns.map((column) => html`<${Column} key=${column.name} column=${column} rows=${rows} />`)}</tbody>
        </table>
      </div>
    </section>`;
}
