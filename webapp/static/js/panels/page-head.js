/** The head of every page: its name, the field that finds anything, and what the page adds beside it. */
import { icons } from "../components/icons.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { isMac, lay } from "../overlay.js";

/** Looks like a field and opens one: what is typed belongs into the palette. */
const Find = () => html`
  <button type="button" class="find" aria-haspopup="dialog" aria-keyshortcuts=${isMac ? "Meta+K" : "Control+K"} onClick=${() => lay("palette")} data-testid="find">
    <${icons.find} /><span class="find-words clip">${t("find.hint")}</span><kbd aria-hidden="true">${isMac ? "⌘K" : "Ctrl K"}</kbd>
  </button>`;

export const PageHead = ({ title, children }) => html`
  <div class="page-head">
    <h1>${title}</h1>
    <${Find} />
    ${children}
  </div>`;
