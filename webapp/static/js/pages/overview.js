/** The first page: how much waits, what runs, who works, how fast. */
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { Kpis } from "../panels/kpis.js";
import { PageHead } from "../panels/page-head.js";
import { Queues } from "../panels/queues.js";
import { Running } from "../panels/running.js";
import { Throughput } from "../panels/throughput.js";
import { Workers } from "../panels/workers.js";
import { to } from "../router.js";

export const Overview = () => html`
  <${PageHead} title=${t("nav.overview")}>
    <a class="button large primary only-wide" href=${to("submit")}>${t("submit.open")}</a>
  <//>
  <${Banners} />
  <div class="grid">
    <${Kpis} />
    <div class="grid split-run"><${Running} /><${Workers} /></div>
    <div class="grid split-queues"><${Queues} /><${Throughput} /></div>
  </div>`;
