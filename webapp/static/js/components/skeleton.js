/** The place of what has not come yet, in its size: nothing jumps when it comes. */
import { html } from "../html.js";

export const Skeleton = ({ width = 80, height = 12 }) => html`
  <span class="skeleton" aria-hidden="true" style=${{ width: `${width}px`, height: `${height}px` }}></span>`;
