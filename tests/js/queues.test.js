/** The table of queues: sorted by any column, grouped, and remembered as text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arranged, sorted, toggled, viewOf } from "../../webapp/static/js/panels/queues.view.model.js";

const queue = (name, fields = {}) => ({ name, queued: 0, started: 0, failed: 0, oldest_enqueued_at: null, ...fields });
const names = (entries) => entries.map(({ name }) => name);
const few = [queue("high", { failed: 1 }), queue("default", { failed: 7, queued: 2, oldest_enqueued_at: 50 }), queue("low", { queued: 9, oldest_enqueued_at: 90 })];
const many = ["billing", "mail"].flatMap((service, at) => Array.from({ length: 6 }, (_, n) => queue(`${service}:r${n}`, { queued: at + n, oldest_enqueued_at: 100 - n })));

test("without a choice queues stand in their usual order", () => {
  assert.deepEqual(names(arranged(few, viewOf(""))), ["high", "default", "low"]);
});

test("a click sorts by the largest, another by the smallest, a third puts it back; names begin with A", () => {
  let view = viewOf("");
  const click = (column) => (view = sorted(view, column));
  click("failed");
  assert.deepEqual(names(arranged(few, view)), ["default", "high", "low"]);
  click("failed");
  assert.deepEqual(names(arranged(few, view)), ["low", "high", "default"]);
  click("failed");
  assert.deepEqual(names(arranged(few, view)), ["high", "default", "low"]);
  click("name");
  assert.deepEqual(names(arranged(few, view)), ["default", "high", "low"]);
});

test("the longest wait is first by the oldest job, and where nothing waits is last", () => {
  assert.deepEqual(names(arranged(few, sorted(viewOf(""), "oldest"))), ["default", "low", "high"]);
});

test("groups are sorted by their sums, and their queues alike", () => {
  const [first, second] = arranged(many, sorted(viewOf(""), "queued"));
  assert.deepEqual([first.name, first.sums.queued, second.name], ["mail", 21, "billing"]);
  assert.equal(first.queues[0].name, "mail:r5");
});

test("ungrouped, every queue is its own row", () => {
  assert.equal(arranged(many, { ...viewOf(""), flat: true }).length, 12);
  assert.equal(arranged(many, viewOf("")).length, 2);
});

test("what is open is remembered, and closed again by its name", () => {
  const opened = toggled(viewOf(""), "mail");
  assert.deepEqual(viewOf(JSON.stringify(opened)).open, ["mail"]);
  assert.deepEqual(toggled(opened, "mail").open, []);
});

test("whatever lies where the view was kept, there is a view", () => {
  for (const text of ["", "nonsense", "null", "[]", '{"open": 3}', '{"sort": null}']) assert.ok(arranged(few, viewOf(text)).length === 3, text);
});
