import assert from "node:assert/strict";
import { test } from "node:test";
import { address, isOurs, jobAddress, parse, typeAddress } from "../../webapp/static/js/router.model.js";
import { arrange } from "../../webapp/static/js/hold.model.js";
import { compose, listName, MOST_ROWS, wanted } from "../../webapp/static/js/watch.model.js";

test("an address shows its page, with or without a base path", () => {
  assert.equal(parse("/").page, "overview");
  assert.equal(parse("/rq", "", "/rq").page, "overview");
  assert.equal(parse("/rq/jobs/", "?status=failed", "/rq").query.status, "failed");
  assert.equal(parse("/nowhere").page, "missing");
  assert.equal(parse("/jobs", "", "/rq").page, "missing");
});

test("a path that only begins like the base path is not ours", () => {
  assert.equal(isOurs("/rqx/jobs", "/rq"), false);
});

test("a job's address and its id are each other's inverse, whatever the id", () => {
  for (const id of ["8f31c2d4-09b7", "a/b c", "100%", "보고서:7", "?x#y"]) {
    assert.equal(parse(jobAddress(id, "/rq"), "", "/rq").job, id);
  }
  assert.equal(parse("/jobs/%E0%A4%A").job, "%E0%A4%A");
});

test("a form has an address of its own", () => {
  assert.deepEqual(parse(typeAddress("csv_profile")), { page: "submit", job: null, query: { type: "csv_profile" } });
});

test("empty parameters are left out of an address", () => {
  assert.equal(address("jobs", { queue: "", status: "failed", cursor: null }), "/jobs?status=failed");
});

test("many wishes are one watch", () => {
  const watch = compose([{ overview: true }, { activity: true }, { rows: ["a", "b"] }, { rows: ["b", "c"], lists: ["default/failed"] }, { job: "a" }, { log: { job: "a", after: "0" } }]);
  assert.deepEqual(watch, { overview: true, activity: true, job: "a", log: { job: "a", after: "0" }, rows: ["a", "b", "c"], lists: ["default/failed"] });
  assert.deepEqual(compose([]), {});
});

test("no more rows are watched than the wire takes", () => {
  assert.equal(compose([{ rows: Array.from({ length: 500 }, (_, n) => `${n}`) }]).rows.length, MOST_ROWS);
});

test("what is watched is what is kept", () => {
  const kept = wanted({ job: "a", rows: ["b"], log: { job: "a" } });
  assert.deepEqual([kept.jobs.has("a"), kept.rows.has("b"), kept.logs.has("a"), kept.lists.size], [true, true, true, 0]);
});

test("a list is named by queue and status", () => {
  assert.equal(listName("default", "failed"), "default/failed");
  assert.equal(listName("", ""), "/");
});

const key = (item) => item.id;
const row = (id, at = 0) => ({ id, at });

test("a free list shows what there is", () => {
  const { shown, newer } = arrange(null, [row("a"), row("b")], key, new Map());
  assert.deepEqual([shown.map((each) => each.key), newer], [["a", "b"], 0]);
});

test("a held list keeps every row in its place, changes it there, and counts what is newer", () => {
  const known = new Map([["a", row("a")], ["b", row("b")]]);
  const { shown, newer } = arrange(["a", "b"], [row("new"), row("b", 5), row("a", 6)], key, known);
  assert.deepEqual(shown.map((each) => [each.key, each.item.at, each.gone]), [["a", 6, false], ["b", 5, false]]);
  assert.equal(newer, 1);
});

test("a row that left a held list stays as it was last seen, and says that it is gone", () => {
  const { shown } = arrange(["a", "b"], [row("b")], key, new Map([["a", row("a", 3)], ["b", row("b")]]));
  assert.deepEqual(shown[0], { key: "a", item: row("a", 3), gone: true });
});
