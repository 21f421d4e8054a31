/** An address that shows nothing. */
import { html } from "../html.js";
import { t } from "../i18n.js";
import { PageHead } from "../panels/page-head.js";
import { to } from "../router.js";

export const Page = () => html`
  <${PageHead} title=${t("missing.title")} />
  <div class="card"><div class="empty"><span>${t("missing.text")}</span><a class="button" href=${to("overview")}>${t("missing.next")}</a></div></div>`;
