/** Jobs by queue and status, a page at a time, live. */
import { html } from "../html.js";
import { t } from "../i18n.js";
import { useListing } from "../listing.js";
import { Banners } from "../panels/banners.js";
import { Facets } from "../panels/facets.js";
import { JobList } from "../panels/joblist.js";
import { behind, to } from "../router.js";

export function Page() {
  const { queue = "", status = "", cursor = "" } = behind.value.query;
  const listing = useListing({ queue, status, cursor });
  return html`
    <div class="page-head">
      <h1>${t("nav.jobs")}</h1>
      <a class="button large primary only-wide" href=${to("submit")}>${t("submit.open")}</a>
    </div>
    <${Banners} />
    <${Facets} queue=${queue} status=${status} counts=${listing.page?.counts} />
    <${JobList} key=${`${queue}/${status}`} queue=${queue} status=${status} ...${listing} />`;
}
