/** When load will come: the next hour and the next day as bars. */
import { Skeleton } from "../../components/skeleton.js";
import { hourMinute, number, zoneName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { barsOf, barWords, loadSentence } from "./load.model.js";

const share = (n, top) => ({ height: `${((n / top) * 100).toFixed(1)}%` });

const Bar = ({ bar, top }) => html`
  <span class="load-bar" title=${barWords(bar)}>
    ${bar.cron > 0 && html`<i class="load-cron" style=${share(bar.cron, top)}></i>`}
    ${bar.jobs > 0 && html`<i style=${share(bar.jobs, top)}></i>`}
  </span>`;

function Span({ name, span, cron }) {
  const title = t(`schedule.load.${name}`);
  const drawn = barsOf(span, cron);
  const [first, last] = [drawn.bars[0], drawn.bars.at(-1)];
  return html`
    <figure class="load" data-testid=${`load-${name}`}>
      <figcaption><span>${title}</span> <span class="muted">${t("schedule.load.jobs", { n: drawn.total })}</span></figcaption>
      <div class="load-top" aria-hidden="true">${number(drawn.top)}</div>
      <div class="load-bars" role="img" aria-label=${loadSentence(title, drawn)}>${drawn.bars.map((bar) => html`<${Bar} key=${bar.from} bar=${bar} top=${drawn.top} />`)}</div>
      <div class="load-times" aria-hidden="true">
        <span>${hourMinute(first.from)}</span><span>${hourMinute(drawn.bars[drawn.bars.length >> 1].from)}</span><span>${hourMinute(last.to)} ${zoneName(last.to)}</span>
      </div>
    </figure>`;
}

/** `value`: the board "schedule"; `cron`: the jobs of the board "cron". */
export function Load({ value, cron }) {
  const load = value?.load;
  return html`
    <section class="card" aria-labelledby="load-title" data-testid="load">
      <div class="card-head">
        <h2 id="load-title">${t("schedule.load.title")}</h2>
        <span class="aside load-key">
          <span><span class="s-scheduled tinted" aria-hidden="true">■</span> ${t("schedule.load.key.jobs")}</span>
          <span><span class="s-started tinted" aria-hidden="true">■</span> ${t("schedule.load.key.cron")}</span>
        </span>
      </div>
      <div class="loads fresh">
        ${load
          ? html`<${Span} name="hour" span=${load.hour} cron=${cron} /><${Span} name="day" span=${load.day} cron=${cron} />`
          : html`<div class="load"><${Skeleton} width=${220} height=${90} /></div>`}
      </div>
      ${load && load.looked_at < load.of && html`<p class="list-note">${t("schedule.load.part", { n: load.looked_at, of: load.of })}</p>`}
    </section>`;
}
