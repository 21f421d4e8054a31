/** What newly fails, and what operators did last. */
import { moment, number, time } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { to, toJob } from "../../router.js";
import { said } from "../../said.js";
import { activity } from "../../store.js";
import { outcomeOf, verbOf } from "../activity.model.js";
import { messageOf, nameOf } from "../failures/causes.model.js";
import { newCauses } from "./work.model.js";

/** More is on their own pages. */
const MOST = 5;

/** The newest lines of activity as anybody tells them. */
export const lastActions = () =>
  (activity.value?.lines ?? []).slice(0, MOST).map((line) => ({ ...line, actor: said(line.actor), what: `${verbOf(line)}${line.outcome === "done" ? "" : ` · ${outcomeOf(line).word}`}` }));

const names = (functions) => (functions ?? []).map(({ title, func }) => title || func || t("health.unnamed")).join(", ");

const Cause = ({ cause }) => html`
  <li class="health-line">
    <a class="health-cause" href=${to("failures", { cause: cause.id })}><strong>${nameOf(cause)}</strong> ${messageOf(cause)}</a>
    <span class="health-sub">${names(cause.functions)} · ${t("health.causes.count", { n: cause.count })} · ${t("health.causes.last", { time: time(cause.last) })}</span>
  </li>`;

/** `failures`: the value of its board; nothing is drawn where there is none. */
export function NewCauses({ failures }) {
  if (!failures) return null;
  const causes = newCauses(failures);
  return html`
    <section class="card" aria-labelledby="health-causes-title" data-testid="health-causes">
      <div class="card-head ruled"><h2 id="health-causes-title">${t("health.causes")}</h2><a class="aside link" href=${to("failures")}>${t("health.causes.all", { n: failures.causes ?? failures.groups.length })}</a></div>
      ${causes.length ? html`<ul class="fresh">${causes.slice(0, MOST).map((cause) => html`<${Cause} key=${cause.id} cause=${cause} />`)}</ul>` : html`<div class="empty"><span>${t("health.causes.none")}</span></div>`}
      ${causes.length > MOST && html`<p class="health-more"><a class="link" href=${to("failures")}>${t("health.more", { n: number(causes.length - MOST) })}</a></p>`}
    </section>`;
}

const Action = ({ line }) => html`
  <li class="health-line">
    <span><span class="muted nowrap">${moment(line.at, liveNow.peek())}</span> <strong>${line.actor}</strong> ${line.what} ${line.job && html`<a class="health-job" href=${toJob(line.job)}>${line.title ?? line.job}</a>`}</span>
  </li>`;

export const LastActions = () => html`
  <section class="card" aria-labelledby="health-actions-title" data-testid="health-actions">
    <div class="card-head ruled"><h2 id="health-actions-title">${t("health.actions")}</h2><a class="aside link" href=${to("activity")}>${t("nav.activity")}</a></div>
    ${activity.value?.lines.length ? html`<ul class="fresh">${lastActions().map((line) => html`<${Action} key=${line.id} line=${line} />`)}</ul>` : html`<div class="empty"><span>${t("health.actions.none")}</span></div>`}
  </section>`;
