/** Redis itself, in eight lines. */
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { health } from "../../store.js";
import { redisFacts } from "./redis.model.js";

const Facts = ({ redis }) => html`
  <dl class="health-facts fresh">
    ${redisFacts(redis, liveNow.value).map(([key, text]) => html`<div key=${key} data-fact=${key}><dt>${t(`health.redis.${key}`)}</dt><dd class=${text == null ? "quiet" : ""}>${text ?? t("health.redis.untold")}</dd></div>`)}
  </dl>
  ${redis.refused.length > 0 && html`<p class="health-more muted">${t("health.redis.refused")}</p>`}`;

/** `board`: what useBoard("redis") gives. */
export const RedisHealth = ({ board: { value, error, retry } }) => html`
  <section class="card health-redis" aria-labelledby="health-redis-title" data-testid="health-redis">
    <div class="card-head ruled"><h2 id="health-redis-title">${t("health.redis")}</h2><span class="aside clip">${health.value?.address}</span></div>
    ${value ? html`<${Facts} redis=${value} />` : error ? html`<${Trouble} error=${error} onRetry=${retry} />` : html`<div class="empty"><${Skeleton} width=${180} /><${Skeleton} width=${140} /></div>`}
  </section>`;
