/** Schedule: what runs next, when load will come, RQ's cron with its runs, and who starts all of it. */
import { useBoard } from "../board.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { PageHead } from "../panels/page-head.js";
import { CronJobs } from "../panels/schedule/cron.js";
import { Load } from "../panels/schedule/load.js";
import { Serving, Unserved } from "../panels/schedule/serving.js";
import { Upcoming } from "../panels/schedule/upcoming.js";

export function Page() {
  const [schedule, cron] = [useBoard("schedule"), useBoard("cron")];
  return html`
    <${PageHead} title=${t("nav.schedule")} />
    <${Banners} />
    <${Unserved} value=${schedule.value} />
    <div class="grid">
      <${Load} value=${schedule.value} cron=${cron.value?.jobs ?? []} />
      <${Upcoming} board=${schedule} />
      <${CronJobs} board=${cron} />
      <${Serving} value=${schedule.value} />
    </div>`;
}
