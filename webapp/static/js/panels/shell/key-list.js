/** All keys of the page, from the table that it obeys, and those of the deeds by what they are done to. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { icons } from "../../components/icons.js";
import { keyed } from "../../deeds.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { KEYS } from "../../keys.model.js";
import { isMac, lift } from "../../overlay.js";
import { singleKeys } from "../../prefs.js";

/** Those that are the same everywhere, around those of the deeds. */
const [BEFORE, AFTER] = [["anywhere", "lists"], ["pages"]];
const NAMES = { "Mod+k": isMac ? "⌘ K" : "Ctrl K", ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc", "Shift+ArrowDown": "⇧ ↓", "Shift+ArrowUp": "⇧ ↑" };

const Strokes = ({ keys }) => html`${keys.split(keys in NAMES ? "\n" : " ").map((key) => html`<kbd key=${key}>${NAMES[key] ?? key}</kbd> `)}`;

const Line = ({ entry }) => html`
  <tr>
    <td>${entry.keys.map((keys, at) => html`${at > 0 && html`<span class="quiet"> ${t("keys.or")} </span>`}<${Strokes} keys=${keys} />`)}</td>
    <th scope="row">${entry.page ? t(`title.${entry.page}`) : t(`keys.${entry.does}`)}</th>
  </tr>`;

/** The keys of what can be done to things of one kind. */
const Deeds = ({ kind, deeds }) => html`
  <section data-kind=${kind}>
    <h3>${t(`keys.group.${kind}`)}</h3>
    <table><tbody>${deeds.map((deed) => html`<tr key=${deed.name}><td><${Strokes} keys=${deed.key} /></td><th scope="row">${deed.label()}</th></tr>`)}</tbody></table>
  </section>`;

const Group = ({ name }) => html`
  <section>
    <h3>${t(`keys.group.${name}`)}</h3>
    <table><tbody>${KEYS.filter(({ group }) => group === name).map((entry) => html`<${Line} key=${entry.keys[0]} entry=${entry} />`)}</tbody></table>
  </section>`;

export function KeyList() {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  return html`
    <dialog class="ask keys" ref=${dialog} aria-labelledby="keys-title" onClose=${lift} onMouseDown=${(event) => event.target === dialog.current && lift()} data-testid="keys">
      <div class="keys-head">
        <h2 id="keys-title">${t("keys.title")}</h2>
        <button type="button" class="button bare icon" onClick=${lift} aria-label=${t("keys.dismiss")}><${icons.close} /></button>
      </div>
      ${!singleKeys.value && html`<p>${t("keys.off")}</p>`}
      <div class="keys-columns">
        ${BEFORE.map((name) => html`<${Group} key=${name} name=${name} />`)}
        ${keyed().map(([kind, deeds]) => html`<${Deeds} key=${kind} kind=${kind} deeds=${deeds} />`)}
        ${AFTER.map((name) => html`<${Group} key=${name} name=${name} />`)}
      </div>
    </dialog>`;
}
