/** Narrowing the activity to a person, a deed, an outcome or a job; the choice is in the address. */
import { activityAddress } from "../api.js";
import { shortId } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { go, to } from "../router.js";
import { said } from "../said.js";
import { choices, OUTCOMES, verbName, wantedOf } from "./activity.model.js";

const Choice = ({ name, all, options, query, nameOf }) => html`
  <select class="act-choice" aria-label=${t(`activity.by.${name}`)} onChange=${(event) => go(to("activity", { ...query, [name]: event.target.value }))} data-testid=${`activity-${name}`}>
    <option value="" selected=${!query[name]}>${all}</option>
    ${options.map((option) => html`<option key=${option} value=${option} selected=${option === query[name]}>${nameOf(option)}</option>`)}
  </select>`;

/** `lines`: those that are known, of which people and deeds are offered. */
export const ActivityFilters = ({ lines, query }) => html`
  <div class="act-filters" role="group" aria-label=${t("activity.narrow")}>
    <${Choice} name="actor" all=${t("activity.all.actor")} options=${choices(lines, "actor", query.actor)} query=${query} nameOf=${said} />
    <${Choice} name="action" all=${t("activity.all.action")} options=${choices(lines, "action", query.action)} query=${query} nameOf=${verbName} />
    <${Choice} name="outcome" all=${t("activity.all.outcome")} options=${OUTCOMES} query=${query} nameOf=${(word) => t(`activity.outcome.${word}`)} />
    ${query.job && html`<a class="button" href=${to("activity", { ...query, job: "" })} title=${query.job}>${t("activity.of_job", { id: shortId(query.job) })} <span aria-hidden="true">✕</span></a>`}
    <a class="button act-export" href=${activityAddress(wantedOf(query) ?? {})} download title=${t("activity.export.tip")}>${t("activity.export")}</a>
  </div>`;
