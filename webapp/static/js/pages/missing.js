/** An address that shows nothing. */
import { html } from "../html.js";
import { t } from "../i18n.js";
import { to } from "../router.js";

export const Page = () => html`
  <div class="page-head"><h1>${t("missing.title")}</h1></div>
  <div class="card"><div class="empty"><span>${t("missing.text")}</span><a class="button" href=${to("overview")}>${t("missing.next")}</a></div></div>`;
