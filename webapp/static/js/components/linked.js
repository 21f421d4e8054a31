/** A text of somebody else: as it stands, its addresses as links that tell the other site nothing. */
import { html } from "../html.js";
import { parts } from "../room.model.js";

export const Linked = ({ text }) => parts(text).map((part) => (part.href ? html`<a class="link" href=${part.href} target="_blank" rel="noreferrer nofollow">${part.href}</a>` : part));
