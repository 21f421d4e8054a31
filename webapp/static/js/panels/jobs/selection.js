/** The selected rows of a list: kept while it is shown, over all its pages. */
import { useState } from "preact/hooks";
import { isSelected, NONE, ranged, shownState, statusesOf, toggled, withShown } from "./selection.model.js";

/**
 * What somebody has selected, and how that changes; `rows` are those that are shown.
 * @returns {{size: number, isAll: boolean, isAny: boolean, ids: string[], has, stateOf, statusesOf, pick, pickShown, pickAll, clear}}
 */
export function useSelection() {
  const [selection, setSelection] = useState(NONE);
  return {
    size: selection.jobs.size,
    isAll: selection.isAll,
    isAny: selection.isAll || selection.jobs.size > 0,
    ids: [...selection.jobs.keys()],
    has: (id) => isSelected(selection, id),
    stateOf: (rows) => shownState(selection, rows),
    statusesOf: (rows) => statusesOf(selection, rows),
    pick: (row, isRange, rows) => setSelection((before) => (isRange ? ranged : toggled)(before, row, rows)),
    pickShown: (rows) => setSelection((before) => withShown(before, rows)),
    pickAll: () => setSelection({ ...NONE, isAll: true }),
    clear: () => setSelection(NONE),
  };
}
