/** What this browser was told to prefer: theme, language, time zone. Nothing else is kept here, and none of it is data. */
import { signal } from "@preact/signals";
import { setZone } from "./format.js";

const PREFIX = "rqlive.";

function read(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    if (value) localStorage.setItem(PREFIX + name, value);
    else localStorage.removeItem(PREFIX + name);
  } catch {
    document.documentElement.dataset.storage = "blocked";
  }
}

/** "light", "dark", or null for what the system says. */
export const theme = signal(read("theme"));
/** "UTC", or null for the zone of this machine. */
export const zone = signal(read("zone"));

export function setTheme(value) {
  theme.value = value;
  write("theme", value);
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
}

export function showZone(value) {
  setZone(value ?? undefined);
  zone.value = value;
  write("zone", value);
}

/** The page is loaded again: every text on it changes. */
export function setLanguage(value) {
  write("lang", value);
  location.reload();
}

setZone(zone.peek() ?? undefined);
