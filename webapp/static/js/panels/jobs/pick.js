/** The boxes that select rows: one for each, and one for all that are shown. */
import { useEffect, useRef } from "preact/hooks";
import { html } from "../../html.js";
import { t } from "../../i18n.js";

/** `onPick(row, isRange)`: the box was pressed, with Shift or without. */
export const Pick = ({ row, isPicked, onPick }) => html`
  <td class="col-pick">
    <label><input type="checkbox" data-pick checked=${isPicked} aria-label=${t("operations.pick", { title: row.title ?? row.id })} title=${t("operations.pick.tip")} onClick=${(event) => onPick(row, event.shiftKey)} /></label>
  </td>`;

/** `items`: the rows that are shown. */
export function PickShown({ selection, items }) {
  const box = useRef(null);
  const state = selection.stateOf(items);
  useEffect(() => {
    box.current.indeterminate = state === "some";
  }, [state]);
  return html`
    <th scope="col" class="col-pick">
      <label><input type="checkbox" ref=${box} data-pick-shown checked=${state === "all"} disabled=${!items.length} aria-label=${t("operations.pick.shown")} title=${t("operations.pick.shown")} onClick=${() => selection.pickShown(items)} /></label>
    </th>`;
}
