/** What a tree shows of a value, and how it is copied. Pure. */
import { t } from "../i18n.js";

/** More children than this wait behind a button: a list of 100,000 must not freeze the page. */
export const MORE_STEP = 100;
/** Characters of a text that stand open; the rest waits behind a button. */
export const TEXT_SHOWN = 400;
const OPEN_DEPTH = 2;
const OPEN_CHILDREN = 12;

const hasParts = (value) => Array.isArray(value.items) || value.args !== undefined || value.state !== undefined;
const isTyped = (value) => typeof value.__type__ === "string";

/** Whether nobody may read it: the server has its value, and shows what stands for it. */
export const isMasked = (value) => value?.__type__ === "masked";

/** branch, string, special (a type that JSON has no place for), empty or plain. */
export function kindOf(value) {
  if (value === null || typeof value !== "object") return typeof value === "string" ? "string" : "plain";
  if (isTyped(value) && !hasParts(value)) return "special";
  return entriesOf(value).length ? "branch" : "empty";
}

/** What an object is called that a pickle names: its class. "" for what JSON knows, or a list of another kind. */
export const className = (value) => (isTyped(value) && value.__type__ === "object" ? (value.text ?? "") : "");

const keyText = (key) => (typeof key === "string" ? key : JSON.stringify(key?.text ?? key));
const indexed = (items) => items.map((item, index) => [String(index), item]);

/** [key, value] of a pair as the wire has it, a list or a tuple; a mark for what was cut. */
function pairOf(pair) {
  const parts = Array.isArray(pair) ? pair : pair?.items;
  return parts?.length === 2 ? [keyText(parts[0]), parts[1]] : ["…", pair];
}

/** An object's parts as a pickle has them: what it is made from, then its fields, then what it holds. */
function partsOf({ args = [], state, items = [] }) {
  const fields = state === undefined ? [] : isPlainObject(state) ? Object.entries(state) : [[t("tree.state"), state]];
  const isMapping = items.every((item) => item?.__type__ === "tuple" && item.items.length === 2);
  const held = isMapping ? items.map(pairOf) : indexed(items);
  return [...args.map((value, n) => [t("tree.argument", { n: n + 1 }), value]), ...fields, ...held];
}

const isPlainObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !isTyped(value);

/** [name, child] of every child. */
export function entriesOf(value) {
  if (Array.isArray(value)) return indexed(value);
  if (!isTyped(value)) return Object.entries(value);
  if (value.__type__ === "object") return partsOf(value);
  if (!Array.isArray(value.items)) return [];
  return value.__type__ === "dict" ? value.items.map(pairOf) : indexed(value.items);
}

export const isOpenAtFirst = (depth, children) => depth < OPEN_DEPTH && children <= OPEN_CHILDREN;

/** "3 items", "2 fields"; of an object its class. */
export function preview(value) {
  const n = entriesOf(value).length;
  const size = t(Array.isArray(value) || (isTyped(value) && value.__type__ !== "object") ? "tree.items" : "tree.fields", { n });
  const kind = className(value) || (isTyped(value) && value.__type__ !== "dict" ? value.__type__ : "");
  return kind ? `${kind} · ${size}` : size;
}

/** What stands for a value in JSON: lists and objects as such, what JSON has no place for as its text. */
function plain(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  if (isTyped(value) && !hasParts(value)) return value.text;
  if (isTyped(value) && value.__type__ !== "object" && value.__type__ !== "dict") return value.items.map(plain);
  const fields = Object.fromEntries(entriesOf(value).map(([key, child]) => [key, plain(child)]));
  return className(value) ? { [className(value)]: fields } : fields;
}

/** A value for the clipboard: a text as it is, all else as JSON. */
export function asText(value) {
  const simple = plain(value);
  return typeof simple === "string" ? simple : JSON.stringify(simple, null, 2);
}
