/** What is done to many jobs, on every page: a small indicator, and behind it each operation. */
import { Bar } from "../../components/bar.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { operations } from "../../operations.js";
import { One } from "./one.js";
import { listed, summary } from "./operation.model.js";

const Tray = ({ shown }) => html`
  <section class="popover tray" id="operations" popover aria-labelledby="operations-title" data-testid="tray">
    <h2 id="operations-title">${t("operations.tray")}</h2>
    <ul>${shown.map((operation) => html`<${One} key=${operation.id} operation=${operation} />`)}</ul>
    <p class="note">${t("operations.tray.note")}</p>
  </section>`;

export function Indicator() {
  const shown = listed(operations.value, liveNow.value);
  const said = summary(shown);
  if (!said) return null;
  return html`
    <button type="button" class=${`pill op-pill s-${said.tone === "busy" ? "started" : said.tone}`} popovertarget="operations" aria-haspopup="dialog" aria-label=${`${t("operations.tray")}: ${said.text}`} title=${said.text} data-testid="operations">
      <span class="line"><span class="dot" aria-hidden="true"></span><span class="text clip fresh op-long">${said.text}</span><span class="text fresh op-short">${said.short}</span></span>
      ${said.isBusy && html`<${Bar} fraction=${said.fraction} label=${t("operations.tray")} still=${said.tone !== "busy"} />`}
    </button>
    <${Tray} shown=${shown} />`;
}
