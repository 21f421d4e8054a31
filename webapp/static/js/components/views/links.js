/** The picture of a result with view "links": how many came out how, and the links themselves, worst first. */
import { useState } from "preact/hooks";
import { duration, number } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { because, chosenRows, facts, hopsLeft, hopsOf, hrefOf, outcomeName, SHOWN, tone, verdict } from "./links.model.js";

const Address = ({ url }) => {
  const href = hrefOf(url);
  return href ? html`<a class="link" href=${href} target="_blank" rel="noopener noreferrer">${url}</a>` : html`<span>${url}</span>`;
};

const Chain = ({ row }) => html`
  <ol class="link-chain">
    ${hopsOf(row).map(({ status, url }, n) => html`<li key=${n}><span class="muted">${status} →</span> <span>${url}</span></li>`)}
    ${hopsLeft(row) > 0 && html`<li class="muted">${t("links.more_hops", { n: hopsLeft(row) })}</li>`}
  </ol>`;

/** A link without an answer has neither status nor time. */
const Figure = ({ label, text, warns }) => html`
  <td class=${`end ${text ? "" : "none"}`} data-label=${label}><span class=${warns ? "tinted s-warn" : ""}>${text || "–"}</span></td>`;

const Row = ({ row, slow }) => html`
  <tr>
    <td class="link-outcome"><span class=${`chip s-${tone(row.outcome)}`}><span class="dot" aria-hidden="true"></span>${outcomeName(row.outcome)}</span></td>
    <th scope="row">
      <${Address} url=${row.url} />
      ${because(row) && html`<small class="muted">${because(row)}</small>`}
      ${row.chain?.length > 0 && html`<${Chain} row=${row} />`}
    </th>
    <${Figure} label=${t("links.status")} text=${row.status} />
    <${Figure} label=${t("links.time")} text=${row.seconds && duration(row.seconds)} warns=${row.seconds > slow} />
  </tr>`;

/** The counts, each of which shows its rows alone. */
const Counts = ({ counts, total, chosen, onChoose }) => html`
  <ul class="link-counts" aria-label=${t("links.counts")}>
    ${[{ outcome: null, count: total }, ...counts].map(
      ({ outcome, count }) => html`
        <li key=${outcome}>
          <button type="button" class=${`button ${outcome ? `s-${tone(outcome)}` : ""}`} aria-pressed=${chosen === outcome} onClick=${() => onChoose(outcome)}>
            ${outcome && html`<span class="dot tinted" aria-hidden="true"></span>`}${outcome ? outcomeName(outcome) : t("links.all")} <span class="muted">${number(count)}</span>
          </button>
        </li>`,
    )}
  </ul>`;

const Notes = ({ value }) => html`
  ${value.is_cut && html`<p class="muted link-note">${t("links.cut", { n: value.checked })}</p>`}
  ${value.counts.some(({ outcome }) => outcome === "private_address") && html`<p class="muted link-note">${t("links.private")} <code>RQLIVE_LINK_CHECK_PRIVATE=1</code></p>`}`;

export function View({ value }) {
  const [chosen, choose] = useState(null);
  const [isWhole, setWhole] = useState(false);
  const rows = chosenRows(value.rows, chosen);
  const shown = isWhole ? rows : rows.slice(0, SHOWN);
  const { tone: mood, text } = verdict(value);
  return html`
    <section class="links" data-testid="links">
      <p class="profile-facts"><strong>${t("links.checked", { n: value.checked })}</strong> · <strong class=${`tinted s-${mood}`}>${text}</strong> <span class="muted">· ${facts(value).join(" · ")}</span></p>
      <${Counts} counts=${value.counts} total=${value.checked} chosen=${chosen} onChoose=${choose} />
      <${Notes} value=${value} />
      <table>
        <thead><tr><th scope="col">${t("links.outcome")}</th><th scope="col">${t("links.link")}</th><th scope="col" class="end">${t("links.status")}</th><th scope="col" class="end">${t("links.time")}</th></tr></thead>
        <tbody>${shown.map((row, n) => html`<${Row} key=${n} row=${row} slow=${value.slow} />`)}</tbody>
      </table>
      ${shown.length < rows.length && html`<button type="button" class="button" onClick=${() => setWhole(true)}>${t("links.show_all", { n: rows.length })}</button>`}
      ${value.rows.length < value.checked && html`<p class="muted link-note">${t("links.first", { n: value.rows.length })}</p>`}
    </section>`;
}
