/** Addresses and what they show. Pure. */

/** The pages that have an address of their own; a job is a drawer over one of them. */
const PAGES = {
  "/": "overview", "/jobs": "jobs", "/failures": "failures", "/workers": "workers", "/schedule": "schedule", "/groups": "groups",
  "/stuck": "stuck", "/health": "health", "/submit": "submit", "/activity": "activity", "/room": "room", "/access": "access",
};

/**
 * What an address shows.
 * @returns {{page: string, job: string|null, query: Record<string, string>}} page "missing" where there is none
 */
export function parse(pathname, search = "", base = "") {
  const query = Object.fromEntries(new URLSearchParams(search));
  if (!isOurs(pathname, base)) return { page: "missing", job: null, query };
  const path = pathname.slice(base.length).replace(/\/+$/, "") || "/";
  if (path in PAGES) return { page: PAGES[path], job: null, query };
  if (path.startsWith("/submit/")) return { page: "submit", job: null, query: { ...query, type: decoded(path.slice("/submit/".length)) } };
  const id = path.startsWith("/jobs/") ? decoded(path.slice("/jobs/".length)) : null;
  return id ? { page: "jobs", job: id, query } : { page: "missing", job: null, query };
}

export const isOurs = (pathname, base) => pathname === base || pathname.startsWith(`${base}/`);

/** Ids are whatever a program chose: a half-escaped one is taken as it stands. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a page, with the parameters that are not empty. */
export function address(page, query = {}, base = "") {
  const path = Object.keys(PAGES).find((candidate) => PAGES[candidate] === page);
  const filled = Object.entries(query).filter(([, value]) => value != null && value !== "");
  const search = new URLSearchParams(filled).toString();
  return `${base}${path}${search ? `?${search}` : ""}`;
}

/** The address of the form of one job type. */
export const typeAddress = (name, base = "") => `${base}/submit/${encodeURIComponent(name)}`;

/** The address of one job. */
export const jobAddress = (id, base = "") => `${base}/jobs/${encodeURIComponent(id)}`;
