/** What may stand where the caret is in a search. Pure. */
import { pieces, quoted, term } from "../../query.model.js";

/** The fields of a search with the operator that follows, in the order in which they are offered. */
export const FIELDS = {
  status: ":", queue: ":", func: ":", type: ":", error: ":", arg: ":", worker: ":", by: ":", id: ":", "age": "<", "wait": ">", "run": ">",
};
const TIMES = { age: ["10m", "1h", "24h", "7d"], wait: ["30s", "5m", "1h", "1d"], run: ["1s", "30s", "5m", "1h"] };
const OPERATORS = ["and", "or", "not"];
/** So many are read at a glance. */
const MOST = 10;
/** Fields whose values are looked through for a word that names no field. */
const GUESSED = ["status", "queue", "type", "func", "worker"];

const bare = (text) => text.replace(/["“”„]/g, "").toLowerCase();

/** Those that begin with it first, then those that hold it. */
function matching(values, typed) {
  const wanted = bare(typed);
  const found = values.filter((value) => value.toLowerCase().includes(wanted));
  return [...found.filter((value) => value.toLowerCase().startsWith(wanted)), ...found.filter((value) => !value.toLowerCase().startsWith(wanted))];
}

const valueOption = (text, value) => ({ insert: `${text} `, label: text, value, kind: "value" });

function values(field, op, typed, sources) {
  if (field in TIMES) return TIMES[field].filter((time) => time.startsWith(typed)).map((time) => valueOption(`${field}${op}${time}`, null));
  return matching(sources[field] ?? [], typed).map((value) => valueOption(`${field}${op}${quoted(value)}`, value));
}

function words(typed, isFirst, sources) {
  const begun = typed.toLowerCase();
  const fields = Object.entries(FIELDS).filter(([name]) => name.startsWith(begun)).map(([name, op]) => ({ insert: `${name}${op}`, label: `${name}${op}`, field: name, kind: "field" }));
  const operators = isFirst ? [] : OPERATORS.filter((word) => word.startsWith(begun)).map((word) => ({ insert: `${word} `, label: word, operator: word, kind: "operator" }));
  const guessed = begun.length < 2 ? [] : GUESSED.flatMap((field) => matching(sources[field] ?? [], begun).slice(0, 3).map((value) => valueOption(term(field, value), value)));
  return [...fields, ...(begun ? operators : []), ...guessed, ...(begun ? [] : operators)];
}

/**
 * @param {string} text the query
 * @param {number} caret where in it
 * @param {Record<string, string[]>} sources known values by field
 * @returns {{from: number, to: number, options: {insert: string, label: string, kind: "field"|"operator"|"value", field?: string, value?: string|null}[]}}
 *   `from` and `to`: what an option replaces. No options: nothing to offer
 */
export function complete(text, caret, sources) {
  const all = pieces(text);
  const at = all.findIndex((piece) => piece.start < caret && caret <= piece.end && !"()".includes(piece.text));
  const piece = all[at] ?? { text: "", start: caret, end: caret };
  const minus = piece.text.startsWith("-") ? 1 : 0;
  const typed = text.slice(piece.start + minus, caret);
  const [, field, op, begun] = /^([a-z]+)(:|[<>]=?)(.*)$/is.exec(typed) ?? [];
  const name = field?.toLowerCase();
  const isFirst = !all.some((one) => one.end < caret && one !== piece);
  const options = name in FIELDS ? values(name, op, begun, sources) : words(typed, isFirst, sources);
  const unused = options.filter((option) => option.insert.trim() !== piece.text.slice(minus));
  return { from: piece.start + minus, to: piece.end, options: unused.slice(0, typed ? MOST : MOST + 5) };
}
