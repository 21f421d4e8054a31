/** Acting on workers: what can be done to which, the command for other machines, and what becomes of those that were added. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as acting from "../../webapp/static/js/panels/workers/acting.model.js";

const job = { id: "j1", title: "a.b", started_at: 5 };
const worker = (fields = {}) => ({ name: "w", state: "idle", jobs: [], leaving: null, ...fields });
const names = (fields) => acting.deedsFor(worker(fields)).map(({ name }) => name);

test("a busy worker can be shut down, and each of its runs stopped or killed; a lost one hears nothing", () => {
  assert.deepEqual(names({}), ["shut_down"]);
  assert.deepEqual(names({ state: "busy", jobs: [job] }), ["shut_down", "stop", "kill"]);
  assert.deepEqual(names({ state: "no signal" }), ["shut_down"]);
  assert.deepEqual(names({ state: "lost", jobs: [job] }), []);
});

test("one that was asked to shut down is not asked again, since that would lose its job", () => {
  assert.deepEqual(names({ state: "busy", jobs: [job], leaving: 7 }), ["stop", "kill"]);
});

test("of the selected only those that are there and were not asked before are shut down", () => {
  const all = [worker({ name: "a" }), worker({ name: "b", leaving: 7 }), worker({ name: "c", state: "lost" }), worker({ name: "d" })];
  assert.deepEqual(acting.stillThere(new Set(["a", "b", "c", "gone"]), all).map(({ name }) => name), ["a"]);
});

test("a run that goes on after its kill is told from a retry of the same job", () => {
  assert.equal(acting.goesOn([worker({ jobs: [job] })], "w", job), true);
  assert.equal(acting.goesOn([worker({ jobs: [{ ...job, started_at: 9 }] })], "w", job), false);
  assert.equal(acting.goesOn([], "w", job), false);
});

test("queues are typed with spaces or commas, each once, and no option is among them", () => {
  assert.deepEqual(acting.queuesIn("  high, default\nhigh "), ["high", "default"]);
  assert.equal(acting.areQueues(["high", "a;b$(c)"]), true);
  for (const wrong of [[], ["-u"], ["a b"], ["x".repeat(101)], Array.from({ length: 21 }, (_, n) => `q${n}`)]) assert.equal(acting.areQueues(wrong), false);
});

test("the command names the chosen queues, each one word for a shell", () => {
  const server = { queues: ["high", "default"], remote_command: "rq worker -u redis://h/0 --with-scheduler high default" };
  assert.equal(acting.commandOn(server, ["mail", "$(id)", "it's"]), `rq worker -u redis://h/0 --with-scheduler mail '$(id)' 'it'"'"'s'`);
  assert.equal(acting.commandOn({ ...server, queues: ["two words"], remote_command: "rq worker 'two words'" }, ["a"]), "rq worker a");
  assert.equal(acting.commandOn(null, ["a"]), "rq worker a");
});

test("a Redis of this machine alone is told from one that others reach", () => {
  assert.deepEqual(["localhost:6379", "127.0.0.1:7000/1", "/run/redis.sock", "[::1]:6379"].map(acting.isLocal), [true, true, true, true]);
  assert.deepEqual(["redis:6379", "10.0.0.7:6379", "localhost.example:1", undefined].map(acting.isLocal), [false, false, false, false]);
});

test("several outcomes are summed up", () => {
  const error = { code: "lost", message: "m", fix: "f" };
  assert.deepEqual(acting.sumUp([{ name: "a", heard: 1, error: null }, { name: "b", heard: 0, error }]), { heard: 1, refused: [{ name: "b", heard: 0, error }] });
});

test("an added worker is asked to end first and ended at the second click; of one whose program is gone nothing is offered", () => {
  const next = (state, alive = true) => acting.nextEnd({ state, alive });
  assert.deepEqual(["asked", "running", "waiting", "ending", "killing", "ended", "failed"].map((state) => next(state)), ["end", "end", "end", "kill", null, null, null]);
  assert.equal(next("running", false), null);
  assert.equal(acting.addedTone({ state: "running", alive: false }), "s-warn");
});

test("how it ended is a code or a signal, and nothing where it ended well", () => {
  assert.deepEqual([1, -9].map((code) => acting.endedWith({ code })), [["acting.code", { n: "1" }], ["acting.signal", { n: "9" }]]);
  assert.deepEqual([0, null].map((code) => acting.endedWith({ code })), [null, null]);
});
