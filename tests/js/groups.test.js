import assert from "node:assert/strict";
import { test } from "node:test";
import { endedOf, fullness, groupWords, inOrder, limitRemarks, parts } from "../../webapp/static/js/panels/groups/groups.model.js";
import { speakEnglish } from "./support.js";

const group = (by_status, more = {}) => {
  const counted = Object.values(by_status).reduce((sum, n) => sum + n, 0) + (more.vanished ?? 0);
  return { by_status, vanished: 0, looked_at: counted, total: counted, ...more };
};
const limit = (more = {}) => ({ note: null, held: 2, concurrency: 2, waiting: 0, stuck: 0, holders: [{}, {}], ...more });

speakEnglish();

test("a bar shows what is over, then what has expired, what runs, what waits, and what is not counted yet", () => {
  const mixed = group({ queued: 1, started: 1, failed: 1, finished: 4, odd: 1 }, { vanished: 1, total: 10 });
  assert.deepEqual(parts(mixed).map(({ status, n }) => [status, n]), [["finished", 4], ["failed", 1], ["gone", 1], ["started", 1], ["queued", 1], ["odd", 1], ["unknown", 1]]);
  assert.equal(parts(mixed).reduce((sum, { share }) => sum + share, 0).toFixed(6), "1.000000");
  assert.deepEqual(parts(group({})), []);
  assert.equal(groupWords(mixed), "6 of 9 counted ended · 1 Failed · 1 no longer kept · 1 Running · 1 Queued · 1 odd · 1 not counted");
});

test("statuses keep one order, whatever came first", () => {
  assert.deepEqual(inOrder({ deferred: 1, zzz: 1, finished: 1, aaa: 1, started: 1 }).map(([status]) => status), ["finished", "started", "deferred", "aaa", "zzz"]);
});

test("what has expired had ended", () => {
  const mixed = group({ finished: 3, failed: 1, started: 2 }, { vanished: 2 });
  assert.equal(endedOf(mixed), 6);
  assert.equal(groupWords(mixed), "6 of 8 ended · 1 Failed · 2 no longer kept · 2 Running");
});

test("how full a limit is", () => {
  assert.equal(fullness(limit({ held: 1 })), 0.5);
  assert.equal(fullness(limit({ held: 9 })), 1);
  assert.equal(fullness(limit({ concurrency: null })), null);
});

test("what is wrong with a limit, and how it mends", () => {
  const said = (more) => limitRemarks(limit(more)).map(([text]) => text);
  assert.deepEqual(said({}), []);
  assert.match(said({ stuck: 1 })[0], /^1 slot is held by a job that will not give it back\. RQ frees it .* every 10 min/);
  assert.match(said({ stuck: 2, held: 60 })[0], /^Of the 2 holders looked at, 2 will not/);
  assert.match(said({ held: 5 })[0], /^3 more than there are slots/);
  assert.match(said({ held: 1, waiting: 4 })[0], /^Jobs wait although a slot is free/);
  assert.match(said({ note: "unreadable" })[0], /not as RQ writes it/);
  assert.deepEqual(said({ concurrency: null, held: 5, waiting: 5 }), [], "of a limit that cannot be read nothing is reckoned");
});
