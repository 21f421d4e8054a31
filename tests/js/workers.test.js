/** The page of workers: chosen, grouped by host, reckoned; and what RQ will do about a lost one. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fates, happened } from "../../webapp/static/js/panels/workers/fate.model.js";
import * as fleet from "../../webapp/static/js/panels/workers/fleet.model.js";
import { unscheduled } from "../../webapp/static/js/panels/workers/processes.model.js";
import { speakEnglish } from "./support.js";

before(speakEnglish);

const NOW = 1_795_360_400_000;
const worker = (name, fields = {}) => ({
  name, state: "idle", hostname: "web-a", pid: 4121, queues: ["default"], version: "3.0.0", birth: NOW - 1_000_000, last_heartbeat: NOW,
  successful: 0, failed: 0, working_time: 0, jobs: [], runs_on: false, since: null, note: null, ...fields,
});

test("workers are chosen by host, state and queue together", () => {
  const all = [worker("a"), worker("b", { hostname: "web-b" }), worker("c", { state: "busy" }), worker("d", { queues: ["gpu"] })];
  const names = (query) => fleet.chosen(all, query).map(({ name }) => name).join("");
  assert.equal(names({}), "abcd");
  assert.equal(names({ host: "web-a", state: "idle" }), "ad");
  assert.equal(names({ queue: "gpu", state: "busy" }), "");
});

test("a host in trouble comes first, its lost worker before its others, and each host says how many do what", () => {
  const groups = fleet.byHost(fleet.inHostOrder([worker("a"), worker("b", { hostname: "web-b" }), worker("c", { hostname: "web-b", state: "lost" })]));
  assert.deepEqual(groups.map(({ host, workers, trouble }) => [host, workers.map(({ name }) => name).join(""), trouble]), [["web-b", "cb", 1], ["web-a", "a", 0]]);
  assert.deepEqual(groups[0].counts, [["lost", 1], ["idle", 1]]);
});

test("a worker that left no host has a group too", () => {
  assert.deepEqual(fleet.byHost([worker("a", { hostname: null })]).map(({ host }) => host), [fleet.NO_HOST]);
});

test("utilisation is the share of its life that a worker ran jobs, with the present run", () => {
  assert.equal(fleet.utilisation(worker("a", { working_time: 250 }), NOW), 0.25);
  assert.equal(fleet.utilisation(worker("a", { working_time: 250, jobs: [{ started_at: NOW - 250_000 }] }), NOW), 0.5);
  assert.equal(fleet.utilisation(worker("a", { working_time: 9e9 }), NOW), 1);
});

test("what a lost worker ran does not add to its utilisation for ever", () => {
  assert.equal(fleet.utilisation(worker("a", { state: "lost", working_time: 250, jobs: [{ started_at: NOW - 500_000 }] }), NOW), 0.25);
});

test("too young, or without its birth: its utilisation is not told", () => {
  assert.equal(fleet.utilisation(worker("a", { birth: NOW - 59_000 }), NOW), null);
  assert.equal(fleet.utilisation(worker("a", { birth: null }), NOW), null);
});

test("who has ended nothing has no share of failures", () => {
  assert.equal(fleet.failureShare(worker("a")), null);
  assert.equal(fleet.failureShare(worker("a", { successful: 3, failed: 1 })), 0.25);
});

test("a hash that was written after it had expired is told from one that is gone", () => {
  assert.equal(fleet.isHalf(worker("a", { birth: null })), true);
  assert.equal(fleet.isHalf(worker("a", { birth: null, note: "gone" })), false);
  assert.equal(fleet.isHalf(worker("a")), false);
});

test("a fleet of RQ 2 and RQ 3 is warned about, one generation or a lost remnant is not", () => {
  const [young, old] = [worker("a"), worker("b", { version: "2.12.0" })];
  assert.deepEqual(fleet.mixture([young, young, old]), { old: 1, young: 2 });
  assert.equal(fleet.mixture([young, young]), null);
  assert.equal(fleet.mixture([old]), null);
  assert.equal(fleet.mixture([young, { ...old, state: "lost" }]), null);
  assert.equal(fleet.mixture([young, worker("c", { version: null })]), null);
});

test("the search for what a worker ran quotes a name that is more than a word", () => {
  assert.equal(fleet.searchFor("web-1.prod"), "worker:web-1.prod");
  assert.equal(fleet.searchFor('night shift "b"'), 'worker:"night shift b"');
});

const job = { id: "j", title: "billing.close_month", queue: "high", retries: 0, deadline: NOW + 65_000, listeners: 2 };
const lost = worker("a", { state: "lost", since: NOW - 12_000, jobs: [{ id: "j" }] });
const end = (fields = {}, ran = job) => ({ worker: "a", forgotten_at: null, unserved: [], jobs: [ran], ...fields });

test("a lost worker says since when, and what it was doing", () => {
  assert.equal(happened(lost, NOW), "It was killed or cut off 12 s ago: nobody hears its command channel since. It was running a job.");
  assert.match(happened({ ...lost, since: null, jobs: [] }, NOW), /it was so when this server first looked\.$/);
  assert.match(happened({ ...lost, runs_on: true }, NOW), /The process of its job still lives\.$/);
});

test("its job will be failed by another worker's maintenance, and when", () => {
  const [text] = fates(lost, end(), NOW);
  assert.match(text, /^“close_month” will be marked failed\. It counts as abandoned at 15:14:25, in 1 min 5 s\./);
  assert.match(text, /the next maintenance of a worker of high does it: at its start, and about every 10 min; 2 listen\.$/);
});

test("a job with retries left is queued again instead, and one that is overdue by now is said to be", () => {
  const [text] = fates(lost, end({}, { ...job, retries: 1, deadline: NOW - 1 }), NOW);
  assert.match(text, /^“close_month” will be queued again: it has 1 retry left\. It counts as abandoned by now\./);
});

test("where nobody listens, a worker has to be started first", () => {
  const [text, ...others] = fates(lost, end({ unserved: ["high", "gpu"] }, { ...job, listeners: 0 }), NOW);
  assert.match(text, /No worker listens to high: start one/);
  assert.deepEqual(others, ["Nobody else listens to gpu now."]);
});

test("a job that runs on is not called failed, and the name is free again when Redis forgets the worker", () => {
  const told = fates({ ...lost, runs_on: true }, end({ forgotten_at: NOW + 60_000 }), NOW);
  assert.match(told[0], /The job goes on in its own process/);
  assert.equal(told[1], "Redis forgets this worker at 15:14:20; until then none of the same name can be started.");
  assert.equal(told.length, 2);
});

test("before the board has come nothing is claimed", () => {
  assert.deepEqual(fates(lost, undefined, NOW), []);
});

test("scheduled jobs on queues that no scheduler serves are counted", () => {
  const queues = [{ name: "gpu", scheduled: 2, scheduler: false }, { name: "default", scheduled: 5, scheduler: true }, { name: "a", scheduled: 1, scheduler: false }, { name: "b", scheduled: 0, scheduler: false }];
  assert.deepEqual(unscheduled(queues), { names: ["a", "gpu"], jobs: 3 });
});
