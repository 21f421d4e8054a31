/** The palette: one field that leads to every page, queue, worker, job type and job, to a search of all jobs, and to what can be done here. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { icons } from "../../components/icons.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { lift } from "../../overlay.js";
import { go } from "../../router.js";
import { findings } from "./palette.model.js";
import { searchItem, useFound, useGroups } from "./palette-items.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

const Option = ({ item, isChosen, onChoose, onAim }) => html`
  <li class="option" role="option" id=${`palette-${item.id}`} aria-selected=${isChosen} onClick=${() => onChoose(item)} onMouseMove=${() => isChosen || onAim(item.id)}>
    <${icons[item.icon] ?? icons.jobs} />
    <span class="clip"><span class="option-label">${item.label}</span> ${item.hint && html`<span class="quiet">${item.hint}</span>`}</span>
    ${item.keys && html`<span class="option-keys" aria-hidden="true">${item.keys.split(" ").map((key) => html`<kbd key=${key}>${key}</kbd> `)}</span>`}
  </li>`;

const Group = ({ group, chosen, ...rest }) => html`
  <ul role="group" aria-labelledby=${`palette-kind-${group.kind}`}>
    <li class="option-kind" role="presentation" id=${`palette-kind-${group.kind}`}>${t(`palette.kind.${group.kind}`)}</li>
    ${group.items.map((item) => html`<${Option} key=${item.id} item=${item} isChosen=${item.id === chosen} ...${rest} />`)}
  </ul>`;

function choose(item) {
  lift();
  if (item.run) item.run();
  else go(item.href);
}

/** Keeps the dialog open as long as it is mounted, and gives the focus back. Before the next key is heard: who types at once loses no letter. */
function useDialog() {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  return dialog;
}

export function Palette() {
  const dialog = useDialog();
  const [{ query, isPasted }, setTyped] = useState({ query: "", isPasted: false });
  const [aimed, setAimed] = useState(null);
  const found = useFound(query.trim(), isPasted);
  const groups = findings(useGroups(query), query, { found, search: searchItem(query.trim()) });
  const items = groups.flatMap((group) => group.items);
  // Enter on a palette that was only just opened leads somewhere, and does nothing to anything.
  const first = query.trim() ? items[0] : items.find(({ isDeed }) => !isDeed);
  const chosen = items.find(({ id }) => id === aimed) ?? first;
  useLayoutEffect(() => {
    document.getElementById(`palette-${chosen?.id}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen?.id]);
  const onInput = (event) => {
    setTyped({ query: event.target.value, isPasted: event.inputType === "insertFromPaste" });
    setAimed(null);
  };
  const onKeyDown = (event) => {
    if (event.isComposing || !chosen) return;
    const step = STEPS[event.key];
    if (step) setAimed(items[(items.indexOf(chosen) + step + items.length) % items.length].id);
    else if (event.key === "Enter") choose(chosen);
    else return;
    event.preventDefault();
  };
  return html`
    <dialog class="palette" ref=${dialog} aria-label=${t("find.hint")} onClose=${lift} onMouseDown=${(event) => event.target === dialog.current && lift()} data-testid="palette">
      <div class="palette-field">
        <${icons.find} />
        <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-activedescendant=${chosen && `palette-${chosen.id}`}
          aria-label=${t("find.hint")} placeholder=${t("palette.hint")} autocomplete="off" autocapitalize="off" spellcheck=${false} autofocus value=${query} onInput=${onInput} onKeyDown=${onKeyDown} />
        <button type="button" class="button bare" onClick=${lift}>${t("palette.leave")}</button>
      </div>
      <div class="palette-list" id="palette-list" role="listbox" aria-label=${t("palette.list")}>
        ${groups.map((group) => html`<${Group} key=${group.kind} group=${group} chosen=${chosen?.id} onChoose=${choose} onAim=${setAimed} />`)}
      </div>
      <p class="hidden-visually" role="status">${t("palette.count", { n: items.length })}</p>
    </dialog>`;
}
