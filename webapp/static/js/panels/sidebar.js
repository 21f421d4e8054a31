/** Brand, navigation and status. A page is in the navigation only once it works. */
import { icons, Logo } from "../components/icons.js";
import { number } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { behind, to } from "../router.js";
import { totals } from "../store.js";
import { Settings } from "./settings.js";
import { StatusPill } from "./status.js";

const LINKS = [
  { page: "overview" },
  { page: "jobs", count: () => totals.value?.jobs },
  { page: "submit", narrow: true },
  { page: "activity" },
  { page: "room" },
];

function NavLink({ page, count, narrow }) {
  const n = count?.();
  return html`
    <li class=${narrow ? "only-narrow" : undefined}>
      <a href=${to(page)} aria-current=${behind.value.page === page ? "page" : undefined}>
        <${icons[page]} />
        <span>${t(`nav.${page}`)}</span>
        ${n != null && html`<span class="count fresh">${number(n)}</span>`}
      </a>
    </li>`;
}

export const Sidebar = () => html`
  <header class="sidebar">
    <div class="side-head"><a class="brand" href=${to("overview")}><${Logo} />${t("brand")}</a></div>
    <nav class="nav" aria-label=${t("nav.label")}>
      <ul>${LINKS.map((link) => html`<${NavLink} key=${link.page} ...${link} />`)}</ul>
    </nav>
    <div class="side-foot"><${StatusPill} /></div>
    <${Settings} />
  </header>`;
