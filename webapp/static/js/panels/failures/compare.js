/** A failed run beside a good one of the same function: where, how long, and with which arguments. */
import { useState } from "preact/hooks";
import { useBoard } from "../../board.js";
import { StatusChip } from "../../components/chip.js";
import { Skeleton } from "../../components/skeleton.js";
import { TreeList } from "../../components/tree.js";
import { entriesOf, kindOf } from "../../components/tree.model.js";
import { Trouble } from "../../components/trouble.js";
import { duration, shortId } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { behind, to, toJob } from "../../router.js";
import { facts } from "./compare.model.js";
import { diff } from "./diff.model.js";

const Side = ({ side, label }) => html`<th scope="col"><span class="muted">${label}</span> ${side && html`<${StatusChip} status=${side.status} plain /> <a class="link mono" href=${toJob(side.id)} title=${side.id}>${shortId(side.id)}</a>`}</th>`;

const Heads = ({ failed, good, what }) => html`
  <thead><tr><th scope="col"><span class="hidden-visually">${what}</span></th><${Side} side=${failed} label=${t("failures.compare.failed")} /><${Side} side=${good} label=${t("failures.compare.good")} /></tr></thead>`;

const Differs = () => html`<span class="hidden-visually">${t("failures.compare.differs")}</span>`;

const Facts = ({ failed, good }) => html`
  <table class="compare-table" data-testid="compare-facts">
    <${Heads} failed=${failed} good=${good} what=${t("failures.fact")} />
    <tbody>
      ${facts(failed, good, liveNow.peek()).map((fact) => html`
        <tr key=${fact.key} class=${fact.differs ? "differs" : ""} data-fact=${fact.key}>
          <th scope="row">${t(`failures.fact.${fact.key}`)}${fact.differs && html` <${Differs} />`}</th><td title=${fact.failed}>${fact.failed}</td><td title=${fact.good}>${fact.good}</td>
        </tr>`)}
    </tbody>
  </table>`;

const plainly = (value) => (typeof value === "string" ? JSON.stringify(value) : value?.__type__ ? value.text : String(value));

function Value({ value }) {
  if (value === undefined) return html`<span class="quiet">${t("failures.compare.missing")}</span>`;
  if (kindOf(value) === "branch") return html`<${TreeList} entries=${entriesOf(value)} />`;
  return html`<span class="compare-value" title=${value?.__type__}>${kindOf(value) === "empty" ? (Array.isArray(value) ? "[]" : "{}") : plainly(value)}</span>`;
}

function Arguments({ failed, good }) {
  const [all, setAll] = useState(false);
  if (!failed.arguments || !good.arguments) return html`<p class="cause-none">${t("failures.compare.unreadable")}</p>`;
  const { values, more } = diff(failed.arguments, good.arguments);
  const other = values.filter(({ kind }) => kind !== "same");
  const shown = all ? values : other;
  return html`
    ${!other.length && html`<p class="cause-none">${t(values.length ? "failures.compare.same" : "failures.compare.no_arguments")}</p>`}
    ${shown.length > 0 && html`
      <table class="compare-table" data-testid="compare-arguments">
        <${Heads} failed=${failed} good=${good} what=${t("failures.compare.argument")} />
        <tbody>${shown.map(({ path, kind, failed: left, good: right }) => html`
          <tr key=${path} class=${kind === "same" ? "" : "differs"} data-kind=${kind}>
            <th scope="row"><span class="mono">${path}</span> <span class=${`compare-mark ${kind}`}>${t(`failures.compare.${kind}`)}</span></th><td><${Value} value=${left} /></td><td><${Value} value=${right} /></td>
          </tr>`)}</tbody>
      </table>`}
    ${more && html`<p class="cause-none">${t("failures.compare.more", { n: values.length })}</p>`}
    ${other.length < values.length && html`<p class="cause-none"><button type="button" class="button" aria-pressed=${all} onClick=${() => setAll(!all)}>${t("failures.compare.all", { n: values.length - other.length })}</button></p>`}`;
}

/** Why there is no good run to lay beside it, and what would help. */
function Nothing({ why, looked_at: n, of, result_ttl: kept, failed }) {
  const words = { n, of, queue: failed.queue, time: duration(kept), title: failed.title };
  const key = why === "none_kept" && n < of ? "cut" : why;
  return html`<div class="empty" data-testid="compare-none"><strong>${t(`failures.compare.none.${key}`, words)}</strong><span>${t(`failures.compare.none.${key === "cut" ? "none_kept" : key}.fix`, words)}</span></div>`;
}

function Body({ value }) {
  const { failed, good } = value;
  return html`
    ${!good && html`<section class="card"><${Nothing} ...${value} /></section>`}
    <section class="card" data-testid="compare">
      <div class="card-head"><h2>${t("failures.compare.title", { title: failed.title })}</h2></div>
      ${failed.note && html`<p class="cause-none tinted s-warn">${failed.note}</p>`}
      <${Facts} failed=${failed} good=${good} />
    </section>
    ${good && html`<section class="card"><div class="card-head"><h2>${t("failures.compare.arguments")}</h2></div><${Arguments} failed=${failed} good=${good} /></section>`}`;
}

/** `id`: of the failed run; `good`: of the other, where somebody chose it. */
export function Comparison({ id, good }) {
  const name = [id, good].filter(Boolean).map(encodeURIComponent).join(":");
  const { value, error, retry } = useBoard(`compare/${name}`);
  const back = to("failures", { ...behind.value.query, compare: "", with: "" });
  return html`
    <p class="cause-back"><a class="link" href=${back}>← ${t(behind.value.query.cause ? "failures.back.cause" : "failures.back")}</a></p>
    <div class="grid fresh">
      ${value ? html`<${Body} value=${value} />` : html`<section class="card">${error ? html`<${Trouble} error=${error} onRetry=${retry} />` : html`<div class="card-head"><${Skeleton} width=${240} /></div>`}</section>`}
    </div>`;
}
