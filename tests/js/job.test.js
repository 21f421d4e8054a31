import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fractionOf, reached, speed, timeLeft } from "../../webapp/static/js/components/progress.model.js";
import { entriesOf, kindOf, preview } from "../../webapp/static/js/components/tree.model.js";
import * as profile from "../../webapp/static/js/components/views/profile.model.js";
import { details, facts } from "../../webapp/static/js/panels/job/facts.model.js";
import { asText, blocks } from "../../webapp/static/js/panels/job/log.model.js";
import { stepsOf } from "../../webapp/static/js/panels/job/steps.model.js";
import { firstTab, openTab } from "../../webapp/static/js/panels/job/tabs.model.js";
import { goldens, speakEnglish } from "./support.js";

before(speakEnglish);

const { job } = goldens().job;
const NOW = goldens().job.as_of;
const place = () => "web-a:4121";
const steps = (changes) => stepsOf({ ...job, ...changes }, NOW, "UTC", place);
const notes = (changes) => steps(changes).steps.map(({ note }) => note);

test("progress says how far, how fast and how long", () => {
  assert.equal(reached(job.progress), "1,204,418 of 1,911,040 rows");
  assert.equal(reached(job.progress, true), "1.2M of 1.9M rows");
  assert.equal(speed(job.progress), "41,021 rows/s");
  assert.equal(timeLeft(job.progress.left), "17 s left");
  assert.equal(timeLeft(null), "");
});

test("bytes are said as sizes", () => {
  const stage = { done: 12_000_000, total: 431_000_000, unit: "bytes", rate: 2_000_000 };
  assert.equal(reached(stage), "12 MB of 431 MB");
  assert.equal(speed(stage), "2 MB/s");
});

test("progress without numbers is its message, or its share", () => {
  assert.equal(reached({ message: "Warming up" }), "Warming up");
  assert.equal(reached({ fraction: 0.4 }), "40 %");
  assert.equal(reached({ done: 7, unit: "files" }), "7 files");
  assert.equal(fractionOf({ done: 3, total: null }), null);
});

test("a running job waited, runs, and is about to end", () => {
  assert.deepEqual(notes({}), ["15:12:48 UTC", "waited 0.21 s", "31 s on web-a:4121", "about 15:13:37"]);
  assert.equal(steps({}).fraction, 0.75);
});

test("a finished job tells when, a failed one is called failed", () => {
  const done = steps({ status: "failed", ended_at: NOW });
  assert.deepEqual([done.steps[3].key, done.steps[3].note, done.fraction], ["failed", "15:13:20", 1]);
});

test("a waiting job tells what it waits for", () => {
  const waiting = { started_at: null, progress: null };
  assert.match(notes({ ...waiting, status: "queued" })[1], /^waits 31 s$/);
  assert.match(notes({ ...waiting, status: "scheduled", run_at: NOW + 180_000 })[1], /^in 3 min, at 15:16:20$/);
  assert.equal(notes({ ...waiting, status: "deferred", depends_on: ["a", "b"] })[1], "waits for 2 jobs");
});

test("a canceled job that never ran is not shown as if it had", () => {
  const { steps: four } = steps({ status: "canceled", started_at: null, ended_at: null });
  assert.deepEqual(four.map(({ begun }) => begun), [true, true, false, true]);
});

test("the facts are said in words", () => {
  const said = Object.fromEntries(facts(job, NOW, place));
  assert.equal(said["facts.times_out_in"], "9 min 29 s");
  assert.equal(said["facts.retries"], "2 left, after 10 s and 1 min");
  assert.equal(said["facts.kept_for"], "1 day");
  assert.equal(Object.fromEntries(facts({ ...job, timeout: -1, result_ttl: null }, NOW, place))["facts.timeout"], "no limit");
});

test("details leave out what is not stored", () => {
  const keys = details(job, NOW).map(([key]) => key);
  assert.ok(keys.includes("details.func"));
  assert.ok(!keys.includes("details.group"));
});

test("a job opens on what one came to see", () => {
  assert.equal(firstTab({ ...job, status: "finished", result: {} }), "result");
  assert.equal(firstTab({ ...job, status: "failed" }), "attempts");
  assert.equal(firstTab(job), "log");
  assert.equal(firstTab({ ...job, log: { lines: 0, supported: false } }), "arguments");
  assert.equal(openTab("details", job), "details");
  assert.equal(openTab("nonsense", job), "log");
});

test("blocks of a log keep their keys while old lines are dropped", () => {
  const line = (n) => ({ id: `${n}-0`, run: n < 250 ? "a" : "b" });
  const lines = Array.from({ length: 450 }, (_, n) => line(n));
  assert.deepEqual(blocks(lines, 0).map(({ key, lines: { length } }) => [key, length]), [[0, 200], [1, 200], [2, 50]]);
  assert.deepEqual(blocks(lines.slice(210), 210).map(({ key }) => key), [1, 2]);
});

test("a new run is marked at its first line", () => {
  const lines = ["a", "a", "b"].map((run, n) => ({ id: `${n}-0`, run }));
  assert.deepEqual(blocks(lines, 0)[0].lines.map(({ runStarts }) => runStarts), [false, false, true]);
});

test("the log is copied as text", () => {
  assert.equal(asText([{ at: 1, level: "INFO", text: "x" }], () => "14:02"), "14:02 INFO x");
});

test("a tree knows what JSON has no place for", () => {
  assert.equal(kindOf({ __type__: "datetime", text: "2026" }), "special");
  assert.equal(kindOf({ __type__: "dict", items: [[{ __type__: "tuple", text: "(1, 2)" }, "x"]] }), "branch");
  assert.deepEqual(entriesOf({ __type__: "dict", items: [[{ __type__: "tuple", text: "(1, 2)" }, "x"], [5, "y"]] }), [['"(1, 2)"', "x"], ["5", "y"]]);
  assert.deepEqual(entriesOf({ __type__: "set", items: ["a"] }), [["0", "a"]]);
  assert.equal(kindOf([]), "empty");
  assert.equal(kindOf(null), "plain");
  assert.equal(preview([1, 2]), "2 items");
});

test("a profile's histogram keeps empty bins empty and small ones visible", () => {
  const bars = profile.bars([{ count: 0 }, { count: 1 }, { count: 100_000 }]);
  assert.deepEqual(bars.map(({ height }) => height), [0, 1.5, profile.HEIGHT]);
  assert.ok(bars.every(({ x, width }) => x + width <= profile.WIDTH));
});

test("a profile says ranges, estimates and gaps", () => {
  assert.equal(profile.range({ min: 0.01, max: 9912.5 }), "0.01 – 9,912.5");
  assert.equal(profile.range({ min: null, max: null }), "");
  assert.equal(profile.distinct({ distinct: 1_911_040, distinct_is_estimate: true }), "≈ 1.9M");
  assert.equal(profile.missing({ missing: 812 }, 1_911_040), "812 · 0.04 %");
  assert.equal(profile.range({ min: "2026-01-10T10:00:00", max: "2026-01-10T10:00:00" }), "2026-01-10 10:00:00");
  assert.deepEqual(profile.middle({ quantiles: null, mean: null }), []);
});
