/** What would be made of a table: its first rows, or those that are wrong, each cell with its reason. */
import { useState } from "preact/hooks";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { preview } from "./many.model.js";

const Cell = ({ text, why }) => html`<td class=${why ? "wrong-cell" : ""}><span class="clip">${text || html`<span class="quiet">–</span>`}</span>${why && html`<span class="why-wrong">${why}</span>`}</td>`;

const Row = ({ row, line, why, cells }) => html`
  <tr data-row=${row}>
    <th scope="row" class="num" title=${t("many.line", { n: line })}>${row}</th>
    ${why ? html`<td class="wrong-cell" colspan=${Math.max(1, cells.length)}><span class="why-wrong">${why}</span></td>` : cells.map((cell, n) => html`<${Cell} key=${n} ...${cell} />`)}
  </tr>`;

export function Preview({ check, fields }) {
  const [wanted, setWanted] = useState(false);
  const onlyWrong = wanted && check.wrong > 0;
  const { columns, rows } = preview(check, fields, onlyWrong);
  const total = onlyWrong ? check.wrong : check.total;
  if (!rows.length) return null;
  return html`
    ${check.wrong > 0 && check.good > 0 &&
    html`<div class="segments" role="radiogroup" aria-label=${t("many.show")}>
      ${[[false, "many.all"], [true, "many.wrong"]].map(([wrong, word]) => html`<label key=${word}><input type="radio" name="shown" checked=${onlyWrong === wrong} onChange=${() => setWanted(wrong)} /><span>${t(word)}</span></label>`)}
    </div>`}
    <div class="many-preview" tabindex="0" role="region" aria-label=${t("many.preview")}>
      <table data-testid="many-preview">
        <thead><tr><th scope="col" class="num">${t("many.row")}</th>${columns.map(({ name, why }) => html`<th scope="col" key=${name} class=${why ? "wrong-cell" : ""}>${name}${why && html`<span class="why-wrong">${why}</span>`}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<${Row} key=${row.row} ...${row} />`)}</tbody>
      </table>
    </div>
    ${total > rows.length && html`<p class="help">${t("many.first", { n: rows.length, total })}</p>`}`;
}
