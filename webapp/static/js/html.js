/** Markup as tagged templates: text enters the page through htm's interpolation, and nowhere as HTML. */
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
