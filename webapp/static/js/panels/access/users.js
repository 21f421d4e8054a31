/** Users and groups as the users' file has them. They are changed there, not here. */
import { CodeBox } from "../../components/copy.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { reachOf } from "./access.model.js";

const ADD = ".venv/bin/python -m webapp users add NAME --role operator";

const kindOf = ({ is_group: isGroup, has_password: hasPassword }) => t(`access.kind.${isGroup ? "group" : hasPassword ? "password" : "elsewhere"}`);

const User = ({ user, onSignOut }) => html`
  <li data-user=${user.name}>
    <span class="access-who"><strong>${user.name}</strong><span>${[kindOf(user), reachOf(user)].filter(Boolean).join(" · ")}</span></span>
    <span class="access-role">${t(`access.role.${user.role}`)}</span>
    ${!user.is_group && html`<button type="button" class="button" onClick=${() => onSignOut(user.name)}>${t("access.sign_out")}</button>`}
  </li>`;

export const Users = ({ users, onSignOut }) => html`
  <section class="card" aria-labelledby="access-users" data-testid="users">
    <div class="card-head ruled"><h2 id="access-users">${t("access.users")}</h2><span class="aside">${t("access.users.where")}</span></div>
    <ul class="access-list">${users.map((user) => html`<${User} key=${user.name} user=${user} onSignOut=${onSignOut} />`)}</ul>
    <div class="empty"><span>${t("access.users.add")}</span><${CodeBox} text=${ADD} what=${t("access.users.add")} /></div>
  </section>`;
