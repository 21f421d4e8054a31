/** Log, arguments, result, attempts and details: one at a time, named in the address. */
import { useEffect, useRef } from "preact/hooks";
import { number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { hash, showTab } from "../../router.js";
import { Arguments } from "./arguments.js";
import { Attempts } from "./attempts.js";
import { Details } from "./details.js";
import { Log } from "./log.js";
import { Result } from "./result.js";
import { openTab, TABS } from "./tabs.model.js";

const PANELS = { log: Log, arguments: Arguments, result: Result, attempts: Attempts, details: Details };

const countOf = (name, job) => (name === "attempts" ? job.attempts.length : null);

/** What came while somebody looked at another tab. */
const hasNews = (name, job, open) => name === "result" && open !== "result" && job.result != null;

export function Tabs({ job }) {
  const first = useRef(null);
  first.current ??= openTab("", job);
  const open = TABS.includes(hash.value) ? hash.value : first.current;
  const list = useRef(null);
  const moved = useRef(false);
  useEffect(() => {
    if (moved.current) list.current.querySelector('[aria-selected="true"]').focus();
    moved.current = false;
  }, [open]);
  const onKeyDown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    moved.current = true;
    showTab(TABS[(TABS.indexOf(open) + step + TABS.length) % TABS.length]);
  };
  const Panel = PANELS[open];
  return html`
    <div class="tabs" role="tablist" aria-label=${t("tabs.label")} ref=${list} onKeyDown=${onKeyDown}>
      ${TABS.map(
        (name) => html`
          <button type="button" key=${name} role="tab" id=${`tab-${name}`} aria-controls="tab-panel" aria-selected=${name === open} tabindex=${name === open ? 0 : -1} onClick=${() => showTab(name)}>
            ${t(`tabs.${name}`)}${countOf(name, job) != null && ` ${number(countOf(name, job))}`}
            ${hasNews(name, job, open) && html`<span class="dot s-ok tinted"><span class="hidden-visually">${t("tabs.new")}</span></span>`}
          </button>`,
      )}
    </div>
    <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby=${`tab-${open}`} data-tab=${open}><${Panel} job=${job} /></div>`;
}
