/** Who is behind the jobs of a list: its functions and workers, each of which leads to a search. */
import { useBoard } from "../../board.js";
import { number, shortId, workerName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { queryOf, term } from "../../query.model.js";
import { to } from "../../router.js";
import { workers } from "../../store.js";
import { shortTitle } from "../workers.model.js";
import { Choice, Section } from "./side.js";

/** The board of a list. */
export const useBehind = (queue, status) => useBoard(`facets/${queue}/${status}`).value;

/** A worker as people know it: RQ's own names are 32 digits. */
export function nameOf(name) {
  const known = workers.value.find((worker) => worker.name === name);
  return known ? workerName(known) : /^[0-9a-f]{32}$/.test(name) ? shortId(name.slice(0, 8)) : name;
}

/** What a part is counted from, and what is not among it. */
function note({ looked_at: seen, of }, more) {
  const said = [];
  if (more) said.push(t("facets.others", { n: more }));
  if (of === null) said.push(t("facets.looked_at", { n: seen }));
  else if (seen < of) said.push(t("facets.looked_at_of", { n: seen, of: number(of) }));
  return said.join(" · ");
}

export function Behind({ queue, status, value }) {
  if (!value?.functions.length) return null;
  const search = (part) => to("jobs", { q: queryOf({ queue, status }, part) });
  return html`
    <${Section} title=${t("facets.function")} note=${note(value, value.more.functions)} testid="functions">
      <ul>
        ${value.functions.map(({ func, type, title, count }) => html`
          <${Choice} key=${func} href=${search(type ? term("type", type) : term("func", func))} label=${shortTitle(title)} title=${func} n=${count} />`)}
      </ul>
    <//>
    ${value.workers.length > 0 && html`
      <${Section} title=${t("facets.worker")} note=${note(value, value.more.workers)} testid="workers-behind">
        <ul>${value.workers.map(({ name, count }) => html`<${Choice} key=${name} href=${search(term("worker", name))} label=${nameOf(name)} title=${name} n=${count} />`)}</ul>
      <//>`}`;
}
