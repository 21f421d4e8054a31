/** API tokens: what they may, until when, when they were used last; the text of a new one is shown this once. */
import { CodeBox } from "../../components/copy.js";
import { now } from "../../clock.js";
import { moment } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { reachOf } from "./access.model.js";

const factsOf = (token, at) =>
  [
    t("access.token.by", { maker: token.maker, time: moment(token.made_at, at) }),
    token.until ? t("access.token.until", { time: moment(token.until, at) }) : t("access.token.endless"),
    token.used_at ? t("access.token.used", { time: moment(token.used_at, at) }) : t("access.token.unused"),
    reachOf(token.rights),
  ].filter(Boolean);

const Token = ({ token, onRevoke }) => html`
  <li data-token=${token.id}>
    <span class="access-who"><strong>${token.name}</strong><span>${factsOf(token, now.peek()).join(" · ")}</span></span>
    <span class="access-role">${t(`access.role.${token.rights.role}`)}</span>
    <button type="button" class="button danger" onClick=${() => onRevoke(token)}>${t("access.revoke")}</button>
  </li>`;

const Made = ({ made, onSeen }) => html`
  <div class="access-once" role="status" data-testid="made">
    <strong>${t("access.once", { name: made.token.name })}</strong>
    <${CodeBox} text=${made.secret} what=${made.token.name} />
    <span class="muted">${t("access.once.how")}</span>
    <div><button type="button" class="button" onClick=${onSeen}>${t("access.once.seen")}</button></div>
  </div>`;

export const Tokens = ({ tokens, made, onMake, onRevoke, onSeen }) => html`
  <section class="card" aria-labelledby="access-tokens" data-testid="tokens">
    <div class="card-head ruled">
      <h2 id="access-tokens">${t("access.tokens")}</h2>
      <button type="button" class="button primary" onClick=${onMake}>${t("access.token.make")}</button>
    </div>
    ${made && html`<${Made} made=${made} onSeen=${onSeen} />`}
    ${tokens.length
      ? html`<ul class="access-list">${tokens.map((token) => html`<${Token} key=${token.id} token=${token} onRevoke=${onRevoke} />`)}</ul>`
      : html`<div class="empty"><strong>${t("access.tokens.none")}</strong><span>${t("access.tokens.means")}</span></div>`}
  </section>`;
