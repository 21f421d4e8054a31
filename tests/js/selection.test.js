/** Selecting rows: one by one, ranges, all that are shown, everything; and which verbs fit what is selected. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MOST, NONE, isSelected, ranged, shownState, statusesOf, toggled, withShown } from "../../webapp/static/js/panels/jobs/selection.model.js";
import { FITS, fitting, parted } from "../../webapp/static/js/panels/operations/verbs.model.js";
import { ROOT } from "./support.js";

const rows = [..."abcdef"].map((id) => ({ id, status: id < "d" ? "failed" : "queued" }));
const row = (id) => rows.find((one) => one.id === id);
const ids = (selection) => [...selection.jobs.keys()].sort().join("");

test("a row is selected, and let go again", () => {
  const one = toggled(NONE, row("b"), rows);
  assert.equal(ids(one), "b");
  assert.equal(ids(toggled(one, row("b"), rows)), "");
});

test("a range goes from the last row that was chosen to this one, either way", () => {
  assert.equal(ids(ranged(toggled(NONE, row("b"), rows), row("d"), rows)), "bcd");
  assert.equal(ids(ranged(toggled(NONE, row("d"), rows), row("b"), rows)), "bcd");
});

test("a range that turns back lets go of what it no longer holds, and keeps what was chosen before", () => {
  const long = ranged(toggled(toggled(NONE, row("f"), rows), row("b"), rows), row("d"), rows);
  assert.equal(ids(ranged(long, row("c"), rows)), "bcf");
  assert.equal(ids(ranged(long, row("a"), rows)), "abf");
});

test("a range without a beginning on this page is the row itself", () => {
  const elsewhere = toggled(NONE, { id: "z", status: "failed" }, rows);
  assert.equal(ids(ranged(elsewhere, row("c"), rows)), "cz");
});

test("all rows shown are selected at once; what another page has selected stays", () => {
  const elsewhere = toggled(NONE, { id: "z", status: "failed" }, rows);
  const all = withShown(elsewhere, rows);
  assert.equal(ids(all), "abcdefz");
  assert.equal(shownState(all, rows), "all");
  assert.equal(ids(withShown(all, rows)), "z");
  assert.equal(shownState(toggled(all, row("a"), rows), rows), "some");
  assert.equal(shownState(NONE, []), "none");
});

test("out of everything, letting one row go keeps the others that are shown", () => {
  const everything = { ...NONE, isAll: true };
  assert.ok(isSelected(everything, "anything"));
  assert.equal(ids(toggled(everything, row("c"), rows)), "abdef");
  assert.equal(withShown(everything, rows), NONE);
});

test("no more are selected by name than one operation takes", () => {
  const many = Array.from({ length: MOST + 5 }, (_, n) => ({ id: `${n}`, status: "failed" }));
  assert.equal(withShown(NONE, many).jobs.size, MOST);
});

test("a job that moved on counts with the status that its row shows now", () => {
  const selection = withShown(NONE, rows);
  assert.deepEqual(statusesOf(selection, rows), { failed: 3, queued: 3 });
  assert.deepEqual(statusesOf(selection, [{ id: "a", status: "started" }]), { started: 1, failed: 2, queued: 3 });
});

test("only verbs that fit are offered, each with how many it fits", () => {
  const offered = Object.fromEntries(fitting({ failed: 3, queued: 2, started: 1 }).map(({ verb, n }) => [verb, n]));
  assert.deepEqual([offered.requeue, offered.cancel, offered.stop, offered.delete, offered.hold], [3, 2, 1, 5, 2]);
  assert.ok(!("run_now" in offered));
});

test("of what is not counted, no number is made up", () => {
  assert.ok(fitting(null).every(({ n }) => n === null));
  assert.deepEqual(fitting({ started: null }), [{ verb: "stop", n: null }]);
  assert.equal(fitting({ failed: null, stopped: 2 }).find(({ verb }) => verb === "requeue").n, null);
  assert.equal(fitting({ queued: 2 }).find(({ verb }) => verb === "release").n, null, "how many of them are held no status tells");
});

test("a bar has the first verbs, and a menu the others", () => {
  const [near, far] = parted(fitting({ queued: 1 }), 3);
  assert.deepEqual(near.map(({ verb }) => verb), ["cancel", "delete", "run_again"]);
  assert.ok(far.some(({ verb }) => verb === "to_front"));
});

test("the server knows every verb that is offered", () => {
  const python = readFileSync(join(ROOT, "webapp/actions/verbs.py"), "utf8").match(/^FITS[\s\S]*?^}/m)[0];
  const known = [...python.matchAll(/^ {4}"(\w+)":/gm)].map((match) => match[1]);
  assert.deepEqual([...known].sort(), Object.keys(FITS).sort());
});
