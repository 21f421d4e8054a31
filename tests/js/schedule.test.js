import assert from "node:assert/strict";
import { test } from "node:test";
import { setMessages } from "../../webapp/static/js/i18n.js";
import { cadence, marks, nextWords, remarksOf, runsSentence } from "../../webapp/static/js/panels/schedule/cron.model.js";
import { barsOf, barWords, loadSentence } from "../../webapp/static/js/panels/schedule/load.model.js";
import { dueWords, placeOf, planWords, unserved } from "../../webapp/static/js/panels/schedule/schedule.model.js";
import { speakEnglish, words } from "./support.js";

const NOW = Date.UTC(2026, 10, 22, 14, 2, 0);
const plan = (more = {}) => ({ repeats_left: null, repeat_every: null, retries_left: null, ran_before: false, ...more });
const cron = (more = {}) => ({
  key: "k", name: "hello", func: "a.hello", queue: "default", interval: 60, cron: null, state: "on_time", next_at: NOW + 30_000,
  last_at: NOW - 30_000, doubled: 1, heard_at: NOW - 30_000, runs: [], left_out: 0, overlaps: false, about_every: null, ...more,
});
const run = (id, status, seconds = 2, at = NOW) => ({ id, status, seconds, at });

speakEnglish();

test("a job to come counts down, is due, then overdue; the clocks of two machines make nothing late", () => {
  assert.deepEqual(dueWords(NOW + 242_000, NOW), { text: "in 4 min 2 s", late: false });
  assert.deepEqual(dueWords(NOW + 400, NOW), { text: "due now", late: false });
  assert.deepEqual(dueWords(NOW - 5_000, NOW), { text: "due now", late: false });
  assert.deepEqual(dueWords(NOW - 6_000, NOW), { text: "overdue for 6 s", late: true });
  assert.deepEqual(dueWords(null, NOW), { text: "—", late: false });
});

test("what becomes of a job after this run", () => {
  assert.deepEqual(planWords(plan()), []);
  assert.deepEqual(planWords(plan({ repeats_left: 3, repeat_every: 600 })), ["repeats 3 more times, next after 10 min"]);
  assert.deepEqual(planWords(plan({ repeats_left: 1, repeat_every: 600 })), ["repeats once more, after 10 min"]);
  assert.deepEqual(planWords(plan({ repeats_left: 2 })), ["repeats 2 more times"]);
  assert.deepEqual(planWords(plan({ repeats_left: 0, repeat_every: 60 })), ["its last repeat"]);
  assert.deepEqual(planWords(plan({ retries_left: 4, ran_before: true })), ["retry after a failure, 4 more left"]);
  assert.deepEqual(planWords(plan({ retries_left: 0, ran_before: true })), ["retry after a failure, 0 more left"]);
  assert.deepEqual(planWords(plan({ retries_left: 3 })), ["up to 3 retries"]);
  assert.deepEqual(planWords(plan({ repeats_left: 0, retries_left: 2, ran_before: true })), ["its last repeat", "up to 2 retries"]);
});

test("a queue is not served without a scheduler, nor by one that gives no sign", () => {
  const served = { queue: "a", scheduler: { name: "s", host: "web", pid: 7, silent_since: null } };
  const silent = { queue: "b", scheduler: { name: "s", host: null, pid: null, silent_since: NOW } };
  const nobody = { queue: "c", scheduler: null };
  assert.deepEqual(unserved([served, silent, nobody]), [silent, nobody]);
  assert.deepEqual([placeOf(served.scheduler), placeOf(silent.scheduler)], ["web:7", "s"]);
});

test("how often a cron job runs", () => {
  assert.equal(cadence(cron()), "every 1 min");
  assert.equal(cadence(cron({ interval: null, cron: "0 3 * * *" })), "0 3 * * *");
  assert.equal(cadence(cron({ interval: null, about_every: 310 })), "used to run about every 5 min");
  assert.equal(cadence(cron({ interval: null })), "—");
});

