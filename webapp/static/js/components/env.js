/** Which environment this is, where somebody said so: `<html data-env>`, there before the first frame. */
import { html } from "../html.js";
import { t } from "../i18n.js";

const env = globalThis.document?.documentElement.dataset.env;
const tone = /^prod/i.test(env) ? "tinted s-failed" : "";

/** Beside the brand. */
export const Install = () => env && html`<span class=${`install ${tone}`}>${env}</span>`;

/** Before a deed: nobody should take production for another page that looks alike. */
export const Where = () => env && html`<p class=${`where-am-i ${tone}`}>${t("env.here", { env })}</p>`;
