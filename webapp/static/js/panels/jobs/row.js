/** One row of the table of jobs: drawn again when its own job has changed, not when that of another row has. */
import { Component } from "preact";
import { html } from "../../html.js";
import { Cell } from "./cells.js";
import { Pick } from "./pick.js";

const OWN = ["item", "gone", "isPicked", "columns", "field"];

/** `onPick(row, isRange)` stays the same while the row is there. */
export class Row extends Component {
  shouldComponentUpdate(next) {
    return OWN.some((name) => next[name] !== this.props[name]);
  }

  render({ item, gone, isPicked, columns, field, onPick }) {
    return html`
      <tr class=${`${gone ? "gone" : ""} ${isPicked ? "picked" : ""}`} data-job=${item.id} data-status=${item.status}>
        <${Pick} row=${item} isPicked=${isPicked} onPick=${onPick} />
        ${columns.map((name) => html`<${Cell} key=${name} name=${name} row=${item} field=${field} />`)}
      </tr>`;
  }
}
