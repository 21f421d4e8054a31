/** What this browser was told to prefer: theme, language, time zone, a name in the Room. Nothing else is kept here, and none of it is data. */
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

/** The name that was chosen for the Room, or null for that of a guest. */
export const nickname = signal(read("name"));

export function setNickname(value) {
  nickname.value = value;
  write("name", value);
}

let key = read("key");

/** What makes all pages of this browser one person in the Room, and nobody else: made once, told to the server only. */
export function speakerKey() {
  if (!key) {
    key = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    write("key", key);
  }
  return key;
}

setZone(zone.peek() ?? undefined);
