/** Causes against ages: how often each occurred within how long; every number leads to the jobs that it counts. */
import { Skeleton } from "../../components/skeleton.js";
import { moment, number, roughly, zoneName } from "../../format.js";
import { useHold } from "../../hold.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { behind, to } from "../../router.js";
import { AGES, columnsOf, heat, lineOf, messageOf, nameOf, ordered, placeOf } from "./causes.model.js";
import { Mute, muteWords, Unmute } from "./mute.js";
import { Trend } from "./trend.js";

const ageName = (key) => t(`failures.age.${key || "all"}`);

/** Where the cause is shown, from the list as it stands. */
const toCause = (id, age) => to("failures", { cause: id, age });

function Cell({ group, age, seconds, n }) {
  const name = nameOf(group);
  const label = seconds === null ? t("failures.cell.all", { n, name }) : t("failures.cell", { n, name, time: ageName(age) });
  return html`
    <td class="cell" data-age=${ageName(age)} style=${{ "--heat": `${heat(n)}%` }}>
      ${n ? html`<a href=${toCause(group.id, age)} aria-label=${label}>${number(n)}</a>` : html`<span class="quiet">0</span>`}
    </td>`;
}

const functionsOf = ({ functions, more }) => [...functions.slice(0, 2).map(({ title, func }) => title || func || t("failures.function.unknown")), functions.length + more.functions > 2 && t("failures.more", { n: functions.length + more.functions - 2 })].filter(Boolean).join(", ");

const Marks = ({ group }) => html`
  ${group.new && html`<span class="chip s-failed" title=${t("failures.new.means")}>${t("failures.new")}</span>`}
  ${group.muted && html`<span class="chip" title=${muteWords(group.muted)}>${t("failures.muted")}</span>`}`;

function Row({ group, gone }) {
  const name = nameOf(group);
  const workers = group.workers.length + group.more.workers;
  return html`
    <tr class=${`${gone ? "gone" : ""} ${group.muted ? "muted-row" : ""}`} data-cause=${group.id}>
      <th scope="row">
        <span class="cause-line"><a class="cause-name clip" href=${toCause(group.id, "")} title=${group.type}>${name}</a><${Marks} group=${group} /></span>
        <span class="cause-message clip" title=${messageOf(group)}>${messageOf(group)}</span>
        <span class="cause-place clip" title=${placeOf(group)}>${lineOf(group) && html`<span class="mono">${lineOf(group)}</span> `}${functionsOf(group)} · ${t("failures.workers", { n: workers })}</span>
      </th>
      <td class="cause-trend"><${Trend} trend=${group.trend} /></td>
      ${columnsOf(group).map(([age, seconds, n]) => html`<${Cell} key=${age} group=${group} age=${age} seconds=${seconds} n=${n} />`)}
      <td class="cause-seen muted"><span class="nowrap" title=${`${moment(group.last, liveNow.peek())} ${zoneName(group.last)}`}>${t("ago", { time: roughly((liveNow.value - group.last) / 1000) })}</span>
        <span class="quiet nowrap" title=${`${moment(group.first, liveNow.peek())} ${zoneName(group.first)}`}>${t("failures.first", { time: roughly((liveNow.value - group.first) / 1000) })}</span></td>
      <td class="cause-do">${group.muted ? html`<${Unmute} id=${group.id} name=${name} />` : html`<${Mute} id=${group.id} name=${name} />`}</td>
    </tr>`;
}

function Order({ sort, children }) {
  const { query } = behind.value;
  const isNow = (query.sort ?? "last") === sort;
  return html`<a class="head" href=${to("failures", { ...query, sort: sort === "last" ? "" : sort })} aria-current=${isNow ? "true" : undefined} title=${t("failures.sort", { what: t(`failures.sort.${sort}`) })}>${children}${isNow && html` <span aria-hidden="true">↓</span>`}</a>`;
}

const Head = ({ sort }) => html`
  <thead>
    <tr>
      <th scope="col">${t("failures.cause")}</th>
      <th scope="col" class="cause-trend">${t("failures.trend")}</th>
      ${AGES.map(([age]) => html`<th scope="col" class="end" key=${age} title=${t("failures.within", { time: ageName(age) })}>${ageName(age)}</th>`)}
      <th scope="col" class="end" aria-sort=${sort === "count" ? "descending" : undefined}><${Order} sort="count">${ageName("")}<//></th>
      <th scope="col" class="cause-seen" aria-sort=${sort === "last" ? "descending" : undefined}><${Order} sort="last">${t("failures.seen")}<//></th>
      <th scope="col" class="cause-do"><span class="hidden-visually">${t("failures.mute")}</span></th>
    </tr>
  </thead>`;

const Waiting = () =>
  Array.from({ length: 4 }, (_, n) => html`
    <tr key=${n}><th><${Skeleton} width=${180 + ((n * 53) % 90)} /></th><td class="cause-trend"><${Skeleton} width=${90} height=${22} /></td>${[...AGES, ""].map((_, at) => html`<td class="cell" key=${at}><${Skeleton} width=${20} /></td>`)}<td class="cause-seen"><${Skeleton} width=${70} /></td><td class="cause-do"></td></tr>`);

/** `groups`: null while none came. */
export function Matrix({ groups }) {
  const { query } = behind.value;
  const sort = query.sort === "count" ? "count" : "last";
  const { ref, shown, newer, release } = useHold(groups ? ordered(groups, sort, query.muted === "1") : [], (group) => group.id);
  return html`
    <div class="failures-held" aria-live="polite">${newer > 0 && html`<button type="button" class="newer" onClick=${release}>${t("hold.newer", { n: number(newer) })}</button>`}</div>
    <table class="failures-table" ref=${ref} data-testid="causes">
      <${Head} sort=${sort} />
      <tbody class="fresh">${groups ? shown.map(({ key, item, gone }) => html`<${Row} key=${key} group=${item} gone=${gone} />`) : html`<${Waiting} />`}</tbody>
    </table>`;
}
