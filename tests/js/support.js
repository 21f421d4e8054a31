/** What the tests of the page share: its words, the golden messages, its source files. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { setZone } from "../../webapp/static/js/format.js";
import { setMessages } from "../../webapp/static/js/i18n.js";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const STATIC = join(ROOT, "webapp/static");
const EVENTS = join(ROOT, "tests/contract/events");

const I18N = join(STATIC, "i18n");

/** All texts of one language: those of the first screen, then those of each part that comes later. */
export function words(lang) {
  const later = readdirSync(I18N).filter((file) => file.endsWith(`.${lang}.json`) && !file.startsWith("said."));
  return Object.assign({}, ...[`${lang}.json`, ...later].map((file) => JSON.parse(readFileSync(join(I18N, file), "utf8"))));
}

/** English in UTC: what a test expects to read does not depend on the machine. */
export function speakEnglish() {
  setMessages("en", words("en"));
  setZone("UTC");
}

/** {name: event} of every golden message. */
export const goldens = () =>
  Object.fromEntries(
    readdirSync(EVENTS).map((file) => [file.replace(/\.json$/, ""), JSON.parse(readFileSync(join(EVENTS, file), "utf8"))]),
  );

function walk(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}

/** [path below static/js, text] of every script of ours. */
export const scripts = () =>
  walk(join(STATIC, "js"))
    .sort()
    .map((path) => [relative(join(STATIC, "js"), path), readFileSync(path, "utf8")]);
