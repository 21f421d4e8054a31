/** Nothing on the page is said in one language only: what the source asks for, gives, or writes into markup itself. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, scripts, words } from "./support.js";

const en = words("en");
const ko = words("ko");
const OPENING = new Set(["{", "(", "["]);
const CLOSING = new Set(["}", ")", "]"]);

/** Names of programs, and settings: the same in every language. */
const MARKUP = /^(?:Python|curl|rq|[A-Z_]{6,}=1)$/;
const SAME = new Set(["brand", "unit.ms", "hop.address", "hop.version", "jobs.order.none", "lanes.about.python", "lanes.model.asyncio", "lanes.model.to_thread"]);
/** Attributes that are read, by eyes or ears. */
const READ_ALOUD = /\b(?:title|aria-label|aria-description|aria-roledescription|alt|placeholder)="([^"]*)"/g;

const withoutComments = (source) => source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

/** Where the bracket that opens at `from` closes, whatever lies between. */
function closing(text, from) {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (OPENING.has(text[at])) depth += 1;
    if (CLOSING.has(text[at])) depth -= 1;
    if (!depth) return at;
  }
  return text.length;
}

/** Parts of `text` between commas that stand in no bracket. */
function parts(text) {
  const found = [""];
  for (let at = 0; at < text.length; at += 1) {
    const end = OPENING.has(text[at]) ? closing(text, at) : at;
    if (text[at] === ",") found.push("");
    else found[found.length - 1] += text.slice(at, end + 1);
    at = end;
  }
  return found.map((part) => part.trim()).filter(Boolean);
}

/** [key, names of the values] of every `t("key", { … })` that is spelt out. */
function* calls(source) {
  for (const match of source.matchAll(/\bt\("([^"]+)"(, \{|\))/g)) {
    if (match[2] === ")") {
      yield [match[1], []];
      continue;
    }
    const open = match.index + match[0].length - 1;
    const given = parts(source.slice(open + 1, closing(source, open)));
    if (!given.some((part) => part.startsWith("..."))) yield [match[1], given.map((part) => part.split(":")[0].trim())];
  }
}

const gapsOf = (value) => [...new Set([...JSON.stringify(value).matchAll(/\{(\w+)\}/g)].map((match) => match[1]))];

/** What html`…` holds beside its values: markup alone, of all its levels. */
function* markup(source) {
  for (const match of source.matchAll(/html`/g)) {
    let text = "";
    let at = match.index + match[0].length;
    for (; at < source.length && source[at] !== "`"; at += 1) {
      if (source.startsWith("${", at)) {
        at = endOfValue(source, at + 1);
        text += "§";
      } else text += source[at];
    }
    yield text;
  }
}

/** Where the value that opens with `{` at `from` closes; templates within it have brackets and backticks of their own. */
function endOfValue(source, from) {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === "`") {
      for (at += 1; at < source.length && source[at] !== "`"; at += 1) if (source.startsWith("${", at)) at = endOfValue(source, at + 1);
    } else if (source[at] === "{") depth += 1;
    else if (source[at] === "}" && (depth -= 1) === 0) return at;
  }
  return source.length;
}

const readable = (text) => text.replace(/§/g, " ").trim();

test("every gap of a text is filled where it is asked for, and nothing is given that it has no gap for", () => {
  let seen = 0;
  for (const [path, source] of scripts()) {
    for (const [key, given] of calls(withoutComments(source))) {
      if (!(key in en)) continue;
      const wanted = gapsOf(en[key]);
      const choosing = typeof en[key] === "object" ? ["n"] : [];
      assert.deepEqual(wanted.filter((name) => !given.includes(name)), [], `${path}: ${key} lacks a value`);
      assert.deepEqual(given.filter((name) => !wanted.includes(name) && !choosing.includes(name)), [], `${path}: ${key} is given too much`);
      seen += 1;
    }
  }
  assert.ok(seen > 200);
});

test("a key that is spelt out anywhere exists, whoever will ask for it", () => {
  const rooms = new Set(Object.keys(en).map((key) => key.split(".")[0]));
  for (const [path, source] of scripts()) {
    for (const [, key] of withoutComments(source).matchAll(/["'`]([a-z_]+(?:\.[a-z_]+)+)["'`]/g)) {
      if (rooms.has(key.split(".")[0])) assert.ok(key in en, `${path}: ${key}`);
    }
  }
});

test("no text stands in the markup itself, nor in what is read aloud of it", () => {
  let seen = 0;
  for (const [path, source] of scripts()) {
    for (const text of markup(withoutComments(source))) {
      seen += 1;
      const between = text.replace(/<[^>]*>/g, "\n").split("\n").map(readable);
      const aloud = [...text.matchAll(READ_ALOUD)].map((match) => readable(match[1]));
      const own = [...between, ...aloud].filter((words) => /\p{L}{2}/u.test(words) && !MARKUP.test(words));
      assert.deepEqual(own, [], path);
    }
  }
  assert.ok(seen > 150);
});

test("every text has words in both languages, and in Korean these are Korean", () => {
  for (const [key, value] of Object.entries(ko)) {
    const text = JSON.stringify(value).replace(/\{\w+\}/g, "");
    const isBare = !/\p{L}{2}/u.test(text.replace(/"(?:zero|one|other)":/g, ""));
    assert.ok(SAME.has(key) || isBare || /[가-힣]/.test(text), key);
    if (key !== "jobs.order.none") for (const words of [value, en[key]].flatMap((one) => (typeof one === "object" ? Object.values(one) : [one]))) assert.ok(words.trim(), key);
  }
});

test("a text that counts has the forms of its language, and one for none in both or in neither", () => {
  for (const key of Object.keys(en)) assert.equal(Boolean(en[key].zero), Boolean(ko[key].zero), key);
  for (const [lang, texts, forms] of [["en", en, "one,other"], ["ko", ko, "other"]]) {
    for (const [key, value] of Object.entries(texts)) {
      if (typeof value !== "object") continue;
      assert.equal(Object.keys(value).join().replace(/^zero,/, ""), forms, `${lang}: ${key}`);
    }
  }
});

test("what is shown without scripts is said in the visitor's language", () => {
  const shell = readFileSync(join(ROOT, "webapp/templates/index.html"), "utf8");
  const [, said] = shell.match(/<noscript>([\s\S]*?)<\/noscript>/);
  assert.match(said, /[가-힣]/);
  assert.match(said, /[a-z]{4}/);
});
