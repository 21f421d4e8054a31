/** The page of failures: what causes say, in which order, and what differs between two runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setZone } from "../../webapp/static/js/format.js";
import { setMessages } from "../../webapp/static/js/i18n.js";
import { causeName } from "../../webapp/static/js/panels/activity.model.js";
import { columnsOf, heat, lineOf, messageOf, nameOf, ordered, placeOf, searchOf, secondsOf, trendWords } from "../../webapp/static/js/panels/failures/causes.model.js";
import { facts } from "../../webapp/static/js/panels/failures/compare.model.js";
import { diff, MOST } from "../../webapp/static/js/panels/failures/diff.model.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, speakEnglish, words } from "./support.js";

speakEnglish();

const PLACE = { file: "/srv/releases/42/shop/billing.py", line: 30, function: "charge" };
const group = (more = {}) => ({ id: "a", kind: "exception", type: "shop.billing.Declined", message: "order # is locked", place: PLACE, count: 9, ages: [1, 2, 3, 4, 5], older: 4, last: 50, muted: null, ...more });
const call = (positional = [], named = {}) => ({ positional, named });
const kinds = (failed, good) => Object.fromEntries(diff(failed, good).values.map(({ path, kind }) => [path, kind]));
const side = (more = {}) => ({ at: 1, queue: "default", worker: "w1", host: "vm", rq: "3.0.0", python: "3.11.7", wait: 1, run: 2, timeout: 180, retries_left: null, attempts_kept: 1, ...more });

test("an exception is called by its name without the module", () => {
  assert.equal(nameOf(group()), "Declined");
  assert.equal(nameOf(group({ type: "ValueError" })), "ValueError");
  assert.equal(placeOf(group()), "shop/billing.py:30 in charge");
  assert.equal(lineOf(group()), "shop/billing.py:30");
  assert.equal(placeOf(group({ place: { ...PLACE, file: "C:\\shop\\billing.py" } })), "shop/billing.py:30 in charge");
});

test("without an exception it is said what happened, and of which function", () => {
  const killed = group({ kind: "killed", type: null, message: "signal 9", place: { file: null, line: null, function: "shop.sync" } });
  assert.equal(nameOf(killed), "Job process killed");
  assert.match(messageOf(killed), /signal 9.*memory/);
  assert.equal(placeOf(killed), "in shop.sync");
  assert.equal(lineOf(killed), "");
  assert.equal(messageOf({ ...killed, message: "" }), "");
  assert.equal(placeOf(group({ place: { file: null, line: null, function: null } })), "");
});

for (const lang of ["en", "ko"]) {
  test(`every kind that the server tells has its words, also in a line of activity (${lang})`, () => {
    setMessages(lang, words(lang));
    const python = readFileSync(join(ROOT, "webapp/failure_cause.py"), "utf8");
    const told = [...python.matchAll(/^[A-Z, ]+ = ("[a-z", ]+")$/gm)].flatMap((match) => match[1].match(/[a-z]+/g));
    assert.equal(told.length, 8);
    for (const kind of told.filter((name) => name !== "exception")) {
      assert.doesNotMatch(nameOf(group({ kind, type: null })), /failures\./);
      assert.equal(causeName({ name: kind }), nameOf(group({ kind, type: null })));
    }
    assert.equal(causeName({ name: "shop.billing.Declined" }), "Declined");
    speakEnglish();
  });
}

test("causes stand by when they were last seen or by how many jobs failed, muted ones only where they are wanted", () => {
  const all = [group({ id: "old", last: 1, count: 5 }), group({ id: "muted", last: 9, muted: { until: null } }), group({ id: "new", last: 7, count: 1 })];
  const ids = (...how) => ordered(all, ...how).map(({ id }) => id);
  assert.deepEqual(ids("last", false), ["new", "old"]);
  assert.deepEqual(ids("count", false), ["old", "new"]);
  assert.deepEqual(ids("last", true), ["muted", "new", "old"]);
  assert.deepEqual(ids("nonsense", false), ["new", "old"]);
  assert.deepEqual(all.map(({ id }) => id), ["old", "muted", "new"], "what came in is not changed");
});

test("every column has its address, and all of them last", () => {
  assert.deepEqual(columnsOf(group()), [["1h", 3600, 1], ["3h", 10_800, 2], ["24h", 86_400, 3], ["3d", 259_200, 4], ["7d", 604_800, 5], ["", null, 9]]);
  assert.deepEqual([secondsOf("24h"), secondsOf(""), secondsOf(undefined), secondsOf("9y")], [86_400, null, null, null]);
});

test("more is tinted more, and nothing not at all", () => {
  const tints = [0, 1, 10, 1000, 1e9].map(heat);
  assert.deepEqual(tints, [...tints].sort((a, b) => a - b));
  assert.equal(tints[0], 0);
  assert.ok(new Set(tints.slice(0, 4)).size === 4 && tints.at(-1) <= 34);
});

test("the search for a cause asks for its exception and what is always said", () => {
  assert.equal(searchOf(group()), 'error:"shop.billing.Declined" error:"is locked" status:failed');
  assert.equal(searchOf(group({ message: "no" })), 'error:"shop.billing.Declined" status:failed');
  assert.equal(searchOf(group({ message: 'relation "…" does not exist' })), 'error:"shop.billing.Declined" error:"does not exist" status:failed');
  assert.equal(searchOf(group({ kind: "killed", type: null, message: "signal 9" })), 'error:"Work-horse terminated" status:failed');
  assert.equal(searchOf(group({ kind: "unknown", type: null, message: "" })), "status:failed");
});

test("the trend is said in a sentence", () => {
  setZone("UTC");
  const hour = 3_600_000;
  const trend = Array.from({ length: 24 }, () => 0);
  assert.equal(trendWords(trend, 0), "Did not occur in the last 24 hours");
  trend[23] = 2;
  trend[21] = 5;
  assert.equal(trendWords(trend, 100 * hour + 99), "7 failures in the last 24 hours, most in the hour from 02:00: 5");
});

test("what is the same in both calls, other, or in one of them alone is told by its path", () => {
  const failed = call(["a.csv", { rows: [1, 2, 3], deep: { x: null } }], { dry: true, extra: 1 });
  const good = call(["a.csv", { rows: [1, 5], deep: { x: null } }], { dry: false, left: "out" });
  assert.deepEqual(kinds(failed, good), {
    0: "same", "1.rows.0": "same", "1.rows.1": "changed", "1.rows.2": "added", "1.deep.x": "same", dry: "changed", extra: "added", left: "removed",
  });
});

test("values of two types are other values, however they look", () => {
  assert.deepEqual(kinds(call([1, "1", [], null]), call(["1", 1, {}, false])), { 0: "changed", 1: "changed", 2: "changed", 3: "changed" });
  const [date, other] = ["2026-11-22", "2026-11-23"].map((text) => ({ __type__: "date", text }));
  assert.deepEqual(kinds(call([date, date]), call([date, other])), { 0: "same", 1: "changed" });
  const tuple = { __type__: "tuple", items: [1, 2] };
  assert.deepEqual(kinds(call([tuple]), call([[1, 2]])), { 0: "changed" });
  assert.deepEqual(kinds(call([tuple]), call([{ __type__: "tuple", items: [1, 3] }])), { "0.0": "same", "0.1": "changed" });
});

test("two calls without arguments have nothing to compare, and a long one is cut", () => {
  assert.deepEqual(diff(call(), call()), { values: [], more: false });
  const long = Array.from({ length: MOST + 5 }, (_, n) => n);
  const { values, more } = diff(call([long]), call([long]));
  assert.deepEqual([values.length, more], [MOST, true]);
});

test("facts that differ are marked, but for those that always do", () => {
  const marked = (good) => facts(side(), good, 1).filter(({ differs }) => differs).map(({ key }) => key);
  assert.deepEqual(marked(side()), []);
  assert.deepEqual(marked(side({ at: 9, wait: 9, run: 9 })), []);
  assert.deepEqual(marked(side({ host: "other", timeout: 60, retries_left: 2 })), ["host", "timeout", "retries_left"]);
  assert.deepEqual(marked(null), []);
  assert.equal(facts(side({ host: null }), null, 1).find(({ key }) => key === "host").failed, "its worker has left");
  assert.equal(facts(side({ timeout: null }), side({ timeout: -1 }), 1).find(({ key }) => key === "timeout").failed, "3 min (RQ's own)");
});

test("of what is masked in both runs nobody can tell whether it differs", () => {
  const masked = { __type__: "masked", text: "••••••", at: ["named", "key"] };
  const call = (key) => ({ positional: [], named: { key } });
  assert.deepEqual(diff(call(masked), call(masked)).values.map(({ kind }) => kind), ["masked"]);
  assert.deepEqual(diff(call(masked), call("x")).values.map(({ kind }) => kind), ["changed"]);
});
