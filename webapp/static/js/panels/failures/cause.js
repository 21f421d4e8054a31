/** One cause: what it is, how often and where it occurs, a traceback of it, and its jobs. */
import { useBoard } from "../../board.js";
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { moment, number, shortId, workerName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { behind, to, toJob } from "../../router.js";
import { workers } from "../../store.js";
import { Traceback } from "../job/traceback.js";
import { CauseJobs } from "./cause-jobs.js";
import { columnsOf, messageOf, nameOf, placeOf, searchOf, secondsOf } from "./causes.model.js";
import { CauseDeeds } from "./deeds.js";
import { Mute, muteWords, Unmute } from "./mute.js";
import { Trend } from "./trend.js";

function workerWords(name) {
  const known = workers.value.find((worker) => worker.name === name);
  return known ? workerName(known) : name ? shortId(name) : t("failures.worker.unknown");
}

/** Names with how often, each a link where there is something behind it. */
const Names = ({ of, label, hrefOf, wordOf, more }) => html`
  <div class="cause-names">
    <dt>${label}</dt>
    <dd>${of.map((item) => {
      const words = html`${wordOf(item)} <span class="quiet">${number(item.n)}</span>`;
      const href = hrefOf(item);
      return href ? html`<a class="cause-tag" key=${wordOf(item)} href=${href} title=${item.func ?? item.name}>${words}</a>` : html`<span class="cause-tag" key=${wordOf(item)} title=${item.func ?? item.name}>${words}</span>`;
    })}${more > 0 && html`<span class="quiet">${t("failures.more", { n: more })}</span>`}</dd>
  </div>`;

const Facts = ({ group }) => html`
  <dl class="cause-facts">
    <div><dt>${t("failures.count")}</dt><dd>${number(group.count)}</dd></div>
    <div><dt>${t("failures.first_seen")}</dt><dd>${moment(group.first, liveNow.peek())}</dd></div>
    <div><dt>${t("failures.last_seen")}</dt><dd>${moment(group.last, liveNow.peek())}</dd></div>
    <div class="cause-chart"><dt>${t("failures.trend")}</dt><dd><${Trend} trend=${group.trend} /></dd></div>
    <${Names} of=${group.functions} label=${t("failures.functions")} more=${group.more.functions} wordOf=${(item) => item.title || item.func || t("failures.function.unknown")} hrefOf=${(item) => item.func && to("jobs", { q: `func:${item.func} status:failed` })} />
    <${Names} of=${group.workers} label=${t("nav.workers")} more=${group.more.workers} wordOf=${(item) => workerWords(item.name)} hrefOf=${(item) => workers.value.some(({ name }) => name === item.name) && to("workers", { worker: item.name })} />
    <${Names} of=${group.queues} label=${t("failures.queues")} more=${group.more.queues} wordOf=${(item) => item.name} hrefOf=${(item) => to("jobs", { queue: item.name, status: "failed" })} />
  </dl>`;

function Head({ group }) {
  const name = nameOf(group);
  return html`
    <section class="card cause-head" data-testid="cause" data-cause=${group.id}>
      <div class="cause-title">
        <h2>${name}${group.new && html` <span class="chip s-failed" title=${t("failures.new.means")}>${t("failures.new")}</span>`}</h2>
        <${CauseDeeds} group=${group} name=${name} />
        <a class="button" href=${to("jobs", { q: searchOf(group) })}>${t("failures.search")}</a>
        ${group.muted ? html`<${Unmute} id=${group.id} name=${name} />` : html`<${Mute} id=${group.id} name=${name} />`}
      </div>
      ${messageOf(group) && html`<p class="cause-said">${messageOf(group)}</p>`}
      <p class="muted mono cause-where">${[group.type !== name && group.type, placeOf(group)].filter(Boolean).join(" · ")}</p>
      ${group.muted && html`<p class="muted">${muteWords(group.muted)}</p>`}
      <${Facts} group=${group} />
    </section>`;
}

const Sample = ({ group, text }) => html`
  <section class="card cause-sample">
    <div class="card-head"><h2>${t("failures.sample")}</h2><span class="aside"><a class="link" href=${toJob(group.sample.job)}>${t("failures.sample.job")}</a> · <a class="link" href=${to("failures", { ...behind.value.query, compare: group.sample.job })}>${t("failures.compare")}</a></span></div>
    ${text ? html`<${Traceback} text=${text} />` : html`<p class="cause-none">${t("failures.sample.none")}</p>`}
  </section>`;

/** The jobs of which age: each is an address. */
function Ages({ group, age }) {
  const { query } = behind.value;
  return html`
    <nav class="facets" aria-label=${t("failures.ages")}>
      ${columnsOf(group).map(([key, , n]) => html`
        <a class=${`facet ${n ? "" : "zero"}`} key=${key} href=${to("failures", { ...query, age: key })} aria-current=${key === age ? "true" : undefined}>${t(`failures.age.${key || "all"}`)} <span class="facet-n">${number(n)}</span></a>`)}
    </nav>`;
}

const Back = () => html`<p class="cause-back"><a class="link" href=${to("failures", { ...behind.value.query, cause: "", age: "" })}>← ${t("failures.back")}</a></p>`;

export function OneCause({ id, age }) {
  const seconds = secondsOf(age);
  const { value, error, loading, retry } = useBoard(`failure/${id}${seconds === null ? "" : `/${seconds}`}`);
  const group = value?.group;
  if (!value && error) return html`<${Back} /><section class="card"><${Trouble} error=${error} onRetry=${error.code === "not_found" ? undefined : retry} /></section>`;
  if (loading || !group) return html`<${Back} /><section class="card cause-head" aria-busy="true"><${Skeleton} width=${220} height=${18} /><p><${Skeleton} width=${360} /></p></section>`;
  return html`
    <${Back} />
    <div class="grid fresh">
      <${Head} group=${group} />
      <${Sample} group=${group} text=${value.traceback} />
      <section class="card" data-testid="cause-jobs">
        <div class="card-head cause-jobs-head"><h2>${t("failures.jobs")}</h2><${Ages} group=${group} age=${secondsOf(age) === null ? "" : age} /></div>
        <${CauseJobs} jobs=${value.jobs} more=${value.more} search=${searchOf(group)} />
      </section>
    </div>`;
}
