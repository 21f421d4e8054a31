/** The groups by name, each with its bar. */
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { to } from "../../router.js";
import { groupWords } from "./groups.model.js";
import { Shares } from "./shares.js";

const Row = ({ group }) => html`
  <li class="group" data-group=${group.name}>
    <a class="group-name clip" href=${to("groups", { group: group.name })} title=${group.name}>${group.name}</a>
    <span class="group-total">${t("groups.jobs", { n: group.total })}</span>
    <${Shares} group=${group} />
    <span class="group-words muted">${groupWords(group)}</span>
  </li>`;

const Waiting = () => Array.from({ length: 4 }, (_, n) => html`<li class="group" key=${n}><${Skeleton} width=${130 + n * 20} /><span></span><${Skeleton} width=${220} /></li>`);

const Empty = ({ note }) => html`
  <div class="empty">
    <strong>${t(note ? "groups.unreadable" : "groups.empty")}</strong>
    <span>${t(note ? "groups.unreadable.next" : "groups.empty.next")}</span>
  </div>`;

function Pager({ value: { start, groups, looked_at: known, total } }) {
  const end = start + groups.length;
  if (!start && end >= total) return null;
  return html`
    <nav class="pager" aria-label=${t("groups.pages")}>
      <span class="muted">${known < total ? t("groups.cut", { n: known, total: number(total) }) : t("groups.range", { from: start + 1, to: end, total })}</span>
      ${start > 0 && html`<a class="button" href=${to("groups", { from: Math.max(0, start - 50) || "" })}>${t("groups.before")}</a>`}
      ${end < known && html`<a class="button" href=${to("groups", { from: end })}>${t("groups.after")}</a>`}
    </nav>`;
}

/** `board`: what useBoard("groups") or useBoard("groups/50") gives. */
export function GroupList({ board: { value, error, retry } }) {
  return html`
    <section class="card" aria-labelledby="groups-title" data-testid="groups">
      <div class="card-head ruled">
        <h2 id="groups-title">${t("groups.title")}</h2>
        ${value && html`<span class="aside">${number(value.total)}</span>`}
      </div>
      ${error && html`<${Trouble} error=${error} onRetry=${retry} />`}
      <ul class="fresh">${value ? value.groups.map((group) => html`<${Row} key=${group.name} group=${group} />`) : !error && html`<${Waiting} />`}</ul>
      ${value && !value.groups.length && html`<${Empty} note=${value.note} />`}
      ${value && html`<${Pager} value=${value} />`}
    </section>`;
}
