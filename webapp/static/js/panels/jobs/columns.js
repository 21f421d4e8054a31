/** Choosing the columns of the table. */
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { COLUMNS, DEFAULT, isDefault } from "./columns.model.js";

const OFFERED = Object.keys(COLUMNS).filter((name) => name !== "job");
const nameOf = (name) => (COLUMNS[name].field ? t(`jobs.field.${COLUMNS[name].field}`) : t(`jobs.column.${name}`));

/** `onChoose(columns)`: those to show from now on. */
export const ColumnChoice = ({ columns, onChoose }) => html`
  <button type="button" class="button large columns-button" popovertarget="columns">${t("jobs.columns")}</button>
  <div class="popover" id="columns" popover data-testid="columns">
    <fieldset class="columns-choice">
      <legend>${t("jobs.columns.title")}</legend>
      ${OFFERED.map((name) => html`
        <label key=${name}>
          <input type="checkbox" checked=${columns.includes(name)} onChange=${() => onChoose(columns.includes(name) ? columns.filter((other) => other !== name) : [...columns, name])} />
          <span>${nameOf(name)}</span>
        </label>`)}
    </fieldset>
    <p class="note"><button type="button" class="button" disabled=${isDefault(columns)} onClick=${() => onChoose(DEFAULT)}>${t("jobs.columns.reset")}</button></p>
  </div>`;
