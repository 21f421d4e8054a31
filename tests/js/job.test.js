import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fractionOf, reached, speed, timeLeft } from "../../webapp/static/js/components/progress.model.js";
import { asText as copied, entriesOf, kindOf, preview } from "../../webapp/static/js/components/tree.model.js";
import * as profile from "../../webapp/static/js/components/views/profile.model.js";
import { running, untraced } from "../../webapp/static/js/panels/job/attempts.model.js";
import { callbackText, details, facts, sender, webhookText } from "../../webapp/static/js/panels/job/facts.model.js";
import { asText, blocks, runsOf, runWithin } from "../../webapp/static/js/panels/job/log.model.js";
import { repeats, retries, retryWaits } from "../../webapp/static/js/panels/job/plans.model.js";
import { stepsOf } from "../../webapp/static/js/panels/job/steps.model.js";
import { firstTab, openTab, tabsOf } from "../../webapp/static/js/panels/job/tabs.model.js";
import { goldens, speakEnglish } from "./support.js";

before(speakEnglish);

const { job } = goldens().job;
const NOW = goldens().job.as_of;
const place = () => "web-a:4121";
const once = { attempts: [], submitted: null };
const steps = (changes) => stepsOf({ ...job, ...once, ...changes }, NOW, "UTC", place);
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
  assert.equal(notes({ ...waiting, status: "deferred", depends_on: ["a", "b"] })[1], "depends on 2 jobs");
  assert.equal(notes({ ...waiting, status: "deferred", depends_on: ["a"], depends_on_total: 3 })[1], "depends on 3 jobs", "also on those that may not be shown");
});

test("a canceled job that never ran is not shown as if it had", () => {
  const { steps: four } = steps({ status: "canceled", started_at: null, ended_at: null });
  assert.deepEqual(four.map(({ begun }) => begun), [true, true, false, true]);
});

test("time before the queue is a step of its own, with its reason where it is known", () => {
  const created_at = job.enqueued_at - 242_000;
  const plain = { created_at, retries_left: null };
  const second = (changes) => steps({ ...plain, ...changes }).steps[1];
  assert.deepEqual([second({}).key, second({}).note], ["before", "4 min 2 s"]);
  assert.match(second({}).title, /RQ does not keep what it waited for/);
  assert.equal(second({ depends_on: ["a"] }).key, "deferred");
  assert.equal(second({ rate_limit: { key: "api" } }).key, "rate_limited");
  assert.equal(second({ depends_on: ["a"], retries_left: 1 }).key, "before", "it may have been a retry");
  assert.match(second({ attempts: [{ at: job.enqueued_at - 1_000 }] }).title, /it ran before/);
  assert.equal(steps({ created_at: job.enqueued_at - 90 }).steps.length, 4);
});

test("where RQ keeps no end, that of the result is taken, or nothing is claimed", () => {
  const stopped = { status: "stopped", ended_at: null, worker: null };
  assert.deepEqual(notes({ ...stopped, attempts: [{ at: NOW, ended_at: null }] }).slice(2), ["31 s", "15:13:20"]);
  assert.deepEqual(notes({ ...stopped, attempts: [{ at: job.started_at - 9_000, ended_at: null }] }).slice(2), ["", "RQ kept no time"]);
  const canceled = { status: "canceled", started_at: null, ended_at: null, canceled_at: NOW };
  assert.deepEqual(notes(canceled).slice(1), ["waited 31 s", "did not run", "15:13:20"]);
});

test("a job that waits again is not shown as running, and says how long its last run took", () => {
  const again = steps({ status: "scheduled", run_at: NOW + 60_000, started_at: NOW - 2_000, ended_at: NOW - 1_000 });
  assert.deepEqual([again.steps[2].note, again.steps[2].begun], ["last run took 1 s", false]);
});

test("runs of which RQ keeps nothing are counted where that can be known", () => {
  const retried = { ...job, status: "queued", ended_at: NOW - 1_000, attempts: [], submitted: { retries: 3 }, retries_left: 1 };
  assert.deepEqual(untraced(retried), { n: 2, exact: true });
  assert.equal(untraced({ ...retried, retries_left: 3 }), null);
  assert.deepEqual(untraced({ ...retried, submitted: null }), { n: 1, exact: false });
  assert.equal(untraced({ ...retried, submitted: null, attempts: [{ at: NOW - 900, ended_at: null }] }), null);
  assert.equal(untraced({ ...retried, submitted: null, status: "failed" }), null);
  assert.equal(running({ ...job, status: "queued" }), null);
  assert.equal(running(job).started_at, job.started_at);
});

const said = (changes) => Object.fromEntries(facts({ ...job, ...changes }, NOW, place).map(({ key, text }) => [key, text]));

test("the facts are said in words", () => {
  assert.equal(said({})["facts.times_out_in"], "9 min 29 s");
  assert.equal(said({})["facts.heartbeat"], "12 s ago, at least every 30 s");
  assert.equal(said({ heartbeat: { at: NOW - 99_000, deadline: NOW - 9_000 } })["facts.heartbeat"], "1 min 39 s ago, overdue for 9 s: RQ gives this run up");
  assert.equal(said({})["facts.retries"], "2 left: after 10 s, then 1 min");
  assert.equal(said({})["facts.kept_for"], "1 day; a failure 365 days");
  assert.equal(said({ timeout: -1 })["facts.timeout"], "no limit");
  assert.equal(said({ status: "finished", expires_at: NOW + 432_000 })["facts.forgotten_in"], "7 min 12 s, at 15:20:32");
  assert.equal(said({ status: "queued", expires_at: NOW + 61_000 })["facts.given_up_in"], "1 min 1 s, at 15:14:21");
  assert.ok(!("facts.heartbeat" in said({ heartbeat: null })));
});

