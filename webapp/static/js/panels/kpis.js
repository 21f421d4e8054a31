/** The strip of five figures. */
import { Skeleton } from "../components/skeleton.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { liveNow } from "../liveness.js";
import { to } from "../router.js";
import { figures, health, totals } from "../store.js";
import { kpis } from "./kpis.model.js";

/** The figures that have a page of their own behind them. */
const PAGES = { failed: "failures" };

const Figure = ({ name, value }) => (PAGES[name] ? html`<a href=${to(PAGES[name])}>${value}</a>` : value);

const Kpi = ({ name, label, value, note, tone = "", empty }) => html`
  <div class="kpi" data-testid=${`kpi-${name}`}>
    <dt>${label ?? t(`kpi.${name}`)}</dt>
    <dd class=${`value ${tone} ${empty ? "quiet" : ""}`}>${value == null ? html`<${Skeleton} width=${72} height=${22} />` : html`<${Figure} name=${name} value=${value} />`}</dd>
    <dd class="note" title=${note}>${note || html`<${Skeleton} width=${110} />`}</dd>
  </div>`;

export const Kpis = () => html`
  <dl class="card kpis fresh">
    ${kpis(totals.value, figures.value && { ...figures.value, isFull: Boolean(health.value?.memory) }, liveNow.value).map(({ key, ...rest }) => html`<${Kpi} key=${key} name=${key} ...${rest} />`)}
  </dl>`;
