/** The rules of the page's source: words, layers, sizes, colours, vendored files. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { ROOT, scripts, STATIC, words } from "./support.js";

const sources = scripts();
const text = sources.map(([, source]) => source).join("\n");
const en = words("en");
const ko = words("ko");

/** Keys that are spelt in the source, and beginnings of keys that are put together there. */
function usedKeys() {
  const quoted = [...text.matchAll(/["'`]([a-z_]+(?:\.[a-z_ ]+)+)["'`]/g)].map((match) => match[1]);
  const built = [...text.matchAll(/`([a-z_]+\.(?:[a-z_]+\.)*)\$\{/g)].map((match) => match[1]);
  const suffixed = [...text.matchAll(/`\$\{key\}(\.[a-z_]+)`/g)].map((match) => match[1]);
  const plain = [...text.matchAll(/t\("([a-z]+)"/g)].map((match) => match[1]);
  return { exact: new Set([...quoted, ...plain]), prefixes: new Set(built), suffixes: new Set(suffixed) };
}

const placeholders = (value) => new Set(JSON.stringify(value).match(/\{(\w+)\}/g));

test("every text that the page asks for exists", () => {
  const asked = [...text.matchAll(/\bt\("([^"]+)"/g)].map((match) => match[1]);
  assert.deepEqual([...new Set(asked)].filter((key) => !(key in en)), []);
});

test("no text is left over", () => {
  const { exact, prefixes, suffixes } = usedKeys();
  const isUsed = (key) => exact.has(key) || [...prefixes].some((start) => key.startsWith(start)) || [...suffixes].some((end) => key.endsWith(end));
  assert.deepEqual(Object.keys(en).filter((key) => !isUsed(key)), []);
});

test("both languages have the same texts with the same gaps", () => {
  assert.deepEqual(Object.keys(ko), Object.keys(en));
  for (const key of Object.keys(en)) assert.deepEqual(placeholders(ko[key]), placeholders(en[key]), key);
});

test("every status has its word and its colour", () => {
  const tokens = readFileSync(join(STATIC, "css/tokens.css"), "utf8");
  const python = readFileSync(join(ROOT, "webapp/models.py"), "utf8");
  const statuses = python.match(/^STATUSES = \(([^)]*)\)/m)[1].match(/\w+/g);
  assert.equal(statuses.length, 11);
  for (const status of statuses) {
    assert.ok(`job.status.${status}` in en, status);
    assert.ok(tokens.includes(`--${status}:`), status);
  }
});

const LAYERS = [/^pages\//, /^panels\//, /^components\//, /^(?:store|clock|watch|hold|prefs|listing|catalog|liveness|router|api|socket|room|room-socket)\.js$/, /^reducer\.js$/];
const layer = (path) => LAYERS.findIndex((pattern) => pattern.test(path));

function importsOf(path, source) {
  return [...source.matchAll(/^\s*(?:import|export)[^"'`;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/gm)]
    .map((match) => match[1] ?? match[2])
    .map((target) => (target.startsWith(".") ? normalize(join(dirname(path), target)) : target));
}

test("pages use panels, panels components, components the store, and never the other way round", () => {
  for (const [path, source] of sources) {
    const own = layer(path);
    if (own < 0) continue;
    for (const target of importsOf(path, source)) {
      const other = layer(target);
      if (other >= 0) assert.ok(other >= own, `${path} imports ${target}`);
    }
  }
});

test("what must run without a browser imports nothing vendored", () => {
  const pure = sources.filter(([path]) => path.endsWith(".model.js") || ["reducer.js", "format.js", "backoff.js", "pace.js", "i18n.js", "said.js"].includes(path));
  assert.ok(pure.length > 15);
  for (const [path, source] of pure) {
    for (const target of importsOf(path, source)) {
      assert.ok(pure.some(([other]) => other === target), `${path} imports ${target}`);
    }
  }
});

test("only api.js and the sockets touch the network", () => {
  for (const [path, source] of sources) {
    if (["api.js", "early.js", "socket.js", "room-socket.js"].includes(path)) continue;
    assert.doesNotMatch(source, /\bfetch\(|XMLHttpRequest|new WebSocket|sendBeacon|EventSource/, path);
  }
});

test("text enters the page as text", () => {
  for (const [path, source] of sources) assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySet|document\.write|\beval\(|new Function/, path);
});

test("nothing is styled in markup, as the content security policy demands", () => {
  for (const [path, source] of sources) assert.doesNotMatch(source, /\sstyle="/, path);
  const shell = readFileSync(join(ROOT, "webapp/templates/index.html"), "utf8");
  assert.doesNotMatch(shell, /<style|\sstyle=|\son\w+=/);
  assert.equal(shell.match(/<script(?![^>]*\bsrc=)/g).length, 1);
});

test("every file says what it is for, and is small", () => {
  const sheets = readdirSync(join(STATIC, "css")).map((name) => [`css/${name}`, readFileSync(join(STATIC, "css", name), "utf8")]);
  for (const [path, source] of [...sources, ...sheets]) {
    assert.match(source, /^\/\*/, path);
    assert.ok(source.split("\n").length <= 250, `${path} is too long`);
  }
});

test("every style sheet is loaded, at first or with the one thing that needs it", () => {
  const shell = ["index", "login"].map((name) => readFileSync(join(ROOT, `webapp/templates/${name}.html`), "utf8")).join("");
  for (const name of readdirSync(join(STATIC, "css")).map((file) => file.replace(".css", ""))) {
    const later = sources.filter(([, source]) => source.includes(`styled("${name}", `)).length;
    assert.equal(later + shell.includes(`"${name}"`), 1, name);
  }
});

test("vendored files are those that npm gave, with licence and version", () => {
  const manifest = JSON.parse(readFileSync(join(STATIC, "vendor/manifest.json"), "utf8"));
  const pinned = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).dependencies;
  const listed = new Set(["manifest.json"]);
  for (const { file, package: name, version, sha256 } of manifest) {
    const found = createHash("sha256").update(readFileSync(join(STATIC, "vendor", file))).digest("hex");
    assert.equal(found, sha256, file);
    assert.equal(version, pinned[name], name);
    const licence = `LICENSE.${name.replace(/^@/, "").replaceAll("/", "-")}`;
    assert.ok(existsSync(join(STATIC, "vendor", licence)), licence);
    listed.add(file).add(licence);
  }
  assert.deepEqual(readdirSync(join(STATIC, "vendor")).filter((file) => !listed.has(file)), []);
});

test("the lock file names no address to download from", () => {
  assert.doesNotMatch(readFileSync(join(ROOT, "package-lock.json"), "utf8"), /"resolved"/);
});
