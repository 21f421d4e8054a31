/** What this browser was told to prefer: theme, language, time zone, keys, a name in the Room, how the jobs are shown. Nothing else is kept here, and none of it is data. */
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

/** Whether keys such as "f" and "g j" do something: off for those whose speech or hands would press them unawares. */
export const singleKeys = signal(read("keys") !== "off");

export function setSingleKeys(value) {
  singleKeys.value = value;
  write("keys", value ? null : "off");
}

/** A preference of one page as a signal, and how it is changed: also where another tab of this browser does. */
export function preference(name) {
  const kept = signal(read(name) ?? "");
  addEventListener("storage", (event) => event.key === PREFIX + name && (kept.value = event.newValue ?? ""));
  const keep = (value) => {
    kept.value = value;
    write(name, value);
  };
  return [kept, keep];
}

/** The name that was chosen for the Room, or null for that of a guest. */
export const nickname = signal(read("name"));

export function setNickname(value) {
  nickname.value = value;
  write("name", value);
}

let key = read("key");

/** What makes all pages of this browser one person, and nobody else: made once, told to the server only. */
function speakerKey() {
  if (!key) {
    key = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    write("key", key);
  }
  return key;
}

/** As whom this browser speaks, leaves notes and is seen: {key, name}, without a name where none was chosen. */
export const speaker = () => ({ key: speakerKey(), ...(nickname.value && { name: nickname.value }) });

setZone(zone.peek() ?? undefined);
