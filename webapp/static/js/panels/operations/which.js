/** Exactly how many jobs, and which: by status, queue and function, and which are left out. */
import { Bar } from "../../components/bar.js";
import { StatusChip } from "../../components/chip.js";
import { number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { facetsOf, lookedWords, runsWords, skippedWords } from "./which.model.js";

const Facet = ({ facet }) => html`
  <div class="which-facet">
    <h3>${t(`operations.facet.${facet.name}`)}</h3>
    <ul>
      ${facet.lines.map(({ word, status, n }) => html`<li key=${word}>${status ? html`<${StatusChip} status=${status} plain />` : html`<span class="clip" title=${word}>${word}</span>`}<span class="which-n">${number(n)}</span></li>`)}
      ${facet.others > 0 && html`<li class="quiet"><span>${t("operations.others")}</span><span class="which-n">${number(facet.others)}</span></li>`}
    </ul>
  </div>`;

const Collecting = ({ operation }) => html`
  <p class="which-looked muted">${lookedWords(operation)}</p>
  <${Bar} fraction=${operation.expected ? operation.scanned / operation.expected : null} label=${t("operations.collecting")} />`;

/** `operation` null: it was only just asked for, or not yet where the options have to be known first. */
export function Which({ operation, isAsked }) {
  const isCollecting = operation ? operation.state === "collecting" : isAsked;
  const none = t(isAsked ? "operations.uncounted" : "operations.unnamed");
  return html`
    <section class="which" aria-label=${t("operations.which")} aria-busy=${isCollecting} data-testid="which">
      <p class="which-total" role="status"><strong>${operation ? t("operations.jobs", { n: operation.total }) : none}</strong> ${operation && isCollecting && html`<span class="muted">${t("operations.so_far")}</span>`}</p>
      <div class="which-bar">${operation && isCollecting && html`<${Collecting} operation=${operation} />`}</div>
      ${operation && html`<div class="which-facets">${facetsOf(operation).map((facet) => html`<${Facet} key=${facet.name} facet=${facet} />`)}</div>`}
      ${operation && skippedWords(operation) && html`<p class="muted">${skippedWords(operation)}</p>`}
      ${operation?.more && html`<p class="tinted s-warn">${t("operations.more", { n: operation.total })}</p>`}
      ${operation && runsWords(operation) && html`<p class="muted">${runsWords(operation)}</p>`}
    </section>`;
}
