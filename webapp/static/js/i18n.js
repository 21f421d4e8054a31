/**
 * Every text of the page, by key, in the language that was loaded. Pure: the words come from i18n/<lang>.json
 * through setMessages(). A text with a number in it may be {"one": …, "other": …}, and "zero" where none reads otherwise.
 */

let words = {};
let language = "en";
let plurals = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");

/** Takes the words of one language; every later t() answers in it. */
export function setMessages(lang, messages) {
  language = lang;
  words = messages;
  plurals = new Intl.PluralRules(lang);
  numbers = new Intl.NumberFormat(lang);
}

/** Takes more words of the same language. */
export function addMessages(messages) {
  words = { ...words, ...messages };
}

export const lang = () => language;

export const has = (key) => key in words;

/**
 * The text of `key` with each {name} filled in; numbers are grouped, and `n` chooses the plural form.
 * A missing key answers itself, so that a gap is seen and nothing breaks.
 */
export function t(key, values = {}) {
  let text = words[key] ?? key;
  if (typeof text === "object") text = formOf(text, Number(values.n));
  return text.replace(/\{(\w+)\}/g, (whole, name) => shown(values[name] ?? whole));
}

/** No language of ours has a plural form of its own for none. */
const formOf = (forms, n) => (n === 0 && forms.zero) || (forms[plurals.select(n)] ?? forms.other);

const shown = (value) => (typeof value === "number" ? numbers.format(value) : String(value));
