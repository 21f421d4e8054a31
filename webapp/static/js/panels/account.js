/** Who is logged in here: name and role, and the ways out. Only where the server has users. */
import * as access from "../api-access.js";
import { sayError } from "../components/toast.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { to, toLogin } from "../router.js";
import { server } from "../store.js";

const leave = (everywhere) => () => access.logOut(everywhere).then(toLogin, sayError);

/** What the rights are narrowed to, in words; "" where they reach everything. */
const reach = ({ queues, functions }) => [...queues, ...functions].filter((one) => one !== "*").join(", ");

export function Page() {
  const { user, rights } = server.value;
  const narrowed = reach(rights);
  return html`
    <div class="account" data-testid="account">
      <button type="button" class="button bare account-name" popovertarget="account" title=${t("access.you")}>
        <span class="clip">${user.name}</span><span class="muted">${t(`access.role.${rights.role}`)}</span>
      </button>
      <div class="popover" id="account" popover>
        <dl>
          <dt>${t("access.name")}</dt><dd>${user.name}</dd>
          <dt>${t("access.role")}</dt><dd>${t(`access.role.${rights.role}`)}</dd>
          ${narrowed && html`<dt>${t("access.reach")}</dt><dd class="mono">${narrowed}</dd>`}
        </dl>
        <div class="account-ways">
          ${rights.role === "admin" && html`<a class="button" href=${to("access")}>${t("access.title")}</a>`}
          ${user.how === "session" &&
          html`<button type="button" class="button" onClick=${leave(false)}>${t("access.log_out")}</button>
            <button type="button" class="button" onClick=${leave(true)}>${t("access.log_out_everywhere")}</button>`}
        </div>
      </div>
    </div>`;
}
