/** What lies around every page: the palette's finding, the table of keys, the jobs that are watched. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endings, canEnd, readList, stillOpen, withJob } from "../../webapp/static/js/kept.model.js";
import { KEYS, step, strokeOf } from "../../webapp/static/js/keys.model.js";
import { announcer } from "../../webapp/static/js/panels/announcer.model.js";
import { findings, mayBeId, score } from "../../webapp/static/js/panels/shell/palette.model.js";
import { composeHidden } from "../../webapp/static/js/watch.model.js";
import { words } from "./support.js";

const SEARCH = { id: "search", label: "Search" };
const PAGES = { kind: "pages", items: ["Overview", "Jobs", "Failures", "Stuck work", "Health"].map((label) => ({ id: label, label })) };
const QUEUES = { kind: "queues", items: Array.from({ length: 20 }, (_, n) => ({ id: `q${n}`, label: `queue-${n}` })), most: 0 };
const labels = (groups) => groups.flatMap(({ items }) => items.map(({ label }) => label));

test("what begins with the query is better than what holds it, and that better than its letters in their order", () => {
  const order = ["jobs", "my jobs", "backjobs", "just one big set"].map((text) => score("jobs", text));
  assert.deepEqual(order, [...order].sort((a, b) => b - a));
  assert.equal(new Set(order).size, 4);
  assert.equal(score("jobs", "boj"), null);
});

test("several words are found in any order, and each must be there", () => {
  assert.ok(score("month close", "billing.tasks.close_month") > 0);
  assert.equal(score("month opened", "billing.tasks.close_month"), null);
});

test("without a query the groups stand in their order, and long ones not at all", () => {
  const groups = findings([PAGES, QUEUES], "  ", { search: SEARCH });
  assert.deepEqual(groups.map(({ kind }) => kind), ["pages"]);
});

test("the group with the best entry comes first, six entries are the most, and the search is always there", () => {
  const groups = findings([PAGES, QUEUES], "queue", { search: SEARCH });
  assert.deepEqual(groups.map(({ kind, items }) => [kind, items.length]), [["queues", 6], ["search", 1]]);
  assert.equal(labels(findings([PAGES, QUEUES], "stw", { search: SEARCH }))[0], "Stuck work");
  assert.deepEqual(labels(findings([PAGES, QUEUES], "zzz", { search: SEARCH })), ["Search"]);
});

test("the search language is searched with, and a job whose id was given comes before all", () => {
  assert.equal(labels(findings([PAGES], "status:failed", { search: SEARCH }))[0], "Search");
  const found = { id: "found", label: "Profile a CSV" };
  assert.equal(labels(findings([PAGES], "f", { found, search: SEARCH }))[0], "Profile a CSV");
});

test("ids are asked for when they are RQ's own or were pasted, and words are not", () => {
  const id = "8f31c2d4-09b7-4a5e-9c11-3a5ff0e21b7d";
  assert.ok(mayBeId(id, false));
  assert.ok(!mayBeId("nightly", false));
  assert.ok(mayBeId("nightly", true));
  assert.ok(!mayBeId("two words", true));
});

test("every way in the table of keys is there once, and leads to its deed", () => {
  const strokes = KEYS.flatMap(({ keys }) => keys);
  assert.equal(new Set(strokes).size, strokes.length);
  for (const entry of KEYS.filter(({ native }) => !native)) {
    for (const keys of entry.keys) {
      let result = { pending: "" };
      for (const stroke of keys.split(" ")) result = step(result.pending, stroke);
      assert.equal(result.entry, entry, keys);
    }
  }
});

test("a first stroke that leads nowhere is forgotten, and the second stands for itself", () => {
  assert.equal(step("", "g").pending, "g");
  assert.equal(step("g", "/").entry.does, "search");
  assert.deepEqual(step("g", "y"), { entry: null, pending: "" });
});

test("keys are heard by their place while the keyboard writes Hangul, and not with other keys held", () => {
  assert.equal(strokeOf({ key: "ㅎ", code: "KeyG" }, false), "g");
  assert.equal(strokeOf({ key: "f", code: "KeyU" }, false), "f");
  assert.equal(strokeOf({ key: "f", code: "KeyF", ctrlKey: true }, false), "");
  assert.equal(strokeOf({ key: "k", code: "KeyK", ctrlKey: true }, false), "Mod+k");
  assert.equal(strokeOf({ key: "k", code: "KeyK", metaKey: true }, true), "Mod+k");
  assert.equal(strokeOf({ key: "k", code: "KeyK", ctrlKey: true }, true), "");
});

test("every key and every page that a key leads to has its words", () => {
  const en = words("en");
  for (const { does, page, group } of KEYS) {
    assert.ok(page ? `title.${page}` in en : `keys.${does}` in en, does);
    assert.ok(`keys.group.${group}` in en);
  }
});

test("a job has ended when its row says so or is gone, and not while it is retried", () => {
  const rows = { a: { value: { status: "finished" } }, b: { value: { status: "queued" } }, c: { value: null } };
  const list = ["a", "b", "c", "d"].map((id) => ({ id, title: id }));
  assert.deepEqual(endings(list, rows).map(({ id, outcome, mark }) => [id, outcome, mark]), [["a", "finished", "✓"], ["c", "gone", "✗"]]);
  assert.ok(canEnd("started"));
  assert.ok(!canEnd("failed"));
  assert.ok(!canEnd(null));
});

test("lists of jobs are short, newest first, and what others wrote there is left out", () => {
  const list = ["a", "b", "a", "c"].reduce((kept, id) => withJob(kept, { id, title: "" }, 2), []);
  assert.deepEqual(list.map(({ id }) => id), ["c", "a"]);
  assert.deepEqual(readList('[{"id":"a","title":"A"},{"id":1},7]').map(({ id }) => id), ["a"]);
  assert.deepEqual(readList("{"), []);
});

test("a hidden tab asks only for what somebody waits for", () => {
  assert.deepEqual(composeHidden([{ overview: true }, { rows: ["a"] }, { rows: ["b"], always: true }].values()), { rows: ["b"] });
  assert.deepEqual(composeHidden([{ overview: true }].values()), {});
});

test("who listens hears a summary at most every 30 s, small changes never, and at once that the page is not live", () => {
  const listen = announcer();
  const at = (seconds, queued, isLive = true) => listen({ isLive, totals: { queued, started: 1, failed: 0 }, at: seconds * 1000 });
  assert.equal(listen({ isLive: true, totals: null, at: 0 }), null);
  assert.equal(at(0, 12_841).queued, 13_000);
  assert.equal(at(2, 15_000), null);
  assert.equal(at(31, 12_990), null);
  assert.equal(at(33, 15_000).queued, 15_000);
  assert.deepEqual(at(35, 15_000, false), { isLive: false });
  assert.equal(at(37, 15_000).isLive, true);
});

test("what can be put back after a reload is what was kept and is not over", () => {
  const kept = { a: { token: "t", until: 200, title: "A" }, over: { token: "t", until: 100, title: "B" }, odd: { until: 200 }, none: null };
  assert.deepEqual(stillOpen(JSON.stringify(kept), 150), { a: kept.a });
  for (const text of [null, "", "[", "7", "null", '"a"']) assert.deepEqual(stillOpen(text, 0), {}, text);
});
