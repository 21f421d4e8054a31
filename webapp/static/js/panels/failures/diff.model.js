/** What differs between the arguments of two runs, value by value. Pure. */
import { entriesOf, isMasked, kindOf } from "../../components/tree.model.js";

/** Values that are told; a list of thousands says no more. */
export const MOST = 300;

/** An object of the job's own says what it is beside its parts. */
const sameBranch = (a, b) => kindOf(a) === "branch" && kindOf(b) === "branch" && Array.isArray(a) === Array.isArray(b) && a.__type__ === b.__type__ && a.text === b.text;

/** Of what is masked on both sides nobody can tell whether it differs. */
function kindOfPair(a, b) {
  if (isMasked(a) && isMasked(b)) return "masked";
  return JSON.stringify(a) === JSON.stringify(b) ? "same" : "changed";
}

function* walk(path, failed, good) {
  if (!sameBranch(failed, good)) {
    yield { path, kind: kindOfPair(failed, good), failed, good };
    return;
  }
  const [left, right] = [new Map(entriesOf(failed)), new Map(entriesOf(good))];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const own = [...path, key];
    if (!right.has(key)) yield { path: own, kind: "added", failed: left.get(key) };
    else if (!left.has(key)) yield { path: own, kind: "removed", good: right.get(key) };
    else yield* walk(own, left.get(key), right.get(key));
  }
}

const named = (call) => Object.fromEntries([...call.positional.map((value, n) => [String(n), value]), ...Object.entries(call.named)]);

/**
 * Every value of two calls, {positional, named} each: `added` is in the failed run alone, `removed` in the good one alone.
 * @returns {{values: {path: string, kind: "same"|"changed"|"masked"|"added"|"removed", failed?, good?}[], more: boolean}}
 */
export function diff(failed, good) {
  const values = [];
  for (const { path, ...value } of walk([], named(failed), named(good))) {
    if (!path.length) continue;
    if (values.length === MOST) return { values, more: true };
    values.push({ path: path.join("."), ...value });
  }
  return { values, more: false };
}
