/** Brand, navigation and status. A page is in the navigation only once it works. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Install } from "../components/env.js";
import { icons, Logo } from "../components/icons.js";
import { number } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { lay, lift, overlay } from "../overlay.js";
import { behind, to } from "../router.js";
import { boards, totals } from "../store.js";
import { useWatch } from "../watch.js";
import { Settings } from "./settings.js";
import { StatusPill } from "./status.js";

/** `near`: in the bar of a phone itself, the others behind its last button. `folded`: a button in the head of the wide page. */
const LINKS = [
  { page: "overview", near: true },
  { page: "jobs", near: true, count: () => totals.value?.jobs },
  { page: "failures", near: true, count: () => boards.value.failures_count?.value?.value?.causes || null, words: "nav.failures.causes", tone: "failed" },
  { page: "workers", count: () => totals.value?.workers },
  { page: "schedule", count: () => totals.value?.scheduled },
  { page: "groups" },
  { page: "stuck" },
  { page: "health", near: true },
  { page: "submit", folded: true },
  { page: "activity" },
  { page: "room" },
];

/** As css/layout.css folds the page. */
const folds = matchMedia("(max-width: 760px)");
const folded = signal(folds.matches);
folds.addEventListener("change", () => (folded.value = folds.matches));

const isHere = ({ page }) => behind.value.page === page;

function NavLink({ page, count, words, tone = "" }) {
  const n = count?.();
  return html`
    <li>
      <a href=${to(page)} aria-current=${isHere({ page }) ? "page" : undefined} onClick=${lift}>
        <${icons[page]} />
        <span class="name">${t(`nav.${page}`)}</span>
        ${n != null && html`<span class=${`count fresh ${tone}`}>${words ? t(words, { n }) : number(n)}</span>`}
      </a>
    </li>`;
}

const List = ({ links }) => html`<ul>${links.map((link) => html`<${NavLink} key=${link.page} ...${link} />`)}</ul>`;

/** Everything that has no room in the bar, in a sheet over it. */
function More({ links }) {
  const sheet = useRef(null);
  const isOpen = overlay.value === "more";
  useEffect(() => {
    if (!isOpen) return undefined;
    const leave = (event) => {
      if (event.type === "keydown" ? event.key === "Escape" : !sheet.current.contains(event.target)) lift();
    };
    for (const name of ["keydown", "pointerdown"]) addEventListener(name, leave);
    return () => ["keydown", "pointerdown"].forEach((name) => removeEventListener(name, leave));
  }, [isOpen]);
  return html`
    <div class="more" ref=${sheet}>
      <button type="button" class=${links.some(isHere) ? "here" : ""} aria-expanded=${isOpen} aria-controls="more" onClick=${() => (isOpen ? lift() : lay("more"))}>
        <${icons.more} /><span class="name">${t("nav.more")}</span>
      </button>
      <div class="sheet" id="more" hidden=${!isOpen}><${List} links=${links} /></div>
    </div>`;
}

function Nav() {
  useWatch({ boards: ["failures_count"] });
  return html`
    <nav class="nav" aria-label=${t("nav.label")}>
      <${List} links=${LINKS.filter((link) => (folded.value ? link.near : !link.folded))} />
      ${folded.value && html`<${More} links=${LINKS.filter(({ near }) => !near)} />`}
    </nav>`;
}

/** `children`: what stands above the status. */
export const Sidebar = ({ children }) => html`
  <header class="sidebar">
    <div class="side-head"><a class="brand" href=${to("overview")}><${Logo} />${t("brand")}</a><${Install} /></div>
    <${Nav} />
    <div class="side-more">${children}</div>
    <div class="side-foot"><${StatusPill} /></div>
    <${Settings} />
  </header>`;
