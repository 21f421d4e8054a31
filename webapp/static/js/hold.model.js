/** A list that stands still while somebody aims at it. Pure. */

/**
 * What to show while the order of `frozen` keys is kept.
 *
 * @param {string[]|null} frozen keys in the order that was on the screen; null: nothing is kept still
 * @param {object[]} items the list as it is now
 * @param {(item: object) => string} keyOf
 * @param {Map<string, object>} known the last value seen of every shown key
 * @returns {{shown: {key: string, item: object, gone: boolean}[], newer: number}} `gone`: no longer in the list
 */
export function arrange(frozen, items, keyOf, known) {
  const live = new Map(items.map((item) => [keyOf(item), item]));
  if (!frozen) return { shown: [...live].map(([key, item]) => ({ key, item, gone: false })), newer: 0 };
  const shown = frozen
    .filter((key) => live.has(key) || known.has(key))
    .map((key) => ({ key, item: live.get(key) ?? known.get(key), gone: !live.has(key) }));
  const kept = new Set(frozen);
  return { shown, newer: [...live.keys()].filter((key) => !kept.has(key)).length };
}
