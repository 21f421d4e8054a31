/** The table of jobs: its heads say how far a list can be sorted, its rows change where they stand. */
import { useRef, useState } from "preact/hooks";
import { Skeleton } from "../../components/skeleton.js";
import { html } from "../../html.js";
import { has, t } from "../../i18n.js";
import { behind, to } from "../../router.js";
import { queryOf } from "../../query.model.js";
import { COLUMNS, instead, isDefault, isTurned, sorting, widthOf } from "./columns.model.js";
import { PickShown } from "./pick.js";
import { Row } from "./row.js";

const ENDS = new Set(["waited", "ran", "spell"]);
const WAITING_ROWS = 10;

const word = (key) => (has(key) ? t(key) : "");

/** The name of a column; that of the list's own order is the time which it follows. */
const columnName = (name, field) => (name === "time" ? word(`jobs.field.${field}`) || field : COLUMNS[name].field ? t(`jobs.field.${COLUMNS[name].field}`) : t(`jobs.column.${name}`));

/** How the list is ordered, beside the head that it concerns. */
const orderName = (page) => (isTurned(page) ? word(`jobs.turned.${page.order}`) : word(`jobs.order.${page.order}`));

function Head({ name, page, field, why, onWhy }) {
  const { query } = behind.value;
  const { turn, sorted, why: reason } = sorting(name, page);
  const label = columnName(name, field);
  const classes = `col-${name} ${ENDS.has(name) ? "end" : ""}`;
  if (!turn) {
    return html`
      <th scope="col" class=${classes}>
        <button type="button" class="head" aria-expanded=${why === name} title=${t(reason, { column: label })} onClick=${() => onWhy(why === name ? null : name)}>${label}</button>
        ${name === "time" && page?.order && html`<span class="quiet order">${orderName(page)}</span>`}
      </th>`;
  }
  return html`
    <th scope="col" class=${classes} aria-sort=${sorted}>
      <a class="head" href=${to("jobs", { ...query, cursor: "", order: isTurned(page) ? "" : turn })} title=${t("jobs.turn")} data-testid="turn">${label} <span aria-hidden="true">${sorted === "ascending" ? "↑" : "↓"}</span></a><span class="quiet order">${orderName(page)}</span>
    </th>`;
}

/** Why there is no sorting by a column, and what brings the same to the top. */
function Why({ name, page, field }) {
  const { query } = behind.value;
  const search = instead(name);
  const q = [query.q, queryOf(query, search)].filter(Boolean).join(" ");
  return html`
    <p class="list-note" role="status" data-testid="why">
      ${t(sorting(name, page).why, { column: columnName(name, field) })}
      ${search && html` <a class="link" href=${to("jobs", { q })}>${t("jobs.why.search", { query: search })}</a>`}
    </p>`;
}

const Waiting = ({ columns }) =>
  Array.from({ length: WAITING_ROWS }, (_, n) => html`
    <tr key=${n}><td class="col-pick"></td>${columns.map((name) => html`<td class=${`col-${name}`} key=${name}><${Skeleton} width=${Math.min(COLUMNS[name].width - 40, 50 + ((n * 37) % 60))} /></td>`)}</tr>`);

/**
 * `rows`: [{key, item, gone}], null while none came. `page`: how its list is ordered; null for a search.
 * `field`: the time of a row that the order follows. `selection`: see selection.js.
 */
export function JobTable({ rows, columns, page, field, selection }) {
  const [why, setWhy] = useState(null);
  const items = (rows ?? []).map(({ item }) => item);
  const latest = useRef();
  latest.current = (row, isRange) => selection.pick(row, isRange, items);
  const { current: onPick } = useRef((row, isRange) => latest.current(row, isRange));
  const isAsked = why && columns.includes(why) && sorting(why, page).why;
  return html`
    ${isAsked && html`<${Why} name=${why} page=${page} field=${field} />`}
    <div class=${`table-scroll ${isDefault(columns) ? "" : "chosen"}`}>
      <table class="job-table" style=${isDefault(columns) ? undefined : { minWidth: `${widthOf(columns)}px` }}>
        <thead>
          <tr><${PickShown} selection=${selection} items=${items} />${columns.map((name) => html`<${Head} key=${name} name=${name} page=${page} field=${field} why=${why} onWhy=${setWhy} />`)}</tr>
        </thead>
        <tbody class="fresh">
          ${rows
            ? rows.map(({ key, item, gone }) => html`<${Row} key=${key} item=${item} gone=${gone} isPicked=${selection.has(item.id)} columns=${columns} field=${field} onPick=${onPick} />`)
            : html`<${Waiting} columns=${columns} />`}
        </tbody>
      </table>
    </div>`;
}
