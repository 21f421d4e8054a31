/** The parts of the side: a heading with lines to choose from. */
import { number } from "../../format.js";
import { html } from "../../html.js";

export const Section = ({ title, note, children, testid }) => html`
  <section class="side-part" data-testid=${testid}>
    <h2>${title}</h2>
    ${children}
    ${note && html`<p class="side-note quiet">${note}</p>`}
  </section>`;

/** One thing to choose, with how many jobs it stands for. */
export const Choice = ({ href, label, title = label, n, isCurrent, tone = "", inner = false }) => html`
  <li class=${inner ? "inner" : ""}>
    <a class=${`side-choice ${tone} ${n === 0 ? "zero" : ""}`} href=${href} title=${title} aria-current=${isCurrent ? "true" : undefined}>
      ${tone && html`<span class="dot tinted" aria-hidden="true"></span>`}<span class="clip">${label}</span>
      ${n != null && html`<span class="side-n fresh">${number(n)}</span>`}
    </a>
  </li>`;
