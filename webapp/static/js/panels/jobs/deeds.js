/** What can be done to the selected jobs: a bar at the foot of the window, there while something is selected. */
import { useEffect } from "preact/hooks";
import { icons } from "../../components/icons.js";
import { Menu } from "../../components/menu.js";
import { say } from "../../components/toast.js";
import { number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { askMany } from "../../operations.js";
import { whyNot } from "../actions.js";
import { DANGEROUS, fitting, parted } from "../operations/verbs.model.js";
import { selected } from "./by-key.js";
import { MOST } from "./selection.model.js";

/** Verbs with a button of their own; a phone has room for fewer, see css/operations.css. */
const NEAR = 3;

const tipOf = ({ verb, n }) => [n !== null && t("operations.fits", { n }), t(`operations.means.${verb}`)].filter(Boolean).join(" ");

const Verb = ({ fit, refused, onPick }) => html`
  <button type="button" class=${`button large ${DANGEROUS.has(fit.verb) ? "danger" : ""}`} aria-disabled=${refused ? "true" : undefined} title=${refused || tipOf(fit)} data-do=${fit.verb} onClick=${() => onPick(fit.verb)}>${t(`operations.do.${fit.verb}`)}…</button>`;

function Words({ selection, all, canAll }) {
  const words = selection.isAll ? (all.n === null ? t("operations.selected.all") : t("operations.selected.all_n", { n: all.n })) : t("operations.selected", { n: selection.size });
  return html`
    <p class="picked-words"><strong role="status">${words}</strong>
      ${selection.size === MOST && html`<span class="muted"> ${t("operations.selected.most")}</span>`}
      ${canAll && html` <button type="button" class="button bare" data-testid="select-all" onClick=${selection.pickAll}>${all.n === null ? t("operations.select.all") : t("operations.select.all_n", { n: number(all.n) })}</button>`}
    </p>`;
}

/** Escape lets go of everything, where it does not close anything else. */
function useEscape(isOn, clear) {
  useEffect(() => {
    if (!isOn) return undefined;
    const leave = (event) => event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open], :popover-open:not(.toasts)") && clear();
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [isOn]);
}

/** `rows`: those that are shown. `all`: {of, about, n, statuses}, everything that the list holds; null where not known. */
export function Deeds({ selection, rows, all }) {
  useEscape(selection.isAny, selection.clear);
  const refused = whyNot();
  const fits = fitting(selection.isAll ? all.statuses : selection.statusesOf(rows));
  const about = selection.isAll ? all.about : t("operations.selected", { n: selection.size });
  const onPick = (verb) => {
    if (refused) say(t("action.refused"), { level: "warn", fix: refused });
    else askMany({ verb, of: selection.isAll ? all.of : { ids: selection.ids }, about, onStarted: selection.clear });
  };
  useEffect(() => {
    selected.value = selection.isAny ? { title: about, verbs: fits.map(({ verb }) => verb), ask: onPick } : null;
  });
  useEffect(() => () => (selected.value = null), []);
  if (!selection.isAny) return null;
  const [near, far] = parted(fits, NEAR);
  const canAll = !selection.isAll && selection.stateOf(rows) === "all" && (all.n === null || all.n > selection.size);
  return html`
    <section class="picked-bar" aria-label=${t("operations.deeds")} data-testid="picked">
      <${Words} selection=${selection} all=${all} canAll=${canAll} />
      <div class="picked-verbs">
        ${near.map((fit) => html`<${Verb} key=${fit.verb} fit=${fit} refused=${refused} onPick=${onPick} />`)}
        ${far.length > 0 && html`<${Menu} label=${t("operations.other")} name="verbs" up large items=${far.map((fit) => ({ id: fit.verb, label: `${t(`operations.do.${fit.verb}`)}…`, tip: tipOf(fit), danger: DANGEROUS.has(fit.verb), refused }))} onPick=${onPick} />`}
        <button type="button" class="button bare icon" aria-label=${t("operations.clear")} title=${t("operations.clear")} onClick=${selection.clear}><${icons.close} /></button>
      </div>
    </section>`;
}
