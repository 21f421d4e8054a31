/** What can be done to all jobs of a cause. */
import * as api from "../../api.js";
import { number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { ManyButton } from "../operations/many-button.js";

/** Its jobs are asked for only now: they are many. */
async function wishOf(group, name) {
  const { ids, of } = (await api.board(`failure_jobs/${group.id}`)).value;
  return { of: { ids }, about: name, note: of > ids.length ? t("operations.newest", { n: ids.length, of: number(of) }) : "" };
}

/** `name`: what the cause is called. */
export const CauseDeeds = ({ group, name }) => html`
  ${["requeue", "delete"].map((verb) => html`<${ManyButton} key=${verb} verb=${verb} label=${t(`operations.all.${verb}`, { n: group.count })} wish=${() => wishOf(group, name)} />`)}`;