test("when it runs next, or why not", () => {
  assert.deepEqual(nextWords(cron(), NOW), { text: "in 30 s", tone: "" });
  assert.deepEqual(nextWords(cron({ state: "missed", next_at: NOW - 3_600_000 }), NOW), { text: "missed by 1 h", tone: "s-bad" });
  for (const state of ["silent", "starting", "gone"]) assert.doesNotMatch(nextWords(cron({ state, next_at: null }), NOW).text, /schedule\.|—/);
});

test("each thing that is wrong with it is said once", () => {
  assert.deepEqual(remarksOf(cron(), NOW), []);
  assert.deepEqual(remarksOf(cron({ doubled: 2, left_out: 3, overlaps: true }), NOW).map(([, tone]) => tone), ["s-bad", "s-warn", "s-warn"]);
  assert.match(remarksOf(cron({ doubled: 2 }), NOW)[0][0], /^Live processes carry it 2 times, so each run comes 2 times/);
  assert.deepEqual(remarksOf(cron({ state: "missed", heard_at: NOW - 90_000 }), NOW), [["its process was last heard 1 min 30 s ago", "s-warn"]]);
});

test("a name that nobody carries is late when it used to run more often", () => {
  const gone = { state: "gone", about_every: 300, last_at: NOW - 3_600_000, heard_at: null };
  assert.deepEqual(remarksOf(cron(gone), NOW), [["has not run for 1 h", "s-warn"]]);
  assert.deepEqual(remarksOf(cron({ ...gone, last_at: NOW - 500_000 }), NOW), []);
  assert.deepEqual(remarksOf(cron({ ...gone, about_every: null }), NOW), []);
});

test("its runs are marks, the oldest first, and a sentence", () => {
  const runs = [run("c", "failed", 0.5), run("b", "finished"), run("a", null, null)];
  assert.deepEqual(marks(runs).map(({ id, tone }) => [id, tone]), [["a", "gone"], ["b", "s-finished"], ["c", "s-failed"]]);
  assert.equal(marks(runs)[2].words, "14:02:00 · Failed · 0.5 s");
  assert.equal(runsSentence(runs), "Of the newest 3 runs: 1 Failed, 1 Finished, 1 no longer kept.");
  assert.equal(runsSentence([]), "");
  assert.match(marks([run("x", "brand_new")])[0].words, /brand_new/);
});

test("the load to come: scheduled jobs, and cron jobs where their next run is", () => {
  const drawn = barsOf({ from: NOW, step: 300, counts: [2, 0, 5] }, [{ next_at: NOW + 1 }, { next_at: NOW + 900_000 }, { next_at: null }]);
  assert.deepEqual(drawn.bars.map(({ jobs, cron: runs }) => [jobs, runs]), [[2, 1], [0, 0], [5, 0]]);
  assert.deepEqual([drawn.top, drawn.total], [5, 7]);
  assert.equal(barWords(drawn.bars[0]), "14:02–14:07: 2 scheduled jobs, 1 cron job");
  assert.equal(loadSentence("Next hour", drawn), "Next hour: 7 scheduled jobs. Most: 14:12–14:17: 5 scheduled jobs.");
  assert.equal(loadSentence("Next hour", barsOf({ from: NOW, step: 300, counts: [0, 0] }, [])), "Next hour: 0 scheduled jobs.");
  assert.equal(barsOf({ from: NOW, step: 300, counts: [0] }, []).top, 1, "nothing is no full bar");
});

test("all of it has words in Korean", () => {
  setMessages("ko", words("ko"));
  const said = [
    dueWords(NOW + 60_000, NOW).text, dueWords(NOW, NOW).text, dueWords(NOW - 60_000, NOW).text, cadence(cron()), cadence(cron({ interval: null, about_every: 60 })),
    ...planWords(plan({ repeats_left: 2, repeat_every: 60, retries_left: 1 })), ...["missed", "silent", "starting", "gone"].map((state) => nextWords(cron({ state, next_at: NOW - 1e6 }), NOW).text),
    ...remarksOf(cron({ doubled: 2, left_out: 1, overlaps: true, state: "missed" }), NOW).map(([text]) => text), runsSentence([run("a", null)]),
  ];
  for (const text of said) assert.match(text, /[가-힣]/, text);
  speakEnglish();
});
