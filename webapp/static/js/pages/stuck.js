/** Stuck work: what will not go on without somebody, gathered in one place with its remedy. */
import { useBoard } from "../board.js";
import { Skeleton } from "../components/skeleton.js";
import { Trouble } from "../components/trouble.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { PageHead } from "../panels/page-head.js";
import { Kind } from "../panels/stuck/kind.js";
import { lookedAt } from "../panels/stuck/stuck.model.js";

const Waiting = () => html`<section class="card" aria-busy="true"><div class="empty"><${Skeleton} width=${200} height=${16} /><${Skeleton} width=${320} /></div></section>`;

const Nothing = () => html`
  <section class="card"><div class="empty" data-testid="nothing-stuck"><strong>${t("stuck.none")}</strong><span>${t("stuck.none.text")}</span></div></section>`;

/** Nothing was found so far, and what was seen once is not told yet. */
const Unsure = () => html`
  <section class="card" aria-busy="true"><div class="empty" data-testid="stuck-unsure"><strong>${t("stuck.unsure")}</strong><span>${t("stuck.unsure.text")}</span></div></section>`;

const Looked = ({ looked }) => html`<p class="stuck-looked quiet fresh">${lookedAt(looked).map((sentence) => html`<span key=${sentence}>${sentence} </span>`)}</p>`;

function Content() {
  const { value, error, loading, retry } = useBoard("stuck");
  if (loading) return html`<${Waiting} />`;
  return html`
    ${error && html`<section class="card"><${Trouble} error=${error} onRetry=${retry} /></section>`}
    ${value && html`
      <div class="grid">
        ${value.kinds.map((found) => html`<${Kind} key=${found.kind} found=${found} />`)}
        ${value.kinds.length === 0 && (value.looked.sure ? html`<${Nothing} />` : html`<${Unsure} />`)}
        <${Looked} looked=${value.looked} />
      </div>`}`;
}

export const Page = () => html`
  <${PageHead} title=${t("nav.stuck")} />
  <${Banners} />
  <${Content} />`;
