/** A new API token: its name, role, what it is narrowed to, and its end. */
import { useState } from "preact/hooks";
import * as access from "../../api-access.js";
import { FormDialog } from "../../components/form-dialog.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { patternsOf } from "./access.model.js";

const ROLES = ["viewer", "operator", "admin"];
/** Days; null: no end. */
const ENDS = [30, 90, 365, null];

const Field = ({ label, children }) => html`<label class="field"><span class="label">${label}</span>${children}</label>`;

export function TokenForm({ onMade, onLeave }) {
  const [wanted, setWanted] = useState({ name: "", role: "viewer", queues: "", functions: "", days: 90 });
  const set = (field) => (event) => setWanted({ ...wanted, [field]: event.target.value });
  const isWhole = wanted.role === "admin";
  const onDo = async () => {
    const reach = isWhole ? {} : { queues: patternsOf(wanted.queues), functions: patternsOf(wanted.functions) };
    onMade(await access.addToken({ name: wanted.name, role: wanted.role, days: wanted.days, ...reach }));
  };
  return html`
    <${FormDialog} title=${t("access.token.make")} text=${t("access.tokens.means")} verb=${t("access.token.make")} isReady=${wanted.name.trim() !== ""} onDo=${onDo} onLeave=${onLeave} testid="token-form">
      <div class="access-fields">
        <${Field} label=${t("access.name")}><input class="control" name="name" maxlength="64" value=${wanted.name} onInput=${set("name")} autofocus /><//>
        <${Field} label=${t("access.role")}>
          <select class="control" name="role" value=${wanted.role} onChange=${set("role")}>${ROLES.map((role) => html`<option key=${role} value=${role}>${t(`access.role.${role}`)}</option>`)}</select>
        <//>
        ${!isWhole && html`
          <${Field} label=${t("access.queues")}><input class="control mono" name="queues" placeholder="*" value=${wanted.queues} onInput=${set("queues")} /><//>
          <${Field} label=${t("access.functions")}><input class="control mono" name="functions" placeholder="*" value=${wanted.functions} onInput=${set("functions")} /><//>`}
        <${Field} label=${t("access.token.ends")}>
          <select class="control" name="days" value=${wanted.days ?? ""} onChange=${(event) => setWanted({ ...wanted, days: event.target.value ? Number(event.target.value) : null })}>
            ${ENDS.map((days) => html`<option key=${days} value=${days ?? ""}>${days ? t("access.token.days", { n: days }) : t("access.token.endless")}</option>`)}
          </select>
        <//>
      </div>
    <//>`;
}
