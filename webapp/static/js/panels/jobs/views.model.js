/** Saved views: what one looks at often, under a name of one's own. Pure. */
import { columnsOf, textOf } from "./columns.model.js";

/** More than this is no longer a list to choose from. */
export const MOST_VIEWS = 50;
export const NAME_CHARS = 60;
/** What of an address makes a view; the place in a list does not. */
const PARTS = ["q", "queue", "status", "order", "columns"];

/** The part of an address that a view keeps. */
export function viewOf(query) {
  const kept = query.q ? { q: query.q, columns: query.columns } : query;
  return Object.fromEntries(PARTS.filter((part) => kept[part]).map((part) => [part, kept[part]]));
}

const isView = (one) => typeof one?.name === "string" && one.name && typeof one.query === "object" && one.query !== null && PARTS.every((part) => ["undefined", "string"].includes(typeof one.query[part]));

/** [{name, query}] as they were kept; what is not such a list is none. */
export function parsed(text) {
  try {
    const found = JSON.parse(text || "[]");
    return Array.isArray(found) ? found.filter(isView).slice(0, MOST_VIEWS) : [];
  } catch {
    return [];
  }
}

/** With one view more, or with another query under a name that was there. */
export function withView(views, name, query, columns) {
  const shown = textOf(columns);
  const view = { name: name.trim().slice(0, NAME_CHARS), query: viewOf({ ...query, columns: shown }) };
  const known = views.findIndex((one) => one.name === view.name);
  return known < 0 ? [...views, view] : views.with(known, view);
}

export const without = (views, name) => views.filter((one) => one.name !== name);

/** Whether the page shows this view now. */
export function isShown(view, query, columns) {
  const now = viewOf({ ...query, columns: textOf(columns) });
  return PARTS.every((part) => (part === "columns" ? columnsOf(view.query.columns).join() === columns.join() : (view.query[part] ?? "") === (now[part] ?? "")));
}

/** A name to begin with: the words of the query, or of the facets. */
export const suggested = (query, words) => (query.q || words.filter(Boolean).join(" · ")).slice(0, NAME_CHARS);
