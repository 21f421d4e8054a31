/** The login: name and password, and back to where one came from. Knows nothing of the dashboard behind it. */
import { render } from "preact";
import { useState } from "preact/hooks";
import * as access from "./api-access.js";
import * as api from "./api.js";
import { Logo } from "./components/icons.js";
import { explained } from "./components/trouble.js";
import { html } from "./html.js";
import { setMessages, t } from "./i18n.js";
import { target } from "./login.model.js";
import { base } from "./router.js";
import { setSpeaker } from "./said.js";

const LANGUAGES = ["en", "ko"];
const PROVIDER = document.documentElement.dataset.provider;
const PASSWORDS = document.documentElement.dataset.passwords !== undefined;

async function loadWords() {
  const asked = document.documentElement.lang.slice(0, 2);
  const lang = LANGUAGES.includes(asked) ? asked : "en";
  const words = await Promise.all([api.messages(lang), api.messages(`login.${lang}`)]);
  setMessages(lang, Object.assign({}, ...words));
  document.documentElement.lang = lang;
  if (lang === "en") return;
  const [{ speakerFrom }, said] = await Promise.all([import("./said.model.js"), api.messages(`said.acts.${lang}`)]);
  setSpeaker(speakerFrom(said));
}

const query = new URLSearchParams(location.search);
const next = target(query.get("next"), base);

function Form() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const onSubmit = async (event) => {
    event.preventDefault();
    if (busy) return;
    const { name, password } = event.target.elements;
    setBusy(true);
    setError(null);
    try {
      await access.logIn(name.value, password.value);
      location.replace(next);
    } catch (problem) {
      setError(problem);
      setBusy(false);
      password.select();
    }
  };
  return html`
    <form onSubmit=${onSubmit}>
      <label class="field"><span class="label">${t("login.name")}</span><input class="control" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus /></label>
      <label class="field"><span class="label">${t("login.password")}</span><input class="control" name="password" type="password" autocomplete="current-password" required /></label>
      ${error && html`<p class="login-says" role="alert"><strong>${explained(error).message}</strong> ${explained(error).fix}</p>`}
      <button type="submit" class="button large primary" aria-disabled=${busy ? "true" : undefined}>${t("login.enter")}</button>
    </form>`;
}

const Provider = () => html`
  ${query.get("refused") && html`<p class="login-says" role="alert">${t(`login.refused.${query.get("refused") === "role" ? "role" : "again"}`)}</p>`}
  <a class=${`button large ${PASSWORDS ? "" : "primary"}`} href=${`${base}/login/oidc?${new URLSearchParams({ next })}`}>${t("login.with", { provider: PROVIDER })}</a>`;

await loadWords();
document.title = `${t("login.title")} · RQ Live`;
render(
  html`
    <main class="login card">
      <div class="login-head"><${Logo} /><h1>${t("login.title")}</h1></div>
      ${PASSWORDS && html`<${Form} />`}
      ${PROVIDER && html`<${Provider} />`}
      ${!PASSWORDS && !PROVIDER && html`<p>${t("login.elsewhere")}</p>`}
    </main>`,
  document.body,
);
