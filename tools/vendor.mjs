/**
 * `make vendor`: copies the listed files of the installed npm packages, unchanged, with their licences, and writes
 * webapp/static/vendor/manifest.json. What the page loads from others comes in through this list and no other way.
 */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TARGET = join(ROOT, "webapp/static/vendor");

/** `specifier`: the bare name in the import map. Files without one are loaded by address. */
const FILES = [
  { package: "preact", from: "dist/preact.mjs", file: "preact.js", specifier: "preact" },
  { package: "preact", from: "hooks/dist/hooks.mjs", file: "preact-hooks.js", specifier: "preact/hooks" },
  { package: "htm", from: "dist/htm.module.js", file: "htm.js", specifier: "htm" },
  { package: "@preact/signals", from: "dist/signals.module.js", file: "signals.js", specifier: "@preact/signals" },
  {
    package: "@preact/signals-core",
    from: "dist/signals-core.module.js",
    file: "signals-core.js",
    specifier: "@preact/signals-core",
  },
  { package: "@dagrejs/dagre", from: "dist/dagre.esm.js", file: "dagre.js", specifier: "@dagrejs/dagre" },
  { package: "uplot", from: "dist/uPlot.iife.min.js", file: "uplot.iife.min.js" },
  { package: "uplot", from: "dist/uPlot.min.css", file: "uplot.min.css" },
  { package: "@fontsource-variable/inter", from: "files/inter-latin-wght-normal.woff2", file: "inter-latin.woff2" },
];

const slug = (name) => name.replace(/^@/, "").replaceAll("/", "-");
const packageOf = (name) => join(ROOT, "node_modules", name);
const versionOf = (name) => JSON.parse(readFileSync(join(packageOf(name), "package.json"), "utf8")).version;

/** Copies one file and returns its manifest entry. */
function vendor({ package: name, from, file, specifier }) {
  copyFileSync(join(packageOf(name), from), join(TARGET, file));
  copyFileSync(join(packageOf(name), "LICENSE"), join(TARGET, `LICENSE.${slug(name)}`));
  const sha256 = createHash("sha256").update(readFileSync(join(TARGET, file))).digest("hex");
  return { file, package: name, version: versionOf(name), ...(specifier && { specifier }), sha256 };
}

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
writeFileSync(join(TARGET, "manifest.json"), `${JSON.stringify(FILES.map(vendor), null, 2)}\n`);
console.log(`${FILES.length} files in webapp/static/vendor`);
