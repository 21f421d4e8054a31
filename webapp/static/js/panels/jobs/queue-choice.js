/** Choosing a queue: many of them in groups with sums, and a filter where they are more than fit a glance. */
import { useState } from "preact/hooks";
import { html } from "../../html.js";
import { number } from "../../format.js";
import { t } from "../../i18n.js";
import { group } from "../../queue-groups.model.js";
import { to } from "../../router.js";
import { queues, server } from "../../store.js";
import { countOf } from "../facets.model.js";
import { inOrder } from "../queues.model.js";
import { Choice, Section } from "./side.js";

/** More queues than this get a field to filter them with. */
const FILTERED = 12;

function Group({ entry, queue, status, isOpen, onToggle }) {
  const { name, queues: members, sums } = entry;
  const n = countOf(sums, status);
  return html`
    <li>
      <button type="button" class="side-choice" aria-expanded=${isOpen} onClick=${onToggle} data-group=${name}>
        <span class="twist" aria-hidden="true"></span><span class="clip">${name} <span class="quiet">× ${number(members.length)}</span></span>
        ${n != null && html`<span class="side-n fresh">${number(n)}</span>`}
      </button>
    </li>
    ${isOpen && members.map((member) => html`<${Choice} key=${member.name} href=${to("jobs", { queue: member.name, status })} label=${member.name} n=${countOf(member, status)} isCurrent=${member.name === queue} inner />`)}`;
}

export function QueueChoice({ queue, status }) {
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState({});
  const all = inOrder(queues.value, server.value?.queues);
  // A queue that is gone is still what the list below is of.
  if (queue && !all.some(({ name }) => name === queue)) all.push({ name: queue });
  const found = typed ? all.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase())) : all;
  const entries = typed ? found.map((one) => ({ name: one.name, queues: [one] })) : group(found);
  const isOpen = (entry) => opened[entry.name] ?? entry.queues.some(({ name }) => name === queue);
  return html`
    <${Section} title=${t("facets.queue")} testid="queue-choice">
      ${all.length > FILTERED && html`<input class="side-filter" type="search" aria-label=${t("facets.filter")} placeholder=${t("facets.filter")} value=${typed} onInput=${(event) => setTyped(event.target.value)} />`}
      <ul>
        ${!typed && html`<${Choice} href=${to("jobs", { status })} label=${t("facets.all_queues")} isCurrent=${!queue} />`}
        ${entries.map((entry) => entry.queues.length > 1
          ? html`<${Group} key=${`${entry.name}/`} entry=${entry} queue=${queue} status=${status} isOpen=${isOpen(entry)} onToggle=${() => setOpened({ ...opened, [entry.name]: !isOpen(entry) })} />`
          : html`<${Choice} key=${entry.name} href=${to("jobs", { queue: entry.name, status })} label=${entry.name} n=${countOf(entry.queues[0], status)} isCurrent=${entry.name === queue} />`)}
      </ul>
      ${typed && !found.length && html`<p class="side-note quiet">${t("facets.no_queue")}</p>`}
    <//>`;
}
