/** Sixty queues as few groups. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { group } from "../../webapp/static/js/queue-groups.model.js";

const queue = (name, fields = {}) => ({ name, queued: 1, started: 0, failed: 2, oldest_enqueued_at: null, ...fields });
const named = (...names) => names.map((name) => queue(name));
const shape = (entries) => entries.map(({ name, queues }) => [name, queues.length]);
const regions = (service, n) => Array.from({ length: n }, (_, at) => `${service}:r${at}`);

test("many queues of few services are few groups, and what stands alone stays itself", () => {
  const entries = group(named("default", ...regions("billing", 5), ...regions("mail", 5), "images:eu"));
  assert.deepEqual(shape(entries), [["default", 1], ["billing", 5], ["mail", 5], ["images:eu", 1]]);
});

test("few queues are not grouped", () => {
  assert.deepEqual(shape(group(named(...regions("billing", 8)))), regions("billing", 8).map((name) => [name, 1]));
});

test("queues whose names share nothing are not grouped", () => {
  const names = Array.from({ length: 12 }, (_, at) => `s${at}:only`);
  assert.ok(group(named(...names)).every(({ queues }) => queues.length === 1));
});

test("grouping that would not halve them is left alone", () => {
  const names = ["a:1", "a:2", "b:1", "b:2", "c:1", "d:1", "e:1", "f:1", "g:1"];
  assert.deepEqual(shape(group(named(...names))), names.map((name) => [name, 1]));
});

test("the delimiter is found: whichever leaves the fewest entries", () => {
  const names = Array.from({ length: 12 }, (_, at) => `team${at % 3}.service${at}`);
  assert.deepEqual(shape(group(named(...names))), [["team0", 4], ["team1", 4], ["team2", 4]]);
});

test("what all names begin with tells nothing: the part after it does", () => {
  const names = Array.from({ length: 12 }, (_, at) => `prod:team${at % 3}:q${at}`);
  assert.deepEqual(shape(group(named(...names))), [["prod:team0", 4], ["prod:team1", 4], ["prod:team2", 4]]);
});

test("the queue that has the name of the group is of the group", () => {
  assert.deepEqual(shape(group(named("mail", ...regions("mail", 3), "web"), ":")), [["mail", 4], ["web", 1]]);
});

test("a group sums what its queues count, and waits as long as its oldest job", () => {
  const [{ sums }] = group([queue("a:1", { queued: 4, oldest_enqueued_at: 20 }), queue("a:2", { queued: 3, oldest_enqueued_at: 10 }), queue("a:3")], ":");
  assert.equal(sums.queued, 8);
  assert.equal(sums.failed, 6);
  assert.equal(sums.oldest_enqueued_at, 10);
});

test("no queues are no groups", () => {
  assert.deepEqual(group([]), []);
  assert.deepEqual(group([], ":"), []);
});
