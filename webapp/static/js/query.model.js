/**
 * The text of a search, as far as the page must understand it: where its pieces are, how a value is quoted, and how a
 * click narrows it. What a query means and whether it is right, the server says. Pure.
 */

const QUOTES = "\"“”„";
const KEYWORDS = ["and", "or", "not"];

/** Where the piece that begins at `from` ends: at a space or parenthesis outside of quotes. */
function endOf(text, from) {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    if (quoted && text[at] === "\\") at += 1;
    else if (QUOTES.includes(text[at])) quoted = !quoted;
    else if (!quoted && /[\s()]/.test(text[at])) return at;
  }
  return text.length;
}

/** Every piece of `text` with its place: parentheses, keywords, and terms with the `-` that stands before them. */
export function pieces(text) {
  const found = [];
  for (let at = 0; at < text.length; ) {
    const isBracket = "()".includes(text[at]);
    const end = isBracket ? at + 1 : endOf(text, at);
    if (!/\s/.test(text[at])) found.push({ text: text.slice(at, end), start: at, end });
    at = Math.max(end, at + 1);
  }
  return found;
}

const isKeyword = (piece, ...words) => words.includes(piece?.text.toLowerCase());

/** A value as it stands after a field: in quotes where it has spaces, brackets or quotes of its own. */
export function quoted(value) {
  if (value && !/[\s()\\]/.test(value) && ![...value].some((char) => QUOTES.includes(char))) return value;
  return `"${value.replace(/["\\]/g, (char) => `\\${char}`)}"`;
}

export const term = (field, value) => `${field}:${quoted(value)}`;

/** The pieces that all jobs must match: those in no parentheses, not after `not`; none where `or` joins them. */
function demanded(text) {
  let depth = 0;
  const outer = pieces(text).filter((piece) => {
    if (piece.text === "(") depth += 1;
    const isOuter = depth === 0;
    if (piece.text === ")") depth -= 1;
    return isOuter;
  });
  if (outer.some((piece) => isKeyword(piece, "or"))) return [];
  return outer.filter((piece, at) => !isKeyword(piece, ...KEYWORDS) && !isKeyword(outer[at - 1], "not"));
}

const find = (text, field, value) => demanded(text).find((piece) => piece.text.toLowerCase() === term(field, value).toLowerCase());

/** Whether the query already asks for this of every job. */
export const asksFor = (text, field, value) => find(text, field, value) !== undefined;

/** The query with `field:value` asked for beside the rest; without it where it was. */
export function toggled(text, field, value) {
  const present = find(text, field, value);
  if (present) return tidy(`${text.slice(0, present.start)} ${text.slice(present.end)}`);
  const isJoined = pieces(text).some((piece) => isKeyword(piece, "or"));
  return tidy(`${isJoined ? `(${text.trim()})` : text} ${term(field, value)}`);
}

/** Without the `and` that has lost its other side, and without doubled spaces outside of quotes. */
function tidy(text) {
  let kept = pieces(text);
  kept = kept.filter((piece, at) => !(isKeyword(piece, "and") && (at === 0 || at === kept.length - 1 || isKeyword(kept[at - 1], "and"))));
  return kept.map((piece) => piece.text).join(" ").replace(/\( /g, "(").replace(/ \)/g, ")");
}

/** The query that the facets of a list stand for, with `more` before them. */
export const queryOf = ({ queue, status }, more = "") => [more, status && term("status", status), queue && term("queue", queue)].filter(Boolean).join(" ");

const names = (text, field) => pieces(text).some((piece) => piece.text.toLowerCase().replace(/^-/, "").startsWith(`${field}:`));

/** What was typed while a list was shown: looked for in that list, unless it says otherwise or may be the id of a job. */
export function narrowed(text, { queue, status }) {
  const found = pieces(text);
  if (found.length === 1 && /^[\w-]*\d[\w-]*$/.test(text)) return text;
  const more = queryOf({ queue: names(text, "queue") ? "" : queue, status: names(text, "status") ? "" : status });
  if (!more) return text;
  return `${found.some((piece) => isKeyword(piece, "or")) ? `(${text})` : text} ${more}`;
}
