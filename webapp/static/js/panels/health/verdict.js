/** The answer on top: all is well, or what is wrong, worst first, each with its next step. */
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { to } from "../../router.js";
import { nextStep, wrong } from "./words.model.js";

const TONES = { bad: "s-bad", warn: "s-warn", ok: "s-ok", unknown: "" };

/** The light in words: never colour alone. */
export function headline(level, found) {
  const bad = found.filter((one) => one.level === "bad").length;
  if (level === "bad") return t("health.bad", { n: bad });
  if (level === "warn") return t("health.warn", { n: found.length });
  return t(level === "ok" ? "health.ok" : "health.unknown");
}

const Wrong = ({ one }) => html`
  <li class=${`wrong ${TONES[one.level]}`} data-code=${one.code} data-level=${one.level}>
    <span class="wrong-level tinted">${t(`health.level.${one.level}`)}</span>
    <p><strong>${wrong(one)}</strong> <span class="muted">${nextStep(one)}</span></p>
    ${one.link && html`<a class="button" href=${to(one.link.page, one.link.query)}>${t(`nav.${one.link.page}`)}</a>`}
  </li>`;

/** `children`: what may be done with it. */
export const Verdict = ({ level, found, children }) => html`
  <section class=${`card verdict ${TONES[level]}`} aria-labelledby="verdict-title" data-testid="verdict" data-level=${level}>
    <div class="verdict-head"><span class="light" aria-hidden="true"></span><h2 id="verdict-title" aria-live="polite">${headline(level, found)}</h2>${children}</div>
    ${level === "ok" && html`<p class="muted">${t("health.ok.means")}</p>`}
    ${found.length > 0 && html`<ul>${found.map((one) => html`<${Wrong} key=${`${one.code} ${one.words.queue ?? ""}`} one=${one} />`)}</ul>`}
  </section>`;
