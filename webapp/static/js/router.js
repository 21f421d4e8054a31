/** The address bar: which page is shown, and every link within the page followed without loading it anew. */
import { signal } from "@preact/signals";
import { address, isOurs, jobAddress, parse, typeAddress } from "./router.model.js";

export const base = document.documentElement.dataset.base ?? "";

const here = () => parse(location.pathname, location.search, base);

/** What the address shows now. */
export const route = signal(here());
/** The page behind an open job: where its drawer was opened from, or the jobs. */
export const behind = signal(route.peek().job ? { page: "jobs", job: null, query: {} } : route.peek());
/** The part after #: the open tab of a job. */
export const hash = signal(location.hash.slice(1));

/** Where a link to a page leads. */
export const to = (page, query) => address(page, query, base);
/** Where who is not known, or not any more, says who they are; then they come back to here. */
export const toLogin = () => location.assign(`${base}/login?${new URLSearchParams({ next: location.pathname + location.search + location.hash })}`);
/** Where a link to the form of a job type leads. */
export const toType = (name) => typeAddress(name, base);
/** Where a link to a job leads. */
export const toJob = (id) => jobAddress(id, base);

function settle() {
  const next = here();
  hash.value = location.hash.slice(1);
  if (!next.job) behind.value = next;
  route.value = next;
}

/** Steps from the page behind to the job that `href` may open: 0 where the job was the first thing loaded. */
function stepsTo(href) {
  if (!parse(new URL(href, location.href).pathname, "", base).job) return 0;
  if (!route.peek().job) return 1;
  return history.state?.steps ? history.state.steps + 1 : 0;
}

/** Shows `href`. */
export function go(href, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", href);
  else history.pushState({ steps: stepsTo(href) }, "", href);
  const page = behind.peek().page;
  settle();
  if (!route.peek().job && behind.peek().page !== page) scrollTo(0, 0);
}

function behindAddress() {
  const { page, query } = behind.peek();
  return page === "submit" && query.type ? toType(query.type) : to(page, query);
}

/** Closes the open job: back to where it was opened from, else to the page behind it. */
export function leaveJob() {
  if (history.state?.steps) history.go(-history.state.steps);
  else go(behindAddress(), { replace: true });
}

/** Names the open tab in the address without a step in the history. */
export function showTab(name) {
  history.replaceState(history.state, "", `#${name}`);
  hash.value = name;
}

const isPlain = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || !isPlain(event)) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (!isOurs(link.pathname, base) || parse(link.pathname, "", base).page === "missing") return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  event.preventDefault();
  if (link.href !== location.href) go(link.href);
}

document.addEventListener("click", follow);
addEventListener("popstate", settle);
