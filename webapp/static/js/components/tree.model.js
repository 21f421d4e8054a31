/** What a tree shows of a value. Pure. */
import { t } from "../i18n.js";

/** More children than this wait behind a button: a list of 100,000 must not freeze the page. */
export const MORE_STEP = 100;
const OPEN_DEPTH = 2;
const OPEN_CHILDREN = 12;

/** branch, string, special (a type that JSON has no place for), empty or plain. */
export function kindOf(value) {
  if (value === null || typeof value !== "object") return typeof value === "string" ? "string" : "plain";
  if (typeof value.__type__ === "string" && !Array.isArray(value.items)) return "special";
  return entriesOf(value).length ? "branch" : "empty";
}

/** [name, child] of every child. */
export function entriesOf(value) {
  if (Array.isArray(value)) return value.map((child, index) => [String(index), child]);
  if (typeof value.__type__ === "string" && Array.isArray(value.items)) {
    return value.items.map((item, index) => {
      const pair = value.__type__ === "dict";
      return pair ? [typeof item[0] === "string" ? item[0] : JSON.stringify(item[0]?.text ?? item[0]), item[1]] : [String(index), item];
    });
  }
  return Object.entries(value);
}

export const isOpenAtFirst = (depth, children) => depth < OPEN_DEPTH && children <= OPEN_CHILDREN;

/** "3 items", "2 fields" */
export function preview(value) {
  const n = entriesOf(value).length;
  return t(Array.isArray(value) || value.__type__ ? "tree.items" : "tree.fields", { n });
}
