/** The search box: where the pieces of a query are, how a click narrows it, and what is offered while one types. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { complete } from "../../webapp/static/js/panels/jobs/completion.model.js";
import { asksFor, pieces, queryOf, quoted, toggled } from "../../webapp/static/js/query.model.js";

const SOURCES = {
  status: ["queued", "started", "failed", "finished"], queue: ["default", "mail out"], func: ["billing.charge", "mail.send"], type: ["csv_profile"], worker: ["web-1"],
};
/** What is offered where | stands. */
const offered = (text) => complete(text.replace("|", ""), text.indexOf("|"), SOURCES);
const labels = (text) => offered(text).options.map(({ label }) => label);
/** The query after the first offer was taken. */
function taken(text) {
  const { from, to, options } = offered(text);
  const plain = text.replace("|", "");
  return plain.slice(0, from) + options[0].insert + plain.slice(to);
}

test("a query is cut at spaces and parentheses, and not within quotes", () => {
  assert.deepEqual(pieces('-(a or error:"timed (out)" b)').map(({ text }) => text), ["-", "(", "a", "or", 'error:"timed (out)"', "b", ")"]);
  assert.deepEqual(pieces('"never closed ( x').map(({ text }) => text), ['"never closed ( x']);
});

test("a value is quoted where it would fall apart", () => {
  assert.equal(quoted("billing.charge"), "billing.charge");
  assert.equal(quoted("mail out"), '"mail out"');
  assert.equal(quoted('say "hi" \\'), '"say \\"hi\\" \\\\"');
  assert.equal(quoted(""), '""');
});

test("a click asks for one thing more, and a second one takes it back", () => {
  assert.equal(toggled("timeout", "status", "failed"), "timeout status:failed");
  assert.equal(toggled("timeout status:failed", "status", "failed"), "timeout");
  assert.equal(toggled("", "queue", "mail out"), 'queue:"mail out"');
  assert.equal(toggled("a and status:failed and b", "status", "failed"), "a and b");
  assert.equal(toggled("status:failed and b", "status", "failed"), "b");
});

test("what is joined by or stays together when it is narrowed", () => {
  assert.equal(toggled("a or b", "status", "failed"), "(a or b) status:failed");
  assert.equal(toggled("(a or b) status:failed", "status", "failed"), "(a or b)");
});

test("only what every job must match counts as asked for", () => {
  assert.ok(asksFor("x status:failed", "status", "failed"));
  assert.ok(!asksFor("x or status:failed", "status", "failed"));
  assert.ok(!asksFor("x not status:failed", "status", "failed"));
  assert.ok(!asksFor("x -status:failed", "status", "failed"));
  assert.ok(!asksFor("x (status:failed or y)", "status", "failed"));
});

test("an empty box offers every field", () => {
  const found = labels("|");
  assert.deepEqual(found.slice(0, 3), ["status:", "queue:", "func:"]);
  assert.ok(found.includes("age<") && found.includes("run>"));
  assert.ok(!found.includes("or"));
});

test("the beginning of a field offers it, and after its colon its values", () => {
  assert.deepEqual(labels("st|")[0], "status:");
  assert.deepEqual(labels("status:f|"), ["status:failed", "status:finished"]);
  assert.deepEqual(labels("x status:|"), ["status:queued", "status:started", "status:failed", "status:finished"]);
  assert.deepEqual(labels("wait>|"), ["wait>30s", "wait>5m", "wait>1h", "wait>1d"]);
  assert.deepEqual(labels("id:|"), []);
});

test("a value is found by any part of it, and quoted when it is taken", () => {
  assert.deepEqual(labels("func:char|"), ["func:billing.charge"]);
  assert.equal(taken("x queue:mai|"), 'x queue:"mail out" ');
  assert.equal(taken('queue:"mai|'), 'queue:"mail out" ');
});

test("a word that names no field offers what is called so", () => {
  assert.ok(labels("fail|").includes("status:failed"));
  assert.ok(labels("csv|").includes("type:csv_profile"));
});

test("operators are offered where something stands before them", () => {
  assert.ok(labels("status:failed |").includes("or"));
  assert.deepEqual(labels("status:failed an|")[0], "and");
});

test("taking an offer replaces the piece at the caret and leaves the rest", () => {
  assert.equal(taken("a sta|tus:x b"), "a status: b");
  assert.equal(taken("-stat|"), "-status:");
  assert.equal(taken("(que|"), "(queue:");
});

test("what stands there already is not offered again", () => {
  assert.deepEqual(labels("status:failed|"), []);
});

test("the facets of a list are a query too", () => {
  assert.equal(queryOf({ queue: "mail out", status: "failed" }, "func:a.b"), 'func:a.b status:failed queue:"mail out"');
  assert.equal(queryOf({ queue: "", status: "" }), "");
});
