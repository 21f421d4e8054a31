/** The picture of a result with view "thumbnails": the first of them in a grid, and the files that gave none. */
import { artifactAddress } from "../../api.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { facts, jobOf, sizes, unseen, why } from "./thumbnails.model.js";

/** Its box has its size before the picture comes, so nothing jumps; pictures out of sight are not fetched. */
const Thumbnail = ({ item, address }) => html`
  <li>
    <figure>
      <div class="thumb-box">
        <img src=${address} alt=${t("thumbnails.preview", { name: item.name })} width=${item.width} height=${item.height} loading="lazy" decoding="async" />
      </div>
      <figcaption>
        <span class="clip" title=${item.name}>${item.name}</span>
        <small class="muted">${sizes(item)}</small>
        <small class="quiet">${t("thumbnails.was", { sizes: sizes(item.was) })}</small>
      </figcaption>
    </figure>
  </li>`;

/** Files without a thumbnail: how many, and of the first of them why. */
const Left = ({ kind, title, of, open }) => html`
  <details class=${`thumb-left ${kind}`} open=${open}>
    <summary><strong>${title}</strong></summary>
    <ul>
      ${of.sample.map((entry, n) => html`<li key=${n}><span>${entry.name}</span> <span class="muted" title=${entry.reason}>${why(entry)}</span></li>`)}
    </ul>
    ${of.count > of.sample.length && html`<p class="muted">${t("thumbnails.sample", { n: of.sample.length })}</p>`}
  </details>`;

export function View({ value }) {
  const { items, broken, skipped, made } = value;
  const job = jobOf(value);
  return html`
    <section class="thumbnails" data-testid="thumbnails">
      <p class="profile-facts"><strong>${t("thumbnails.made", { n: made.count })}</strong> <span class="muted">${facts(value).join(" · ")}</span></p>
      ${broken.count > 0 && html`<${Left} kind="broken" title=${t("thumbnails.broken", { n: broken.count })} of=${broken} open=${!made.count} />`}
      <ul class="thumb-grid">
        ${items.map((item) => html`<${Thumbnail} key=${item.preview} item=${item} address=${artifactAddress(job, item.preview)} />`)}
      </ul>
      ${unseen(value) > 0 && html`<p class="muted thumb-rest">${t("thumbnails.first", { n: items.length })}</p>`}
      ${skipped.count > 0 && html`<${Left} kind="skipped" title=${t("thumbnails.skipped", { n: skipped.count })} of=${skipped} />`}
    </section>`;
}
