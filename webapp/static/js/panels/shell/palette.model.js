/** What the palette finds for what was typed, best first. Pure. */

/** Of one kind no more are shown: the next letter tells them apart. */
const MOST = 6;
/** Typed by hand these are no words of anybody: RQ's own ids. */
const RQ_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const PASTED_ID = /^\S{3,300}$/;
/** A field of the search language with its sign: "status:", "wait>". */
const ASKS_SEARCH = /\b[a-z]+[:<>]/;

/** Whether `text` may be the id of one job, and is worth asking for. */
export const mayBeId = (text, isPasted) => (isPasted ? PASTED_ID : RQ_ID).test(text);

const isWordStart = (text, at) => at === 0 || /[\s._:/-]/.test(text[at - 1]);

/** How well the letters of `query` stand in `text` in their order: higher is better, null where they do not. */
function scoreWord(query, text) {
  const whole = text.indexOf(query);
  if (whole === 0) return 100 - text.length / 100;
  if (whole > 0) return (isWordStart(text, whole) ? 80 : 60) - text.length / 100;
  let score = 30;
  let at = -1;
  const from = text.indexOf(query[0]);
  for (const letter of query) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return null;
    if (!isWordStart(text, next)) score -= at >= 0 ? Math.min(4, next - at - 1) : 2;
    at = next;
  }
  score -= (at - from + 1 - query.length) / 2;
  return score > 0 ? score : null;
}

/** Of several words each must be found; their scores are averaged. */
export function score(query, text) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return 0;
  const scores = words.map((word) => scoreWord(word, text.toLowerCase()));
  return scores.includes(null) ? null : scores.reduce((a, b) => a + b, 0) / words.length;
}

const best = ({ label, hint = "", also = "" }, query) => {
  const scores = [score(query, label), lower(score(query, hint)), lower(score(query, also))].filter((value) => value !== null);
  return scores.length ? Math.max(...scores) : null;
};
const lower = (value) => (value === null ? null : value - 8);

/**
 * What to show for `query`.
 * @param {{kind: string, items: {id: string, label: string, hint?: string, also?: string}[]}[]} groups in their order without a query
 * @param {{found?: object|null, search: object}} extra `found`: the job whose id was given; `search`: the item that searches
 * @returns {{kind: string, items: object[]}[]} groups with items, the one with the best item first
 */
export function findings(groups, query, { found = null, search }) {
  const text = query.trim();
  if (!text) return groups.map(({ kind, items, most = MOST }) => ({ kind, items: items.slice(0, most) })).filter(({ items }) => items.length);
  const ranked = groups
    .map(({ kind, items }) => ({ kind, items: rankedItems(items, text) }))
    .filter(({ items }) => items.length)
    .sort((a, b) => b.items[0].score - a.items[0].score);
  const asked = { kind: "search", items: [search] };
  const all = ASKS_SEARCH.test(text) ? [asked, ...ranked] : [...ranked, asked];
  return found ? [{ kind: "found", items: [found] }, ...all] : all;
}

function rankedItems(items, text) {
  const scored = items.map((item) => ({ ...item, score: best(item, text) })).filter((item) => item.score !== null);
  return scored.sort((a, b) => b.score - a.score).slice(0, MOST);
}
