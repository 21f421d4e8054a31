/** A bar in parts: how many jobs of a group are in which status. */
import { percent } from "../../format.js";
import { html } from "../../html.js";
import { groupWords, parts, partWord } from "./groups.model.js";

export const Shares = ({ group, thick = false }) => html`
  <div class=${`shares ${thick ? "thick" : ""}`} role="img" aria-label=${groupWords(group)}>
    ${parts(group).map(({ status, n, share }) => html`<i key=${status} class=${`s-${status}`} style=${{ width: `${(share * 100).toFixed(2)}%` }} title=${`${n} ${partWord(status)} · ${percent(share)}`}></i>`)}
  </div>`;
