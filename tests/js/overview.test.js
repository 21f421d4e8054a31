import assert from "node:assert/strict";
import { before, test } from "node:test";
import { t } from "../../webapp/static/js/i18n.js";
import { countsOf, total } from "../../webapp/static/js/panels/facets.model.js";
import { pagerWords, spell, timeOf } from "../../webapp/static/js/panels/joblist.model.js";
import { kpis } from "../../webapp/static/js/panels/kpis.model.js";
import * as queues from "../../webapp/static/js/panels/queues.model.js";
import * as running from "../../webapp/static/js/panels/running.model.js";
import { ceiling, columns, isEmpty, summary } from "../../webapp/static/js/panels/throughput.model.js";
import * as workers from "../../webapp/static/js/panels/workers.model.js";
import { goldens, speakEnglish } from "./support.js";

before(speakEnglish);

const NOW = 1_795_360_400_022;
const events = goldens();
const totals = events["overview-totals"].value;
const figures = events["overview-figures"].value;
const byKey = (...given) => Object.fromEntries(kpis(...given).map((kpi) => [kpi.key, kpi]));

test("each figure names its window", () => {
  const said = byKey(totals, figures, NOW);
  assert.deepEqual([said.queued.value, said.queued.note], ["1,284", "oldest waits 4 min 2 s"]);
  assert.deepEqual([said.started.value, said.started.note], ["5", "on 6 workers, 1 idle"]);
  assert.deepEqual([said.finished.value, said.finished.note], ["312", "last 5 min · 297 arrive"]);
  assert.deepEqual([said.failed.label, said.failed.value, said.failed.note], ["Failed, last hour", "7", "0.04 % of 18,690"]);
  assert.deepEqual([said.start.value, said.start.note], ["≈ 4 min", "default · high: at once"]);
});

test("before enough is recorded a figure says since when", () => {
  const young = { ...figures, finished: { ...figures.finished, covered_s: 120 }, failed: { ...figures.failed, covered_s: 120 } };
  const said = byKey(totals, young, NOW);
  assert.equal(said.finished.note, "since 15:11 · 297 arrive");
  assert.deepEqual([said.failed.label, said.failed.note], ["Failed, since 15:11", "0.04 % of 18,690"]);
});

test("what is not recorded is no number, and says why", () => {
  const none = { ...figures, recording: false, finished: { ...figures.finished, per_minute: null, covered_s: 0 } };
  const said = byKey(totals, none, NOW);
  assert.deepEqual([said.finished.value, said.finished.empty], ["—", true]);
  assert.match(said.finished.note, /operations does not run/);
});

test("a queue without a worker starts nothing", () => {
  const said = byKey(totals, { ...figures, start_in: [{ queue: "gpu", seconds: null, why: "no worker" }] }, NOW);
  assert.deepEqual([said.start.value, said.start.note], ["—", "gpu: no worker listens"]);
});

test("before anything has come there are places, not zeroes", () => {
  assert.deepEqual(kpis(null, null, NOW).map(({ value }) => value), [null, null, null, null, null]);
});

test("the longest running is first, and equals keep their order", () => {
  const rows = [{ id: "b", started_at: 5 }, { id: "a", started_at: 5 }, { id: "c", started_at: 1 }, { id: "d", started_at: null }];
  assert.deepEqual(running.longestFirst(rows).map(({ id }) => id), ["c", "a", "b", "d"]);
});

test("jobs that wait are stuck where no worker is there", () => {
  assert.equal(running.isStuck({ queued: 1, workers: 0 }), true);
  assert.equal(running.isStuck({ queued: 1, workers: 1 }), false);
  assert.equal(running.isStuck({ queued: 0, workers: 0 }), false);
});

test("workers in trouble come first", () => {
  const list = [{ name: "a", state: "idle" }, { name: "b", state: "busy" }, { name: "c", state: "lost" }, { name: "d", state: "no signal" }];
  assert.deepEqual(workers.inOrder(list).map(({ name }) => name), ["c", "d", "b", "a"]);
});

test("a lost worker does not listen", () => {
  const list = [{ state: "lost", queues: ["gpu"] }, { state: "idle", queues: ["default"] }];
  assert.equal(workers.listeningTo(list, "gpu").length, 0);
});

