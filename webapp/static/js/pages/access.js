/** Who may log in, and the tokens of programs. For admins: the server tells nobody else. */
import { useEffect, useState } from "preact/hooks";
import * as access from "../api-access.js";
import { ask } from "../components/ask.js";
import { say, sayError } from "../components/toast.js";
import { Trouble } from "../components/trouble.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { TokenForm } from "../panels/access/token-form.js";
import { Tokens } from "../panels/access/tokens.js";
import { Users } from "../panels/access/users.js";
import { Banners } from "../panels/banners.js";
import { PageHead } from "../panels/page-head.js";

/** Both lists, and what reads them again. */
function useLists() {
  const [known, setKnown] = useState({ users: null, tokens: null, error: null });
  const [again, setAgain] = useState(0);
  useEffect(() => {
    let isHere = true;
    const keep = (more) => isHere && setKnown((before) => ({ ...before, error: null, ...more }));
    Promise.all([access.users(), access.tokens()]).then(([{ users }, { tokens }]) => keep({ users, tokens }), (error) => keep({ error }));
    return () => (isHere = false);
  }, [again]);
  return { ...known, reload: () => setAgain((n) => n + 1) };
}

async function signOut(name) {
  if (!(await ask({ title: t("access.sign_out.ask", { name }), text: t("access.sign_out.means"), verb: t("access.sign_out") }))) return;
  await access.signOut(name).then(() => say(t("access.sign_out.done", { name })), sayError);
}

async function revoke({ id, name }, reload) {
  if (!(await ask({ title: t("access.revoke.ask", { name }), text: t("access.revoke.means"), verb: t("access.revoke") }))) return;
  await access.revokeToken(id).then(() => say(t("access.revoke.done", { name })), sayError);
  reload();
}

export function Page() {
  const { users, tokens, error, reload } = useLists();
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState(null);
  const onMade = (answer) => {
    setMade(answer);
    reload();
  };
  return html`
    <${PageHead} title=${t("access.title")} />
    <${Banners} />
    ${error && html`<section class="card"><${Trouble} error=${error} onRetry=${reload} /></section>`}
    ${users && html`
      <div class="access">
        <${Users} users=${users} onSignOut=${signOut} />
        <${Tokens} tokens=${tokens} made=${made} onMake=${() => setMaking(true)} onRevoke=${(token) => revoke(token, reload)} onSeen=${() => setMade(null)} />
      </div>`}
    ${isMaking && html`<${TokenForm} onMade=${onMade} onLeave=${() => setMaking(false)} />`}`;
}
