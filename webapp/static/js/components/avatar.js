/** A person as a coloured letter: the same colour everywhere, and never without the name beside it. */
import { html } from "../html.js";
import { initialOf, shade } from "../room.model.js";

const SHADES = ["s-started", "s-finished", "s-deferred", "s-scheduled", "s-rate_limited", "s-ready_to_enqueue", "s-stopped"];

export const Avatar = ({ by, name }) => html`<span class=${`avatar ${SHADES[shade(by, SHADES.length)]}`} aria-hidden="true">${initialOf(name)}</span>`;
