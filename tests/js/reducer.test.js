import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsOf } from "../../webapp/static/js/fallback.model.js";
import { apply, applyAll, initial, keepOnly, LOG_LINES, TYPES, values } from "../../webapp/static/js/reducer.js";
import { goldens } from "./support.js";

const events = goldens();
const all = (...list) => list.reduce(apply, initial());

function frozen(value) {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

test("every golden message is understood, or is the socket's own pong", () => {
  for (const [name, event] of Object.entries(events)) assert.ok([...TYPES, "pong"].includes(event.type), name);
});

test("every type that is understood has a golden message", () => {
  const known = new Set(Object.values(events).map((event) => event.type));
  assert.deepEqual(TYPES.filter((type) => !known.has(type)), []);
});

test("a golden message changes the state, and never the state before it", () => {
  const before = frozen(all(events["overview-running"], events.row, events.job, events["activity-reset"]));
  for (const [name, event] of Object.entries(events)) {
    if (event.type === "pong") continue;
    const start = event.type === "overview" && event.part === "complete" ? frozen(all({ ...events["overview-queue"], key: "unnamed", as_of: 1 })) : before;
    assert.notEqual(apply(start, frozen(event)), start, name);
  }
});

test("an unknown type leaves the page as it is", () => {
  const state = initial();
  assert.equal(apply(state, { type: "weather", who: [] }), state);
  assert.equal(apply(state, { type: "toString" }), state);
});

test("the newer value is kept, whichever came first", () => {
  const older = { ...events["overview-totals"], as_of: 10, value: { queued: 1 } };
  const newer = { ...events["overview-totals"], as_of: 20, value: { queued: 2 } };
  assert.equal(all(older, newer).totals.value.queued, 2);
  assert.equal(all(newer, older).totals.value.queued, 2);
});

test("a hello begins the time anew: after it the clock of Redis may be behind what was told before", () => {
  const [row, totals] = [events.row, events["overview-totals"]];
  const before = all(events.hello, { ...row, as_of: 300_000 }, { ...totals, as_of: 300_000 });
  const late = { ...totals, as_of: 10, value: { queued: 7 } };
  assert.notEqual(apply(before, late).totals.value.queued, 7);
  const greeted = apply(before, events.hello);
  assert.deepEqual(greeted.rows[row.row.id].value, row.row, "what was known is shown until then");
  assert.equal(apply(greeted, late).totals.value.queued, 7);
  assert.deepEqual([before.turns, greeted.turns], [0, 1]);
});

test("what is gone is not brought back by an older read", () => {
  const gone = { ...events["overview-queue-gone"], key: "default", as_of: 20 };
  const late = { ...events["overview-queue"], as_of: 10 };
  assert.deepEqual(values(all(gone, late).queues), []);
});

test("a complete snapshot forgets what it does not name, but nothing that is newer than itself", () => {
  const queue = (name, as_of) => ({ ...events["overview-queue"], key: name, as_of, value: { name } });
  const complete = { ...events["overview-complete"], as_of: 15, keys: { queue: ["kept"], worker: [], running: [] } };
  const state = all(queue("kept", 10), queue("old", 10), queue("fresh", 20), complete);
  assert.deepEqual(values(state.queues).map(({ name }) => name), ["kept", "fresh"]);
});

test("a complete snapshot that names everything changes nothing", () => {
  const state = all(events["overview-queue"]);
  const complete = { ...events["overview-complete"], keys: { queue: ["default"], worker: [], running: [] } };
  assert.equal(apply(state, complete).queues, state.queues);
});

test("an open job is also the row of the list behind it", () => {
  const { job } = events;
  const later = { ...job, as_of: job.as_of + 1, job: { ...job.job, status: "finished" } };
  const state = all(events.row, later);
  assert.equal(state.rows[job.job.id].value.status, "finished");
  assert.deepEqual(Object.keys(all(later).rows), []);
});

test("a job that is gone is a tombstone in every list that showed it, and in no other", () => {
  const { id } = events.gone;
  const state = all(events.row, events["overview-running"], events.gone);
  assert.equal(state.rows[id].value, null);
  assert.equal(state.running[id].value, null);
  assert.equal(state.jobs[id], undefined);
});

test("log lines come in order and none twice", () => {
  const { log } = events;
  const more = { ...log, lines: [log.lines.at(-1), { ...log.lines[0], id: "1795360400100-0" }], last: "1795360400100-0" };
  const { lines, last } = all(log, more).logs[log.job];
  assert.deepEqual(lines.map(({ id }) => id), [...log.lines.map(({ id }) => id), "1795360400100-0"]);
  assert.equal(last, "1795360400100-0");
});

test("ids of log lines are compared as numbers", () => {
  const line = (id) => ({ id, at: 1, run: "a", level: "INFO", text: id });
  const log = (...lines) => ({ type: "log", job: "j", lines, last: lines.at(-1).id, reset: false });
  assert.equal(all(log(line("9-9")), log(line("9-10")), log(line("10-0"))).logs.j.lines.length, 3);
});

test("a reset forgets the log before it", () => {
  assert.deepEqual(all(events.log, events["log-reset"]).logs[events.log.job].lines, []);
});

test("of a long log the oldest lines are dropped and counted", () => {
  const lines = Array.from({ length: LOG_LINES + 7 }, (_, n) => ({ id: `${n + 1}-0`, at: n, run: "a", level: "INFO", text: "" }));
  const { logs } = all({ type: "log", job: "j", lines, last: "x", reset: true });
  assert.equal(logs.j.lines.length, LOG_LINES);
  assert.equal(logs.j.dropped, 7);
  assert.equal(logs.j.lines[0].id, "8-0");
});

test("the answer of the overview says the same as its events", () => {
  const value = (name) => events[name].value;
  const answer = {
    totals: value("overview-totals"), figures: value("overview-figures"), gathered: value("overview-gathered"),
    queues: [value("overview-queue")], workers: [value("overview-worker")], running: [value("overview-running")],
    health: events.health.health, as_of: events.row.as_of, now: events.row.as_of,
  };
  const state = eventsOf(answer).reduce(apply, initial());
  assert.equal(state.totals.value, answer.totals);
  assert.deepEqual(values(state.queues), answer.queues);
  assert.deepEqual(values(state.running), answer.running);
  assert.equal(state.health, answer.health);
});

test("what nothing shows any longer is forgotten", () => {
  const state = all(events.row, events.job, events.log, events.list);
  const none = { rows: new Set(), jobs: new Set(), lists: new Set(), logs: new Set(), activity: false };
  const after = keepOnly(state, { ...none, lists: new Set(["default/failed"]) });
  assert.deepEqual([after.rows, after.jobs, after.logs], [{}, {}, {}]);
  assert.deepEqual(Object.keys(after.lists), ["default/failed"]);
});

test("a frame of many events comes to the same as one after the other, and leaves the state before it as it was", () => {
  const rows = [1, 2, 3, 2].map((n, at) => ({ ...events.row, row: { ...events.row.row, id: `r${n}`, notes: at }, as_of: events.row.as_of + at }));
  const frame = [events.health, ...rows, events["overview-queue"], { ...events.gone, id: "r1", as_of: events.row.as_of + 9 }, { type: "weather" }];
  const before = frozen(all(events.hello, rows[0]));
  const { state, changes } = applyAll(before, frozen(frame));
  assert.deepEqual(state, frame.reduce(apply, before));
  assert.deepEqual(Object.keys(state), Object.keys(before));
  assert.equal(changes, 6, "neither what is not understood nor a health is a change that waits");
});

test("a frame that says nothing new leaves the very state", () => {
  const before = all(events.row);
  assert.equal(applyAll(before, [{ ...events.row, as_of: 1 }, { type: "weather" }]).state, before);
});

test("a hundred rows in one frame are copied once", () => {
  const rows = Array.from({ length: 100 }, (_, n) => ({ ...events.row, row: { ...events.row.row, id: `r${n}` } }));
  const before = applyAll(initial(), rows).state;
  let copies = 0;
  const watched = new Proxy(before.rows, { ownKeys: (target) => (copies += 1) && Reflect.ownKeys(target) });
  applyAll({ ...before, rows: watched }, rows);
  assert.equal(copies, 1);
});
