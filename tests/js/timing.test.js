import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../webapp/static/js/backoff.js";
import { pace } from "../../webapp/static/js/pace.js";

test("attempts to connect grow apart up to a ceiling", () => {
  const waits = Array.from({ length: 12 }, (_, tries) => backoff(tries, () => 1));
  assert.deepEqual(waits.slice(0, 4), [500, 1000, 2000, 4000]);
  assert.equal(Math.max(...waits), 4_000);
  assert.equal(backoff(1e6, () => 1), 4_000);
});

test("a thousand tabs do not come back at one instant", () => {
  const waits = Array.from({ length: 1000 }, () => backoff(4));
  assert.ok(Math.min(...waits) >= 2000);
  assert.ok(Math.max(...waits) <= 4000);
  assert.ok(new Set(waits).size > 500);
});

test("a change now and then is painted at once", () => {
  const wait = pace({ burst: 12, perSecond: 4 });
  for (let second = 0; second < 60; second += 1) assert.equal(wait(second * 1000), 0);
});

test("a stream is painted a few times a second", () => {
  const wait = pace({ burst: 3, perSecond: 4 });
  let painted = 0;
  for (let ms = 0; ms < 10_000; ms += 10) if (wait(ms) === 0) painted += 1;
  assert.ok(painted >= 40 && painted <= 44, String(painted));
});

test("the wait it asks for is enough", () => {
  const wait = pace({ burst: 1, perSecond: 4 });
  assert.equal(wait(0), 0);
  const delay = wait(0);
  assert.equal(delay, 250);
  assert.equal(wait(delay), 0);
});
