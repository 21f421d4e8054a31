/** Jobs by queue and status a page at a time, or those that a search finds: live. */
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { useListing } from "../listing.js";
import { Banners } from "../panels/banners.js";
import { Facets } from "../panels/facets.js";
import { JobList } from "../panels/joblist.js";
import { Behind, useBehind } from "../panels/jobs/behind.js";
import { ColumnChoice } from "../panels/jobs/columns.js";
import { columnsOf } from "../panels/jobs/columns.model.js";
import { chosenColumns, keepColumns } from "../panels/jobs/kept.js";
import { Narrow } from "../panels/jobs/narrow.js";
import { QueueChoice } from "../panels/jobs/queue-choice.js";
import { Results } from "../panels/jobs/results.js";
import { SearchBox } from "../panels/jobs/searchbox.js";
import { useSources } from "../panels/jobs/sources.js";
import { Views } from "../panels/jobs/views.js";
import { PageHead } from "../panels/page-head.js";
import { narrowed } from "../query.model.js";
import { behind, go, to, toJob } from "../router.js";
import { useSearch } from "../search.js";

/** The side stands beside the list where there is room, else it is opened above it. */
function Side({ children }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <aside class=${`side ${isOpen ? "open" : ""}`} aria-label=${t("jobs.side")}>
      <button type="button" class="button side-toggle" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${t("jobs.side")}</button>
      <div class="side-parts">${children}</div>
    </aside>`;
}

function Lists({ query, columns, value }) {
  const { queue = "", status = "", cursor = "", order = "" } = query;
  const listing = useListing({ queue, status, cursor, order });
  return html`
    <${Facets} queue=${queue} status=${status} counts=${listing.page?.counts} />
    <div class="jobs-main">
      <${JobList} key=${`${queue}/${status}`} queue=${queue} status=${status} columns=${columns} ...${listing} />
    </div>
    <${Side}>
      <${Views} columns=${columns} />
      <${QueueChoice} queue=${queue} status=${status} />
      <${Behind} queue=${queue} status=${status} value=${value} />
    <//>`;
}

function Found({ query, columns, found, titles }) {
  return html`
    <div class="jobs-main"><${Results} key=${query.q} columns=${columns} ...${found} /></div>
    <${Side}>
      <${Views} columns=${columns} />
      <${Narrow} query=${query.q} facets=${found.search?.facets} titles=${titles} />
    <//>`;
}

/** A search that names one job goes there; back leads to where it was asked from, not to the search again. */
function useExact(exact) {
  useEffect(() => {
    if (!exact) return;
    go(to("jobs"), { replace: true });
    go(toJob(exact));
  }, [exact]);
}

export function Page() {
  const { query } = behind.value;
  const { q = "", queue = "", status = "" } = query;
  const found = useSearch(q);
  const value = useBehind(queue, status);
  const { sources, titles } = useSources(value, found.search?.facets);
  const columns = query.columns ? columnsOf(query.columns) : chosenColumns.value;
  useExact(found.exact);
  const onSearch = (text) => (text && text === q ? found.again() : go(to("jobs", text ? { q: q ? text : narrowed(text, { queue, status }) } : {})));
  const onChoose = (chosen) => {
    keepColumns(chosen);
    if (query.columns) go(to("jobs", { ...query, columns: "" }), { replace: true });
  };
  const isWrong = found.error?.code === "bad_query";
  return html`
    <${PageHead} title=${t("nav.jobs")}>
      <a class="button large primary only-wide" href=${to("submit")}>${t("submit.open")}</a>
    <//>
    <${Banners} />
    <div class="jobs-top">
      <${SearchBox} query=${q} sources=${sources} titles=${titles} error=${found.error} onSearch=${onSearch} />
      <${ColumnChoice} columns=${columns} onChoose=${onChoose} />
    </div>
    <div class="jobs-page">
      ${q && !isWrong ? html`<${Found} query=${query} columns=${columns} found=${found} titles=${titles} />` : html`<${Lists} query=${query} columns=${columns} value=${value} />`}
    </div>`;
}
