/** What the page says of an operation: before it starts, while it runs, at its end. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { about, deedsOf, fraction, left, listed, progressWords, reason, refusals, summary, title, undoLeft, undoWords } from "../../webapp/static/js/panels/operations/operation.model.js";
import { firstOptions, queueWarning, read } from "../../webapp/static/js/panels/operations/options.model.js";
import { facetsOf, lookedWords, promise, runsWords, skippedWords } from "../../webapp/static/js/panels/operations/which.model.js";
import { speakEnglish } from "./support.js";

before(speakEnglish);

const operation = (more = {}) => ({
  id: "o", verb: "delete", of: { q: "status:failed" }, options: {}, state: "running", total: 12_403, done: 8_000, refused: { moved: 100, taken: 20 },
  refused_sample: [{ job: "j1", code: "moved" }, { job: "j2", code: "taken" }], more: false, facets: {}, skipped: {}, runs: {}, actor: "kim", asked_at: 0,
  started_at: 1, ended_at: null, per_second: 1_900, undo_until: null, undo_jobs: 0, undone_by: null, message: null, scanned: 0, expected: null, ...more,
});

test("while it runs it says how far, how fast and how long still, of what Redis says alone", () => {
  assert.equal(title(operation()), "Deleting 12,403 jobs");
  assert.equal(progressWords(operation()), "8,120 of 12,403 · 1,900/s · 2 s left");
  assert.equal(fraction(operation()), 8_120 / 12_403);
  assert.equal(progressWords(operation({ per_second: null })), "8,120 of 12,403");
  assert.equal(left(operation({ state: "paused" })), null);
  assert.equal(fraction(operation({ state: "collecting", total: 5 })), null);
});

test("at its end it says what was done, not what was asked for", () => {
  assert.equal(title(operation({ state: "done", done: 1 })), "1 job deleted");
  assert.equal(title(operation({ state: "canceled", verb: "requeue", done: 19 })), "19 jobs requeued");
  assert.equal(fraction(operation({ state: "done", done: 0 })), 1);
});

test("it can be paused while it runs, resumed while it stands, canceled until its end", () => {
  assert.deepEqual(["running", "trying", "paused", "halted", "done"].map((state) => deedsOf({ state }).join()), ["pause,cancel", "pause,cancel", "resume,cancel", "resume,cancel", ""]);
});

test("undo counts down by the server's clock, and is offered once, for what was kept", () => {
  const over = { state: "done", undo_until: 70_000, undo_jobs: 3 };
  assert.equal(undoLeft(operation(over), 10_000), 60);
  assert.equal(undoLeft(operation(over), 69_999), 1);
  assert.equal(undoLeft(operation(over), 70_000), null);
  assert.equal(undoLeft(operation({ ...over, undone_by: "x" }), 10_000), null);
  assert.equal(undoLeft(operation({ ...over, undo_jobs: 0 }), 10_000), null);
  assert.equal(undoLeft(operation({ ...over, state: "running" }), 10_000), null);
  assert.equal(undoWords(operation({ ...over, done: 3 }), 10_000), "");
  assert.equal(undoWords(operation({ ...over, done: 9 }), 10_000), "3 of them can be put back, as was said before.");
  assert.equal(undoWords(operation({ ...over, done: 9 }), 70_000), "");
});

test("refusals are told by reason, the most frequent first, with a few jobs each", () => {
  assert.deepEqual(refusals(operation()), [
    { code: "moved", text: "100 had moved on since they were collected", jobs: ["j1"] },
    { code: "taken", text: "20 had just been taken by a worker", jobs: ["j2"] },
  ]);
  assert.equal(refusals(operation({ refused: { new_code: 1 } }))[0].text, "1 refused (new_code)");
});

test("who asked for it, for what and when", () => {
  assert.match(about(operation(), 1), /^status:failed · kim, /);
  assert.match(about(operation({ of: { queue: "mail", status: "queued" } }), 1), /^Queued · mail · kim/);
  assert.match(about(operation({ of: { ids: ["a"], count: 300 } }), 1), /^300 selected jobs · /);
  assert.match(about(operation({ of: { operation: "x" } }), 1), /^kim, /);
  assert.doesNotMatch(about(operation({ actor: "anyone" }), 1), /anyone/);
});

test("why it stands still is said with the next step, also for a reason that is new", () => {
  assert.match(reason(operation({ message: { code: "no_operations" } })).fix, /webapp\.operations/);
  assert.match(reason(operation({ message: { code: "unheard_of" } })).text, /unheard_of/);
  assert.equal(reason(operation()), null);
  assert.equal(reason(operation({ state: "trying", options: { first: 5, need: 4 } })).text, "5 jobs are tried first: the others follow if 4 of them finish.");
});

test("what ended stays listed for an hour", () => {
  const [old, fresh, open] = [operation({ state: "done", ended_at: 0 }), operation({ state: "done", ended_at: 3_000_000 }), operation()];
  assert.deepEqual(listed([old, fresh, open], 3_700_000), [fresh, open]);
});

test("the indicator says the worst of all", () => {
  assert.equal(summary([]), null);
  assert.deepEqual(summary([operation({ total: 10, done: 4, refused: {} })]), { text: "Deleting · 40 %", short: "40 %", tone: "busy", fraction: 0.4, isBusy: true });
  assert.equal(summary([operation({ total: 10, done: 4, refused: {} }), operation({ total: 10, done: 8, refused: {} })]).text, "2 operations · 60 %");
  assert.equal(summary([operation(), operation({ state: "halted" })]).tone, "bad");
  assert.equal(summary([operation({ state: "collecting" })]).fraction, null);
  assert.deepEqual(summary([operation({ state: "done" })]), { text: "1 operation ended", short: "1", tone: "ok", fraction: null, isBusy: false });
});

test("exactly which jobs: by status, queue and function, and how many of further names", () => {
  const facets = { status: { failed: 9, stopped: 1 }, queue: { a: 1, b: 2, c: 3, d: 1, e: 1, f: 1, "…": 1 }, func: {} };
  const [status, queue, ...rest] = facetsOf({ facets });
  assert.deepEqual(status.lines.map(({ word, n }) => [word, n]), [["Failed", 9], ["Stopped", 1]]);
  assert.deepEqual([queue.lines[0].word, queue.lines.length, queue.others], ["c", 5, 2]);
  assert.equal(rest.length, 0);
});

test("what is left out is counted with its reason", () => {
  assert.equal(skippedWords({ skipped: {} }), "");
  assert.equal(skippedWords({ skipped: { finished: 7, started: 30, missing: 1 } }), "38 are left out, since this does not fit them: 30 running, 7 finished, 1 no longer there");
});

test("how far it has looked, and how often jobs have run", () => {
  assert.equal(lookedWords({ scanned: 3_200, expected: 12_500 }), "3,200 of about 12,500 looked at");
  assert.equal(lookedWords({ scanned: 3_200, expected: null }), "3,200 looked at");
  assert.equal(runsWords({ runs: { 1: 8, "3+": 2 } }), "8 ran once before, 2 ran three times or more");
});

test("an undo is promised for what there is room for, and no more", () => {
  assert.equal(promise({ total: 5, undo_jobs: 5 }).isAll, true);
  assert.match(promise({ total: 1_000, undo_jobs: 400, undo_why: { code: "share" } }).text, /^Only 400 of the 1,000 .* 64 MB/);
  const short = promise({ total: 5, undo_jobs: 0, undo_why: { code: "memory", percent: 84 } });
  assert.equal(short.text, "What is deleted cannot be put back: Redis is at 84 % of its memory.");
});

test("the options of a requeue are checked where they are typed", () => {
  const raw = firstOptions("requeue");
  assert.deepEqual(read("requeue", raw), { options: { rate: 50, first: 0, need: 0, halt_after: 20 }, errors: {} });
  assert.deepEqual(read("requeue", { ...raw, tries: true }).options, { rate: 50, first: 5, need: 4, halt_after: 20 });
  assert.deepEqual(Object.keys(read("requeue", { ...raw, rate: "fast" }).errors), ["rate"]);
  assert.deepEqual(Object.keys(read("requeue", { ...raw, tries: true, first: "3", need: "4" }).errors), ["need"]);
  assert.deepEqual(Object.keys(read("requeue", { ...raw, tries: true, first: "0", need: "0" }).errors), ["first"]);
  assert.deepEqual(read("delete", {}), { options: {}, errors: {} });
});

test("moving to where nobody listens is warned of", () => {
  const queues = [{ name: "mail", workers: 2 }, { name: "old", workers: 0 }];
  assert.equal(queueWarning("mail", queues), "");
  assert.match(queueWarning(" old ", queues), /^No worker listens to old/);
  assert.match(queueWarning("new", queues), /^There is no queue new yet/);
  assert.deepEqual(read("move", { queue: " " }).errors, { queue: "Name the queue." });
});

test("a halt by the same failure names its cause, and leads to it and to a job", () => {
  const cause = { id: "abc", kind: "exception", type: "RuntimeError", message: "no money" };
  const why = reason(operation({ state: "halted", message: { code: "same_failure", count: 20, cause, job: "j9" } }));
  assert.equal(why.text, "20 in a row failed the same way: RuntimeError: no money.");
  assert.deepEqual([why.cause, why.job], ["abc", "j9"]);
  assert.equal(reason(operation({ message: { code: "too_few", finished: 1, first: 5, need: 4, gone: 0 } })).text, "1 of the first 5 finished; 4 had to.");
});
