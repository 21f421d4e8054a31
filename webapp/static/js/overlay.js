/** What lies over a page without an address of its own: the palette, the list of keys, the rest of the navigation. */
import { signal } from "@preact/signals";

/** "palette", "keys" or "more"; null where nothing lies over the page. */
export const overlay = signal(null);

export const lay = (name) => (overlay.value = name);
export const lift = () => (overlay.value = null);

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
