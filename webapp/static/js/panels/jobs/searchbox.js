/** The search: a field that offers what may be written, and shows where a query goes wrong. */
import { useEffect, useRef, useState } from "preact/hooks";
import { STATUSES, statusName } from "../../components/chip.js";
import { explained } from "../../components/trouble.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { pieces } from "../../query.model.js";
import { complete } from "./completion.model.js";

const LIST = "search-offers";

/** What an offer means, in words. */
function hint({ kind, field, operator, value, label }, titles) {
  if (kind === "field") return t(`jobs.search.field.${field}`);
  if (kind === "operator") return t(`jobs.search.${operator}`);
  if (label.startsWith("status:") && STATUSES.includes(value)) return statusName(value);
  return titles[value] ?? "";
}

const Offer = ({ option, id, isActive, titles, onTake }) => html`
  <li id=${id} role="option" aria-selected=${isActive} class="offer" onMouseDown=${(event) => event.preventDefault()} onClick=${onTake}>
    <span class="mono clip">${option.label}</span><span class="quiet clip">${hint(option, titles)}</span>
  </li>`;

/** The query with the place where it goes wrong; the server counts characters, not halves of them. */
function Where({ query, at }) {
  const characters = [...query];
  const from = characters.slice(0, at).join("").length;
  const piece = pieces(query).find(({ start, end }) => start <= from && from < end);
  const to = piece ? Math.max(piece.end, from + 1) : from;
  return html`<code class="wrong-query">${query.slice(0, from)}<mark>${query.slice(from, to) || " "}</mark>${query.slice(to)}</code>`;
}

function Wrong({ query, error }) {
  const { message, fix } = explained(error);
  return html`
    <div class="search-wrong" id="search-wrong" role="alert" data-testid="search-wrong">
      ${Number.isInteger(error.fields?.at) && html`<${Where} query=${query} at=${error.fields.at} />`}
      <p><strong>${message}</strong> ${fix}</p>
    </div>`;
}

/** The text, what is offered for it, and what the keys do. */
function useCombobox(query, sources, onSearch) {
  const input = useRef(null);
  const caret = useRef(null);
  const [state, setState] = useState({ text: query, at: query.length, isOpen: false, active: -1 });
  const offers = state.isOpen ? complete(state.text, state.at, sources) : { options: [] };
  const change = (next) => setState((before) => ({ ...before, ...next }));
  useEffect(() => change({ text: query, at: query.length, isOpen: false, active: -1 }), [query]);
  useEffect(() => {
    if (caret.current === null) return;
    input.current.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });
  const look = () => change({ text: input.current.value, at: input.current.selectionStart, isOpen: true, active: -1 });
  const take = (option) => {
    caret.current = offers.from + option.insert.length;
    change({ text: state.text.slice(0, offers.from) + option.insert + state.text.slice(offers.to).trimStart(), at: caret.current, isOpen: true, active: -1 });
    input.current.focus();
  };
  const close = () => change({ isOpen: false, active: -1 });
  const search = (text) => {
    close();
    onSearch(text.trim());
  };
  const step = (by) => {
    const n = offers.options.length;
    if (!state.isOpen) look();
    // The place before the first is the text itself.
    else if (n) change({ active: ((state.active + 1 + by + n + 1) % (n + 1)) - 1 });
  };
  const chosen = offers.options[state.active];
  const KEYS = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => (chosen ? take(chosen) : search(state.text)),
    Tab: chosen && (() => take(chosen)),
    Escape: state.isOpen && offers.options.length ? close : undefined,
  };
  const onKeyDown = (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || !KEYS[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  };
  return { input, ...state, options: offers.options, onKeyDown, look, take, close, search };
}

/** `query`: that of the address. `titles`: words for values. `onSearch(text)`: somebody wants it, "" for no search. */
export function SearchBox({ query, sources, titles, error, onSearch }) {
  const box = useCombobox(query, sources, onSearch);
  const isOpen = box.isOpen && box.options.length > 0;
  const isWrong = error?.code === "bad_query";
  return html`
    <form class="search" role="search" onSubmit=${(event) => (event.preventDefault(), box.search(box.text))}>
      <div class="search-line">
        <input
          id="job-search" ref=${box.input} type="text" role="combobox" class=${isWrong ? "wrong" : ""} value=${box.text} placeholder=${t("jobs.search.placeholder")}
          aria-label=${t("jobs.search")} aria-expanded=${isOpen} aria-controls=${LIST} aria-autocomplete="list" aria-activedescendant=${box.active >= 0 ? `${LIST}-${box.active}` : undefined}
          aria-invalid=${isWrong ? "true" : undefined} aria-describedby=${isWrong ? "search-wrong" : undefined} maxlength="500" autocomplete="off" autocapitalize="off" spellcheck=${false} enterkeyhint="search"
          onInput=${box.look} onClick=${box.look} onFocus=${box.look} onBlur=${box.close} onKeyDown=${box.onKeyDown} />
        ${(query || box.text) && html`<button type="button" class="button bare" onClick=${() => box.search("")}>${t("jobs.search.clear")}</button>`}
        <button type="submit" class="button large">${t("jobs.search.go")}</button>
      </div>
      <ul class="offers" id=${LIST} role="listbox" aria-label=${t("jobs.search.offers")} hidden=${!isOpen}>
        ${isOpen && box.options.map((option, at) => html`<${Offer} key=${option.label} option=${option} id=${`${LIST}-${at}`} isActive=${at === box.active} titles=${titles} onTake=${() => box.take(option)} />`)}
      </ul>
      ${isWrong && html`<${Wrong} query=${query} error=${error} />`}
    </form>`;
}
