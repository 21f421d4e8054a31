/** The Jobs page: its columns and why some cannot be sorted by, saved views, and how a search stands. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { countOf, countsOf, stoppedOf, unlistedOf } from "../../webapp/static/js/panels/facets.model.js";
import { setAside } from "../../webapp/static/js/panels/joblist.model.js";
import { COLUMNS, columnsOf, DEFAULT, instead, isOther, isTurned, ran, sorting, textOf, waited, widthOf } from "../../webapp/static/js/panels/jobs/columns.model.js";
import { entriesOf, fraction, isOver, standing } from "../../webapp/static/js/panels/jobs/results.model.js";
import { isShown, MOST_VIEWS, parsed, suggested, viewOf, without, withView } from "../../webapp/static/js/panels/jobs/views.model.js";
import { narrowed } from "../../webapp/static/js/query.model.js";
import { speakEnglish, words } from "./support.js";

before(speakEnglish);

const NOW = 1_795_360_400_022;
const FINISHED = { order: "expiry", order_field: "ended_at", way: "desc" };

test("chosen columns stand in the order of the table, and the job is always among them", () => {
  assert.deepEqual(columnsOf("ran,queue,nonsense"), ["job", "queue", "ran"]);
  assert.deepEqual(columnsOf(""), DEFAULT);
  assert.deepEqual(columnsOf(null), DEFAULT);
  assert.equal(textOf(["status", "job"]), "job,status");
  assert.equal(textOf([...DEFAULT].reverse()), "", "the choice of everybody is none");
  assert.equal(widthOf(["job", "ran"]), 324);
});

test("a list says how many jobs are set aside: of its queue, or of all, where it is one of jobs that wait", () => {
  const known = { queues: [{ name: "mail", held: { jobs: 12 }, paused: { parked: 3 } }, { name: "other", held: null, paused: null }], totals: { held: 12, parked: 3 } };
  assert.deepEqual(setAside("mail", "queued", known), { held: 12, parked: 3 });
  assert.deepEqual(setAside("", "", known), { held: 12, parked: 3 });
  assert.equal(setAside("mail", "failed", known), null);
  assert.equal(setAside("other", "queued", known), null);
});

test("a list can be turned round by the time that its order follows, and by no other column", () => {
  assert.deepEqual(sorting("time", FINISHED), { turn: "asc", sorted: "descending" });
  assert.deepEqual(sorting("ended", FINISHED), { turn: "asc", sorted: "descending" });
  assert.deepEqual(sorting("enqueued", { order_field: "enqueued_at", way: "asc" }), { turn: "desc", sorted: "ascending" });
  const texts = words("en");
  for (const name of Object.keys(COLUMNS)) {
    for (const page of [FINISHED, { order_field: "latest", way: null }, null]) {
      const { why, turn } = sorting(name, page);
      assert.ok(turn ? ["time", "ended"].includes(name) : why in texts, name);
    }
  }
  assert.equal(sorting("started", FINISHED).why, "jobs.why.time");
  assert.equal(sorting("time", null).why, "jobs.why.found");
});

test("whether a page is turned round depends on the end at which its list begins", () => {
  assert.equal(isTurned(FINISHED), false);
  assert.equal(isTurned({ order: "expiry", way: "asc" }), true);
  assert.equal(isTurned({ order: "queue", way: "asc" }), false);
  assert.equal(isTurned({ order: "queue", way: "desc" }), true);
  assert.equal(isTurned({ order: "merged", way: null }), false);
});

test("instead of sorting by a duration one can search for long ones", () => {
  assert.equal(instead("ran"), "run>1m");
  assert.equal(instead("waited"), "wait>5m");
  assert.equal(instead("queue"), "");
});

test("a wait and a run are told from the times of the last run only", () => {
  const row = { enqueued_at: NOW - 10_000, started_at: NOW - 4_000, ended_at: NOW - 1_000, status: "finished" };
  assert.deepEqual([waited(row, NOW), ran(row, NOW)], [6, 3]);
  const again = { ...row, status: "queued", enqueued_at: NOW - 500 };
  assert.equal(waited(again, NOW), 0.5);
  assert.equal(waited({ ...again, status: "failed" }, NOW), null, "it was started before it was queued anew");
  assert.equal(ran({ ...row, ended_at: NOW - 9_000 }, NOW), null, "it ended before it was started anew");
  assert.equal(ran({ ...row, status: "started" }, NOW), 4);
  assert.equal(ran({ status: "queued" }, NOW), null);
});

test("progress concerns one column, anything else of a row all of them", () => {
  const before = { id: "a", status: "started", title: "Send", progress: { fraction: 0.1 } };
  const redrawn = (change) => Object.keys(COLUMNS).filter((name) => isOther(name, { ...before, ...change }, before));
  assert.deepEqual(redrawn({}), []);
  assert.deepEqual(redrawn({ progress: { fraction: 0.2 } }), ["spell"]);
  assert.deepEqual(redrawn({ status: "finished" }), Object.keys(COLUMNS));
});

test("a view keeps what is looked at and with which columns, and not the place in it", () => {
  const [view] = withView([], " on call ", { status: "failed", queue: "", cursor: "abc" }, ["job", "worker"]);
  assert.deepEqual(view, { name: "on call", query: { status: "failed", columns: "job,worker" } });
  assert.deepEqual(viewOf({ q: "x", status: "failed", order: "asc" }), { q: "x" });
  assert.ok(isShown(view, { status: "failed", cursor: "b" }, ["job", "worker"]));
  assert.ok(!isShown(view, { status: "failed" }, DEFAULT));
  assert.ok(!isShown(view, { status: "failed", queue: "mail" }, ["job", "worker"]));
});

test("a view is replaced by its name and taken away by it", () => {
  const views = withView(withView([], "a", { q: "1" }, DEFAULT), "b", { q: "2" }, DEFAULT);
  assert.deepEqual(withView(views, "a", { q: "3" }, DEFAULT).map(({ query }) => query.q), ["3", "2"]);
  assert.deepEqual(without(views, "a").map(({ name }) => name), ["b"]);
});

test("what else stands in the storage of the browser is no view", () => {
  const sound = { name: "a", query: { q: "x" } };
  assert.deepEqual(parsed(JSON.stringify([sound, null, 5, { name: 7 }, { name: "b" }, { name: "c", query: { q: 1 } }])), [sound]);
  for (const text of ["", "{", "{}", "null", "5"]) assert.deepEqual(parsed(text), []);
  assert.equal(parsed(JSON.stringify(Array.from({ length: 80 }, () => sound))).length, MOST_VIEWS);
});

test("a view has a name to begin with", () => {
  assert.equal(suggested({ q: "status:failed" }, []), "status:failed");
  assert.equal(suggested({}, ["Failed", "", "mail"]), "Failed · mail");
});

const S = { state: "running", scanned: 312_000, total: 1_000_000, found: 42, kept: 42, facets: {}, error: null };

test("each state of a search says what it means", () => {
  assert.equal(standing(S).text, "Searched 312,000 of 1,000,000 · 42 found");
  assert.equal(standing({ ...S, total: null, scanned: 1 }).text, "Searched 1 job · 42 found");
  assert.match(standing({ ...S, state: "stopped" }).advice, /not searched/);
  assert.match(standing({ ...S, state: "full", kept: 10_000 }).advice, /first 10,000 .* Narrow/);
  assert.match(standing({ ...S, state: "done", found: 0 }).advice, /No job fits/);
  assert.equal(standing({ ...S, state: "done" }).advice, "");
  assert.deepEqual([standing({ ...S, state: "failed" }).tone, standing({ ...S, state: "waiting" }).tone], ["bad", "busy"]);
  for (const state of ["waiting", "running"]) {
    const told = standing({ ...S, state, error: { code: "no_operations", message: "Nobody searches.", fix: "Start it." } });
    assert.deepEqual(told, { text: "Nobody searches.", advice: "Start it.", tone: "warn" });
  }
});

test("how far a search is, is known where it is known how much there is", () => {
  assert.equal(fraction(S), 0.312);
  assert.equal(fraction({ ...S, total: null }), null);
  assert.equal(fraction({ ...S, state: "done", total: 0 }), 1);
  assert.deepEqual(["waiting", "running", "done", "stopped", "full", "failed"].map((state) => isOver({ state })), [false, false, true, true, true, true]);
});

test("a facet of a search begins with what is most frequent and ends with the rest", () => {
  assert.deepEqual(entriesOf({ b: 2, "…": 9, a: 2, c: 5 }), { entries: [["c", 5], ["a", 2], ["b", 2]], rest: 9 });
  assert.deepEqual(entriesOf(undefined), { entries: [], rest: 0 });
});

test("what is typed while a list is shown is looked for in that list", () => {
  const list = { queue: "mail", status: "failed" };
  assert.equal(narrowed("timeout", list), "timeout status:failed queue:mail");
  assert.equal(narrowed("a or b", list), "(a or b) status:failed queue:mail");
  assert.equal(narrowed("x status:queued", list), "x status:queued queue:mail");
  assert.equal(narrowed("x -queue:web", list), "x -queue:web status:failed");
  assert.equal(narrowed("6f0c7d1e-0000-4000-8000-000000000000", list), "6f0c7d1e-0000-4000-8000-000000000000");
  assert.equal(narrowed("timeout", {}), "timeout");
});

test("a queue counts its jobs of one status, or of all", () => {
  const queue = { queued: 3, failed: 1, ready: 2 };
  assert.deepEqual([countOf(queue, ""), countOf(queue, "failed"), countOf(queue, "ready_to_enqueue"), countOf(queue, "stopped")], [6, 1, 2, null]);
  assert.equal(countsOf(["failed"], { failed: 4 }, { failed: 1 }).failed, 4, "what is pushed is newer than what came with the list");
});

test("stopped jobs are counted where all failed ones were looked at, and told as a least number before", () => {
  const board = { queues: { a: 2, b: 1 }, whole: true };
  assert.deepEqual([stoppedOf(board, ""), stoppedOf(board, "b"), stoppedOf(board, "c")].map(({ n }) => n), [3, 1, 0]);
  assert.deepEqual(stoppedOf({ ...board, whole: false }, "a"), { n: 2, more: true });
  assert.deepEqual(stoppedOf({ queues: {}, whole: false }, ""), { n: null, more: false });
  assert.deepEqual(stoppedOf(null, ""), { n: null, more: false });
});

test("what the recorder lists is counted while it is sure of it", () => {
  const board = { created: { a: 2, b: 1 }, rate_limited: {}, sure: "all" };
  assert.deepEqual(unlistedOf(board, "created", ""), { n: 3, more: false });
  assert.deepEqual(unlistedOf(board, "rate_limited", "a"), { n: 0, more: false });
  assert.deepEqual(unlistedOf({ ...board, sure: "more" }, "created", "b"), { n: 1, more: true });
  for (const unknown of [null, { ...board, sure: null }]) assert.equal(unlistedOf(unknown, "created", "").n, null);
  assert.equal(unlistedOf(board, "queued", "").n, null);
});
