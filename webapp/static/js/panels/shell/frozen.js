/** The bar of a frozen page: since when, how much waits, and the way on. */
import { time } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { frozen, goOn } from "../../store.js";

export function Frozen() {
  if (!frozen.value) return null;
  const { since, changes } = frozen.value;
  return html`
    <section class="frozen" aria-labelledby="frozen-since" data-testid="frozen">
      <strong role="status" id="frozen-since">${t("frozen.since", { time: time(since) })}</strong>
      <span>${t("frozen.waiting", { n: changes })}</span>
      <button type="button" class="button" onClick=${goOn}>${t("frozen.go_on")} <kbd aria-hidden="true">f</kbd></button>
    </section>`;
}
