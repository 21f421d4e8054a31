/** Errors in words: what the server said, or what the network did. */
import { html } from "../html.js";
import { has, t } from "../i18n.js";
import { said } from "../said.js";

/** {message, fix} of anything that was thrown. */
export function explained(error) {
  if (has(`error.${error.code}`)) return { message: t(`error.${error.code}`), fix: t(`error.${error.code}.fix`) };
  const fix = said(error.fix) ?? "";
  // Where the server itself failed, its log tells more under this name.
  const more = error.status >= 500 && error.requestId ? ` ${t("error.request", { id: error.requestId })}` : "";
  return { message: said(error.message) || t("error.unknown"), fix: fix + more };
}

/** An error in the place where its answer would have stood. */
export const Trouble = ({ error, onRetry }) => html`
  <div class="empty" role="alert">
    <strong>${explained(error).message}</strong>
    ${explained(error).fix && html`<span>${explained(error).fix}</span>`}
    ${onRetry && error.code !== "needs_all" && html`<button type="button" class="button" onClick=${onRetry}>${t("error.retry")}</button>`}
  </div>`;
