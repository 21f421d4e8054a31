/** The Room: whoever has it open, on whichever server, reads what is said here. */
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { PageHead } from "../panels/page-head.js";
import { Composer } from "../panels/room/composer.js";
import { Here } from "../panels/room/here.js";
import { Talk } from "../panels/room/talk.js";
import { join } from "../room.js";

export function Page() {
  useEffect(join, []);
  return html`
    <${PageHead} title=${t("title.room")} />
    <${Banners} />
    <div class="room">
      <section class="card room-talk" aria-label=${t("room.talk")} data-testid="room">
        <${Talk} />
        <${Composer} />
      </section>
      <${Here} />
    </div>`;
}
