import assert from "node:assert/strict";
import { before, test } from "node:test";
import { t } from "../../webapp/static/js/i18n.js";
import { seenAt, status } from "../../webapp/static/js/status.model.js";
import { goldens, speakEnglish } from "./support.js";

before(speakEnglish);

const NOW = 1_795_360_400_022;
const { health } = goldens().health;
const away = goldens()["health-away"].health;
const open = { state: "open", since: NOW, retryAt: null, heardAt: NOW };
const at = (changes) => status({ link: open, health, newest: null, now: NOW, localNow: NOW, ...changes });

test("all hops well is live, with the age of the newest sign of life", () => {
  const { live, key, values } = at({});
  assert.deepEqual([live, key, values.age], [true, "status.live", 2]);
  assert.equal(at({ newest: NOW - 500 }).values.age, 0.5);
});

test("the way to the web process is the worst hop there is", () => {
  const waiting = { ...open, state: "waiting", retryAt: NOW + 2600 };
  const said = at({ link: waiting, health: away });
  assert.deepEqual([said.live, said.level, said.key, said.values.n], [false, "bad", "status.offline", 3]);
});

test("the first connection is no alarm, a later one is", () => {
  assert.equal(at({ link: { ...open, state: "connecting", heardAt: null }, health: null }).level, "busy");
  assert.equal(at({ link: { ...open, state: "connecting" } }).level, "bad");
});

test("Redis away is not live, however well the page is connected", () => {
  assert.deepEqual([at({ health: away }).live, at({ health: away }).key], [false, "status.redis_away"]);
});

test("sampling says that it is sampling", () => {
  assert.equal(at({ health: { ...health, feed: { mode: "sampling", proved_at: null } } }).key, "status.sampling");
});

test("easing off is said with its pace, and what is shown stays live", () => {
  const slow = at({ health: { ...health, easing: { reason: "slow", ms: 140, every_ms: 1400 } } });
  assert.deepEqual([slow.level, slow.live, slow.key, slow.values.n], ["ease", true, "status.easing.slow", 1]);
  const full = at({ health: { ...health, easing: { reason: "memory", ms: 1, every_ms: 2000 } } });
  assert.deepEqual([full.key, full.values.n], ["status.easing.memory", 2]);
  assert.equal(at({ health: { ...away, easing: { reason: "slow", ms: 900, every_ms: 2000 } } }).live, false);
});

test("a feed without a sign of life is not trusted", () => {
  const old = { ...health, feed: { mode: "tracking", proved_at: NOW - 60_000 }, reconciled_at: NOW - 50_000 };
  assert.deepEqual([at({ health: old }).live, at({ health: old }).key], [false, "status.quiet"]);
  assert.equal(at({ health: old, newest: NOW - 1000 }).live, true);
});

test("a server that says nothing for longer than two of its words take is not believed, whatever it said last", () => {
  const heard = (ago) => at({ link: { ...open, heardAt: NOW - ago } });
  assert.equal(heard(10_000).live, true);
  assert.deepEqual([heard(12_000).live, heard(12_000).key, heard(12_000).values.age], [false, "status.quiet", 12]);
  assert.equal(at({ link: { ...open, heardAt: NOW - 12_000 }, health: away }).key, "status.redis_away");
});

test("nothing known yet is starting, not live", () => {
  const fresh = { ...health, feed: { mode: "tracking", proved_at: null }, reconciled_at: null };
  assert.equal(at({ health: fresh }).live, false);
  assert.equal(at({ health: { ...health, redis: "connecting" } }).live, false);
  assert.equal(seenAt(fresh, null), null);
});

test("every sentence of the pill has words", () => {
  for (const key of ["connecting", "reconnecting", "offline", "redis_away", "starting", "quiet", "live", "live.fresh", "sampling", "sampling.fresh", "easing.slow", "easing.memory"]) {
    assert.notEqual(t(`status.${key}`), `status.${key}`);
  }
});
