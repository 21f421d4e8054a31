/** What every page has around it and the first paint does not need: keys, palette, freezing, jobs that are watched, what is read out. */
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { listen } from "../keys.js";
import { overlay } from "../overlay.js";
import { offerAgain } from "../panels/actions.js";
import { Announcer } from "../panels/announcer.js";
import { Frozen } from "../panels/shell/frozen.js";
import { KeyList } from "../panels/shell/key-list.js";
import { Palette } from "../panels/shell/palette.js";
import { useRecent } from "../panels/shell/recent.js";
import { useTitle } from "../panels/shell/title.js";
import { Watched } from "../panels/shell/watched.js";
import "../panels/shell/job-deeds.js";
import "../panels/shell/other-deeds.js";
import "../panels/shell/targets.js";

export function Page() {
  useTitle();
  useRecent();
  useEffect(listen, []);
  useEffect(offerAgain, []);
  return html`
    <${Announcer} />
    <${Frozen} />
    <${Watched} />
    ${overlay.value === "palette" && html`<${Palette} />`}
    ${overlay.value === "keys" && html`<${KeyList} />`}`;
}
