import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { facts, jobOf, pixels, sizes, unseen, why } from "../../webapp/static/js/components/views/thumbnails.model.js";
import { ROOT, speakEnglish, words } from "./support.js";

before(speakEnglish);

const RESULT = {
  made: { count: 1200, bytes: 9_300_000, read_bytes: 4_810_000_000 },
  items: Array.from({ length: 60 }, (_, n) => ({ name: `${n}.jpg`, preview: `preview-${n}.webp` })),
  size: 256,
  format: "keep",
  threads: 8,
  seconds: 41.5,
  artifacts: [{ artifact: "5c-1/photos-thumbnails.zip", name: "photos-thumbnails.zip" }],
};

test("previews are asked for from the job that made them", () => {
  assert.equal(jobOf(RESULT), "5c-1");
  assert.equal(jobOf({ artifacts: [] }), null);
});

test("a run of thumbnails says what became of how much, and how", () => {
  assert.deepEqual(facts(RESULT), ["longer side 256 px", "4.8 GB became 9.3 MB", "in 42 s", "8 threads"]);
  const none = { ...RESULT, made: { count: 0, bytes: 0, read_bytes: 0 }, format: "WebP", threads: 1 };
  assert.deepEqual(facts(none), ["longer side 256 px", "WebP", "in 42 s", "1 thread"]);
});

test("sizes are pixels and bytes", () => {
  assert.equal(pixels({ width: 4000, height: 3000 }), "4,000 × 3,000");
  assert.equal(sizes({ width: 256, height: 192, bytes: 6_240 }), "256 × 192 · 6.2 kB");
});

test("it is known how many are not shown", () => {
  assert.equal(unseen(RESULT), 1140);
});

test("a known reason is said in the reader's language, another as the job said it", () => {
  assert.equal(why({ code: "encrypted", reason: "it is encrypted" }), "encrypted");
  assert.equal(why({ code: "new", reason: "it is too blue" }), "it is too blue");
});

test("every reason that the job gives has words in both languages", () => {
  const files = ["_thumb_colour", "_thumb_image", "_zip_names", "_zip_read", "thumbnails"];
  const source = files.map((name) => readFileSync(join(ROOT, `jobs/${name}.py`), "utf8")).join("\n");
  const given = new Set([...source.matchAll(/Unfit\("(\w+)"/g)].map((match) => match[1]));
  const said = (lang) => new Set(Object.keys(words(lang)).filter((key) => key.startsWith("thumbnails.why.")).map((key) => key.split(".")[2]));
  assert.ok(given.size > 10);
  assert.deepEqual([...said("en")].sort(), [...given].sort());
  assert.deepEqual(said("ko"), said("en"));
});