test("the worker command is for the queue that is meant, with a scheduler where one is needed", () => {
  const server = events.hello.server;
  assert.equal(workers.commandFor(server, "default", false), "rq worker high default low");
  assert.equal(workers.commandFor(server, "gpu", false), "rq worker gpu");
  assert.equal(workers.commandFor(server, "default", true), "rq worker high default low --with-scheduler");
});

test("a dotted name is shortened where there is little room, a sentence is not", () => {
  assert.equal(workers.shortTitle("billing.tasks.close_month"), "close_month");
  assert.equal(workers.shortTitle("Profile a CSV."), "Profile a CSV.");
});

test("queues keep their place", () => {
  const list = ["low", "a", "high", "b"].map((name) => ({ name }));
  assert.deepEqual(queues.inOrder(list, ["high", "default", "low"]).map(({ name }) => name), ["high", "low", "a", "b"]);
});

test("what no column says of a queue is said beside its name", () => {
  const queue = { ...events["overview-queue"].value, workers: 0, stalled: 2, scheduler: false, ready: 3 };
  assert.deepEqual(queues.remarks(queue).map(([text]) => text), ["no worker listens", "paused, 40 parked", "12 held", "2 stalled", "no scheduler runs", "3 ready to enqueue"]);
  assert.deepEqual(queues.remarks({ ...events["overview-queue"].value, held: null, paused: null }), []);
});

test("a minute that was not recorded is a gap in the chart", () => {
  const [times, finished] = columns(figures.series);
  assert.deepEqual([times.length, times[1] - times[0], finished[0]], [30, 60, null]);
});

test("the chart is a sentence for those who do not see it", () => {
  assert.match(summary(figures.series), /6,797 in all, at most 312 in a minute; 2 failed/);
  assert.equal(isEmpty({ finished: [null], failed: [null] }), true);
  assert.equal(summary({ from: 0, step_s: 60, finished: [null], failed: [null] }), "No minute is recorded yet.");
  assert.ok(ceiling({ finished: [1], failed: [null] }) > 4);
});

test("pushed counts go before fetched ones", () => {
  const counts = countsOf(["queued", "stopped", "ready_to_enqueue", "created"], { queued: 5, ready: 2 }, { queued: 1, stopped: 3 });
  assert.deepEqual(counts, { queued: 5, stopped: 3, ready_to_enqueue: 2, created: null });
  assert.equal(total(counts), 10);
  assert.equal(total({ queued: null }), null);
});

test("a row says the one duration that matters", () => {
  assert.equal(spell({ status: "started", started_at: NOW - 31_000 }, NOW), "for 31 s");
  assert.equal(spell({ status: "finished", started_at: NOW - 4200, ended_at: NOW }, NOW), "4.2 s");
  assert.equal(spell({ status: "queued", enqueued_at: NOW - 242_000 }, NOW), "waits 4 min 2 s");
  assert.equal(spell({ status: "scheduled", run_at: NOW + 180_000 }, NOW), "in 3 min");
  assert.equal(spell({ status: "scheduled", run_at: NOW - 180_000 }, NOW), "overdue by 3 min");
  assert.equal(spell({ status: null }, NOW), "");
});

test("the time of a row is the one that its list is ordered by", () => {
  assert.equal(timeOf({ ended_at: 7 }, "ended_at"), 7);
  assert.equal(timeOf({ created_at: 3, started_at: 9 }, "latest"), 9);
  assert.equal(timeOf({}, "latest"), null);
});

test("a queue goes on, a history grows older", () => {
  assert.deepEqual(pagerWords("queued"), { prev: "Previous", next: "Next" });
  assert.deepEqual(pagerWords("finished"), { prev: "Newer", next: "Older" });
});

test("where nothing is recorded since Redis is nearly full, that is the reason given", () => {
  const bare = { recording: false, finished: { per_minute: null, covered_s: 0, window_s: 300 }, failed: { count: null, covered_s: 0, window_s: 3600 }, start_in: [] };
  const idle = { queued: 0, started: 0, workers: 0, idle: 0 };
  const note = (figures) => kpis(idle, figures, NOW).find(({ key }) => key === "finished").note;
  assert.equal(note({ ...bare, isFull: true }), t("kpi.nearly_full"));
  assert.equal(note(bare), t("kpi.not_recorded"));
});
