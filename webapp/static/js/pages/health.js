/** Health: what is wrong and what to do, made for a phone at 3 a.m. */
import { CopyButton } from "../components/copy.js";
import { Skeleton } from "../components/skeleton.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { markdown } from "../panels/health/markdown.model.js";
import { QueueHealth } from "../panels/health/queues.js";
import { LastActions, lastActions, NewCauses } from "../panels/health/recent.js";
import { RedisHealth } from "../panels/health/redis.js";
import { useSeen } from "../panels/health/seen.js";
import { headline, Verdict } from "../panels/health/verdict.js";
import { light, wrongs } from "../panels/health/verdict.model.js";
import { PageHead } from "../panels/page-head.js";
import { to } from "../router.js";

const absolute = (page, query) => new URL(to(page, query), location.href).href;

const Waiting = () => html`<section class="card verdict"><h2><${Skeleton} width=${200} height=${20} /></h2></section>`;

function Known({ seen, boards, isComplete }) {
  const found = wrongs(seen);
  const level = light(found, isComplete);
  const text = markdown(seen, { found, headline: headline(level, found), actions: lastActions(), href: absolute, address: seen.health?.address ?? "" });
  return html`
    <${Verdict} level=${level} found=${found}><${CopyButton} text=${text} label=${t("health.copy")} /><//>
    <div class="grid split-health">
      <div class="grid">
        <${QueueHealth} flow=${seen.boards.flow} />
        <${NewCauses} failures=${seen.boards.failures} />
      </div>
      <div class="grid">
        <${RedisHealth} board=${boards.redis} />
        <${LastActions} />
      </div>
    </div>`;
}

export function Page() {
  const { seen, boards, isComplete } = useSeen();
  return html`
    <${PageHead} title=${t("nav.health")} />
    <${Banners} />
    ${seen ? html`<${Known} seen=${seen} boards=${boards} isComplete=${isComplete} />` : html`<${Waiting} />`}`;
}
