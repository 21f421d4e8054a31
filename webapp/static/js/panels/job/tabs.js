/** Log, arguments, result, attempts, dependencies, notes and details: one at a time, named in the address. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Trouble } from "../../components/trouble.js";
import { number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { hash, showTab } from "../../router.js";
import { styled } from "../../sheets.js";
import { worded } from "../../words.js";
import { Arguments } from "./arguments.js";
import { Attempts } from "./attempts.js";
import { Details } from "./details.js";
import { Log } from "./log.js";
import { Result } from "./result.js";
import { openTab, relatives, tabsOf } from "./tabs.model.js";

/** A panel that comes with its own sheet and words when it is first looked at. */
function late(load) {
  const loaded = signal(null);
  return function Late({ job }) {
    useEffect(() => {
      load().then((module) => (loaded.value = module.Panel), () => (loaded.value = Unloadable));
    }, []);
    const Panel = loaded.value;
    return Panel ? html`<${Panel} key=${job.id} job=${job} />` : html`<div class="picture-wait" aria-busy="true"></div>`;
  };
}

const Unloadable = () => html`<${Trouble} error=${{ code: "not_loaded", message: "" }} onRetry=${() => location.reload()} />`;

const Dependencies = late(styled("graph", () => import("./graph.js")));
const Notes = late(worded("activity", worded("notes", styled("notes", () => import("./notes.js")))));

const PANELS = { log: Log, arguments: Arguments, result: Result, attempts: Attempts, graph: Dependencies, notes: Notes, details: Details };

function countOf(name, job) {
  if (name === "attempts") return job.attempts.length + (job.status === "started" ? 1 : 0);
  if (name === "notes") return job.notes || null;
  return name === "graph" ? relatives(job) || null : null;
}

/** What came while somebody looked at another tab. */
const hasNews = (name, job, open) => name === "result" && open !== "result" && job.result != null;

export function Tabs({ job }) {
  const first = useRef(null);
  first.current ??= openTab("", job);
  const hadGraph = useRef(false);
  hadGraph.current ||= relatives(job) > 0;
  const tabs = tabsOf(job, hadGraph.current);
  const open = tabs.includes(hash.value) ? hash.value : first.current;
  const list = useRef(null);
  const moved = useRef(false);
  useEffect(() => {
    const over = list.current.querySelector('[aria-selected="true"]').getBoundingClientRect().right - list.current.getBoundingClientRect().right;
    if (over > 0) list.current.scrollLeft += over;
    if (moved.current) list.current.querySelector('[aria-selected="true"]').focus();
    moved.current = false;
  }, [open]);
  const onKeyDown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    moved.current = true;
    showTab(tabs[(tabs.indexOf(open) + step + tabs.length) % tabs.length]);
  };
  const Panel = PANELS[open];
  return html`
    <div class="tabs" role="tablist" aria-label=${t("tabs.label")} ref=${list} onKeyDown=${onKeyDown}>
      ${tabs.map(
        (name) => html`
          <button type="button" key=${name} role="tab" id=${`tab-${name}`} aria-controls="tab-panel" aria-selected=${name === open} tabindex=${name === open ? 0 : -1} onClick=${() => showTab(name)}>
            ${t(`tabs.${name}`)}${countOf(name, job) != null && ` ${number(countOf(name, job))}`}
            ${hasNews(name, job, open) && html`<span class="dot s-ok tinted"><span class="hidden-visually">${t("tabs.new")}</span></span>`}
          </button>`,
      )}
    </div>
    <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby=${`tab-${open}`} data-tab=${open}><${Panel} job=${job} /></div>`;
}
