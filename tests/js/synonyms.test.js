/** One word for each thing: docs/words.md says which, and no text of the page uses another. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FITS } from "../../webapp/static/js/panels/operations/verbs.model.js";
import { ROOT, scripts, words } from "./support.js";

const doc = readFileSync(join(ROOT, "docs/words.md"), "utf8");
const LANGUAGES = { en: words("en"), ko: words("ko") };

/** The rows under a heading, each {column: text}. */
function table(heading) {
  const part = doc.split(/^#+ /m).find((text) => text.startsWith(heading));
  const [head, , ...rows] = part.split("\n").filter((line) => line.startsWith("|")).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  return rows.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at]])));
}

const listed = (cell) => cell.split(",").map((word) => word.trim()).filter((word) => word && word !== "–");
const things = ["Words", "States of a job", "Deeds"].flatMap(table);
const refused = things.flatMap(({ never, English, Korean }) => listed(never).map((word) => ({ word, instead: /[가-힣]/.test(word) ? Korean : English })));
const elsewhere = table("Where such a word means something else");

const isKorean = (word) => /[가-힣]/.test(word);
const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** Korean words take their endings without a space; English ones are told from longer words, and take -s, -ed, -ing. */
const patternOf = (word) => (isKorean(word) ? new RegExp(escaped(word)) : new RegExp(`(?<![\\p{L}_])${escaped(word)}(?:e?s|e?d|ing)?(?![\\p{L}_])`, "iu"));

const textsOf = (value) => (typeof value === "object" ? Object.values(value) : [value]);
/** What is typed or copied as it stands: names of options, commands, code. */
const spoken = (text) => text.replace(/`[^`]*`|--[a-z-]+|\{\w+\}/g, " ");

/** ["key: text (say … )"] of every text that uses a refused word. */
function uses(texts) {
  const found = [];
  for (const { word, instead } of refused) {
    const pattern = patternOf(word);
    const free = elsewhere.filter((each) => each.word === word).map(({ where }) => where.replaceAll("`", ""));
    for (const [key, value] of Object.entries(texts)) {
      if (free.some((start) => key.startsWith(start))) continue;
      for (const text of textsOf(value)) if (pattern.test(spoken(text))) found.push(`${key}: "${text}" says "${word}"; the word is "${instead}"`);
    }
  }
  return found;
}

for (const [lang, texts] of Object.entries(LANGUAGES)) {
  test(`the page has one word for each thing (${lang})`, () => {
    assert.deepEqual(uses(texts), []);
  });
}

test("what the server says is put into Korean with the same words", () => {
  for (const name of ["said", "said.acts"]) {
    assert.deepEqual(uses(JSON.parse(readFileSync(join(ROOT, `webapp/static/i18n/${name}.ko.json`), "utf8"))).filter((line) => /says "[가-힣]/.test(line)), []);
  }
});

test("a refused word is found with its endings, and not within another word", () => {
  for (const text of ["Two tasks wait", "The Task", "It was aborted", "aborting", "throttled"]) assert.ok(uses({ "x.y": text }).length, text);
  for (const text of ["multitasking", "the `task` option", "--pending", "unaborted"]) assert.deepEqual(uses({ "x.y": text }), [], text);
  assert.ok(uses({ "x.y": "태스크를 보냅니다" }).length);
});

test("the words of the table are those that the page uses", () => {
  const name = (text) => text.toLowerCase();
  for (const { RQ, English, Korean } of table("States of a job")) {
    const key = `job.status.${RQ.replaceAll("`", "")}`;
    assert.equal(name(LANGUAGES.en[key]), name(English), key);
    assert.equal(LANGUAGES.ko[key], Korean, key);
  }
  assert.equal(table("States of a job").length, 11);
});

test("no word is both the right one and a refused one", () => {
  const right = new Set(things.flatMap(({ English, Korean }) => [English.toLowerCase(), Korean]));
  assert.deepEqual(refused.filter(({ word }) => right.has(word.toLowerCase())), []);
});

/** The deeds of the page, as panels/actions.js knows them. */
const deeds = [...scripts().find(([path]) => path === "panels/actions.js")[1].matchAll(/export const (?:KNOWN|RARER) = \[([^\]]*)\]/g)].flatMap(([, names]) => names.match(/\w+/g));

/** Text of a key as it is said of several. */
const several = (texts, key) => (typeof texts[key] === "object" ? texts[key].other : texts[key]) ?? "";

/** Keys of all tooltips of buttons that change something of jobs, of one or of many, of a queue, a worker or a cron job. */
const tips = [
  ...deeds.map((deed) => `action.${deed}.tip`),
  ...Object.keys(FITS).map((verb) => `operations.means.${verb}`),
  ...["hold", "hold_function", "release", "pause", "resume", "empty"].map((deed) => `deeds.${deed}.means`),
  ...["shut_down", "stop", "kill"].map((deed) => `acting.${deed}.tip`),
  ...["carried", "copy"].map((how) => `schedule.cron.run.${how}`),
];

test("the tooltip of each button says what happens to the job, to its retries and to its counts", () => {
  assert.ok(deeds.length >= 10);
  for (const key of tips) {
    const [en, ko] = [several(LANGUAGES.en, key), several(LANGUAGES.ko, key)];
    assert.match(en, /retr(?:y|ies|ied)/, key);
    assert.match(en, /count/, key);
    assert.match(ko, /재시도/, key);
    assert.match(ko, /집계/, key);
  }
});
