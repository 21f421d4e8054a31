/** The same call from elsewhere: Python, curl, rq. Shown where somebody unfolds it. */
import { useState } from "preact/hooks";
import { CodeBox } from "../../components/copy.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { base } from "../../router.js";
import { server } from "../../store.js";
import { asRq } from "./call.cli.model.js";
import { asCurl, isIncomplete, PLACEHOLDER, serverOf, TOKEN } from "./call.model.js";
import { asPython } from "./call.python.model.js";

const Missing = ({ names, which }) => names.length > 0 && html`<p class="help">${t("call.cannot", { which, names: names.map((name) => t(`call.option.${name}`)).join(", ") })}</p>`;

function Calls({ call, body }) {
  const known = serverOf(server.value?.worker_command);
  const python = call && asPython(call, known);
  const rq = call && asRq(call, known);
  const hasUsers = Boolean(server.value?.user);
  return html`
    ${isIncomplete(call, body) && html`<p class="help" data-testid="call-masked">${t("call.masked", { placeholder: PLACEHOLDER })}</p>`}
    ${call
      ? html`<h3>Python</h3><${CodeBox} text=${python.code} what="Python" /><${Missing} names=${python.cannot} which="RQ" />`
      : html`<p class="help">${t("call.not_plain")}</p>`}
    <h3>curl</h3><${CodeBox} text=${asCurl(body, `${location.origin}${base}/api/jobs`, hasUsers)} what="curl" />
    ${hasUsers && html`<p class="help">${t("call.token", { name: `$${TOKEN}` })}</p>`}
    ${call && html`<h3>rq</h3><${CodeBox} text=${rq.command} what="rq" /><${Missing} names=${rq.cannot} which="rq enqueue" />`}`;
}

/** `read()` gives {call, body}: `call` null where it cannot be shown; `body` is that of POST /api/jobs. */
export function SameCall({ read }) {
  const [open, setOpen] = useState(false);
  return html`
    <details class="same-call" data-testid="same-call" onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>${t("call.title")}</summary>
      ${open && html`<${Calls} ...${read()} />`}
    </details>`;
}
