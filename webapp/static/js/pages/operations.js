/** What every page has for acting on many jobs: the question before, the indicator and tray while it runs, a word at its end. */
import { html } from "../html.js";
import { Asking } from "../panels/operations/confirm.js";
import { useEndings } from "../panels/operations/endings.js";
import { Indicator } from "../panels/operations/tray.js";
import { useWatch } from "../watch.js";

export function Page() {
  useWatch({ boards: ["operations"] });
  useEndings();
  return html`<${Indicator} /><${Asking} />`;
}
