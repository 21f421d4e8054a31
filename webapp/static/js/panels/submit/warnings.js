/** What should be known before jobs are sent, each with the command that mends it. */
import { CodeBox } from "../../components/copy.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { server, totals, workers } from "../../store.js";
import { warnings } from "./warnings.model.js";

const Warning = ({ warning }) => html`
  <div class="banner warn" data-testid=${`warning-${warning.key}`}>
    <div class="warning"><p>${warning.text}</p>${warning.command && html`<${CodeBox} text=${warning.command} what=${t("workers.command")} />`}</div>
  </div>`;

export function Warnings(asked) {
  // Until the workers are known, nothing can be said of them.
  const said = totals.value ? warnings({ ...asked, workers: workers.value, server: server.value }) : [];
  return said.map((warning) => html`<${Warning} key=${warning.key} warning=${warning} />`);
}
