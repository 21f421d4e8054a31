/** What a search has found so far, and how far it is. */
import { Bar } from "../../components/bar.js";
import { Skeleton } from "../../components/skeleton.js";
import { explained, Trouble } from "../../components/trouble.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { useLiveRows } from "../../listing.js";
import { Deeds } from "./deeds.js";
import { fraction, isOver, standing } from "./results.model.js";
import { useSelection } from "./selection.js";
import { JobTable } from "./table.js";

const TONES = { busy: "s-started", ok: "s-ok", warn: "s-warn", bad: "s-bad" };

function Standing({ search, error, onStop, onAgain }) {
  const { text, advice, tone } = standing(search.error ? { ...search, error: explained(search.error) } : search);
  const over = isOver(search);
  return html`
    <div class="standing" data-testid="standing" data-state=${search.state}>
      <div class="standing-line">
        <p><span class=${`dot tinted ${TONES[tone]}`} aria-hidden="true"></span> <strong class="fresh">${text}</strong>${advice && html` <span class="muted">${advice}</span>`}</p>
        ${over
          ? html`<button type="button" class="button" onClick=${onAgain}>${t("jobs.search.again")}</button>`
          : html`<button type="button" class="button" onClick=${onStop}>${t("jobs.search.stop")}</button>`}
      </div>
      <div class="standing-bar">${!over && html`<${Bar} fraction=${fraction(search)} label=${t("jobs.search.progress")} still=${Boolean(error || search.error)} />`}</div>
    </div>`;
}

/** A screen reader hears how a search ends, not each of its steps. */
const Ended = ({ search }) => html`<p class="hidden-visually" role="status">${search && isOver(search) ? standing(search).text : ""}</p>`;

/** All that the search finds, also beyond what it keeps; while it goes on nobody knows how many. */
function everything({ query, found, facets, state }) {
  const isCounted = state === "done";
  const statuses = facets?.status && Object.fromEntries(Object.entries(facets.status).map(([status, n]) => [status, isCounted ? n : null]));
  return { of: { q: query }, about: query, n: isCounted ? found : null, statuses: statuses ?? null };
}

export function Results({ search, jobs, error, more, stop, again, columns }) {
  const { items, gone } = useLiveRows(jobs);
  // What is found comes below what was found: nothing moves under the hand.
  const rows = items.map((item) => ({ key: item.id, item, gone: gone.has(item.id) }));
  const selection = useSelection();
  if (error && !search) return html`<section class="card"><${Trouble} error=${error} onRetry=${again} /></section>`;
  const nothing = search && !jobs.length;
  return html`
    <section class="card jobs" aria-label=${t("jobs.search.results")} aria-busy=${!search || !isOver(search)} data-testid="results">
      <${Ended} search=${search} />
      ${search ? html`<${Standing} search=${search} error=${error} onStop=${stop} onAgain=${again} />` : html`<div class="standing"><${Skeleton} width=${260} /></div>`}
      ${error && html`<${Trouble} error=${error} onRetry=${again} />`}
      ${!nothing && html`<${JobTable} rows=${search && rows} columns=${columns} page=${null} field="latest" selection=${selection} />`}
      ${more && html`<div class="pager"><span class="muted">${t("jobs.search.shown", { n: jobs.length, kept: search.kept })}</span><button type="button" class="button" onClick=${more}>${t("jobs.search.more")}</button></div>`}
      ${search && html`<${Deeds} selection=${selection} rows=${items} all=${everything(search)} />`}
    </section>`;
}