test("who submitted it, by which way, and from where", () => {
  assert.equal(sender(job), "local · on the page · through web-a:8000 · from 10.0.0.7");
  assert.equal(sender({ actor: "ada", submitted: null }), "ada");
  assert.equal(sender({ actor: null, submitted: null }), "a program; not through RQ Live");
});

test("retries wait as RQ will count them, repeats as it does", () => {
  assert.deepEqual(retryWaits({ retries_left: 3, retry_intervals: [10, 60] }), [10, 10, 60]);
  assert.deepEqual(retryWaits({ retries_left: 1, retry_intervals: [10, 60] }), [60]);
  assert.equal(retries({ retries_left: 3, retry_intervals: [10, 60] }), "3 left: after 2 × 10 s, then 1 min");
  assert.equal(retries({ retries_left: 2, retry_intervals: [0] }), "2 left: at once");
  assert.equal(retries({ retries_left: 0, retry_intervals: [0] }), "0 left");
  assert.equal(repeats({ repeats_left: 5, repeat_intervals: [20] }), "5 more: every 20 s");
  assert.equal(repeats({ repeats_left: 3, repeat_intervals: [1, 2] }), "3 more: after 1 s, then 2 × 2 s");
  assert.equal(repeats({ repeats_left: 0 }), "no more");
  assert.equal(repeats({ repeats_left: null }), null);
});

test("details leave out what is not stored", () => {
  const keys = details(job, NOW).map(({ key }) => key);
  assert.ok(keys.includes("details.func"));
  assert.ok(!keys.includes("details.rate_limit"));
  assert.ok(!keys.includes("details.allow_failure"));
});

test("who is told when it ends is said without secrets", () => {
  assert.equal(callbackText(job.callbacks[0]), "on failure: app.alerts.tell, within 1 min");
  assert.equal(webhookText(job.webhooks[0]), "when finished: POST https://hooks.example/rq?… (with Authorization: •••)");
});

test("a job opens on what one came to see", () => {
  assert.equal(firstTab({ ...job, status: "finished", result: {} }), "result");
  assert.equal(firstTab({ ...job, status: "failed" }), "attempts");
  assert.equal(firstTab(job), "log");
  assert.equal(firstTab({ ...job, log: { lines: 0, supported: false } }), "arguments");
  assert.equal(openTab("details", job), "details");
  assert.equal(openTab("nonsense", job), "log");
  assert.equal(firstTab({ ...job, status: "deferred", depends_on: ["a"] }), "graph");
});

test("a job has the tab of dependencies only where it has any, or had while one looked", () => {
  assert.ok(!tabsOf(job).includes("graph"));
  assert.ok(tabsOf({ ...job, dependents_total: 2 }).includes("graph"));
  assert.ok(tabsOf(job, true).includes("graph"));
  assert.equal(openTab("graph", job), "log");
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

test("the log of one attempt is that of the run which began in its time", () => {
  const line = (run, at) => ({ id: `${at}-0`, run, at });
  const runs = runsOf([line("a", 1_000_000), line("a", 1_004_000), line("b", 1_060_000), line("b", 1_061_000)]);
  assert.deepEqual(runs, [{ run: "a", from: 1_000_000, to: 1_004_000 }, { run: "b", from: 1_060_000, to: 1_061_000 }]);
  assert.equal(runWithin(runs, { from: 1_000_200, to: 1_004_100 }).run, "a");
  assert.equal(runWithin(runs, { from: 1_059_900, to: null }).run, "b");
  assert.equal(runWithin(runs, { from: 1_030_000, to: 1_031_000 }), null);
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

test("an object that a pickle names opens, and is called by its class", () => {
  const order = { __type__: "object", text: "shop.Order", state: { number: 7 }, args: ["x"] };
  assert.equal(kindOf(order), "branch");
  assert.deepEqual(entriesOf(order), [["argument 1", "x"], ["number", 7]]);
  assert.equal(preview(order), "shop.Order · 2 fields");
  assert.equal(kindOf({ __type__: "object", text: "shop.Order" }), "special");
  const pairs = { __type__: "dict", items: [{ __type__: "tuple", items: [5, "y"] }, { __type__: "truncated", text: "…" }] };
  assert.deepEqual(entriesOf(pairs), [["5", "y"], ["…", { __type__: "truncated", text: "…" }]]);
});

test("a value is copied as JSON, a text as it is", () => {
  assert.equal(copied("a\nb"), "a\nb");
  assert.equal(copied({ n: 1, when: { __type__: "date", text: "2026-11-22" }, big: { __type__: "int", text: "36893488147419103232" } }), '{\n  "n": 1,\n  "when": "2026-11-22",\n  "big": "36893488147419103232"\n}');
  assert.equal(copied({ __type__: "tuple", items: [1, "a"] }), '[\n  1,\n  "a"\n]');
  assert.deepEqual(JSON.parse(copied({ __type__: "object", text: "Order", state: { a: 1 } })), { Order: { a: 1 } });
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
