/** Health: what is called wrong, what is not, and how it is said and copied. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { escaped, markdown, utc } from "../../webapp/static/js/panels/health/markdown.model.js";
import { queueRows } from "../../webapp/static/js/panels/health/queues.model.js";
import { redisFacts } from "../../webapp/static/js/panels/health/redis.model.js";
import { light, wrongs } from "../../webapp/static/js/panels/health/verdict.model.js";
import { nextStep, wrong } from "../../webapp/static/js/panels/health/words.model.js";
import { setZone } from "../../webapp/static/js/format.js";
import { speakEnglish, words } from "./support.js";

before(speakEnglish);

const NOW = 1_795_360_400_000;
const ago = (seconds) => NOW - seconds * 1000;

const queue = (name, fields = {}) => ({ name, queued: 0, scheduled: 0, stalled: 0, workers: 1, scheduler: true, oldest_enqueued_at: null, ...fields });
const redis = (parts = {}) => ({
  refused: [],
  server: { name: "Redis", version: "7.2.4", uptime_s: 300_000, per_second: 1_240, keys: 52_000 },
  memory: { used: 51_000_000, max: 512_000_000, policy: "noeviction", may_evict: false, evicted: 0, ...parts.memory },
  clients: { connected: 14, blocked: 6, max: 10_000, ...parts.clients },
  persistence: { loading: false, rdb_ok: true, saved_at: ago(180), aof: false, aof_ok: true, ...parts.persistence },
  replication: { role: "primary", link: null, heard_s: null, replicas: [], ...parts.replication },
});
const processes = (fields = {}) => ({ schedulers: [], cron: [], operations: { state: "alive" }, lost: [], unlisted: [], ...fields });
const flow = (queues = [], covered = 300) => {
  const window = (whole) => ({ window_s: whole, covered_s: Math.min(covered, whole), arrivals_s: Math.min(covered, whole) });
  return { recording: true, windows: { recent: window(300), hour: window(3600) }, queues, more: 0 };
};
const sound = (fields = {}, boards = {}) => ({
  live: true,
  health: { redis: "ok", address: "redis:6379" },
  totals: { queued: 0, started: 2, workers: 3, lost: 0, suspended: false },
  queues: [queue("default")],
  workers: [{ name: "a", state: "idle", version: "3.0.0", jobs: [] }],
  figures: { failed: { count: 0, of: 500, window_s: 3600 } },
  boards: { redis: redis(), processes: processes(), flow: flow(), failures: { groups: [] }, stuck: { kinds: [] }, ...boards },
  now: NOW,
  ...fields,
});
const codes = (seen) => wrongs(seen).map(({ level, code }) => `${level} ${code}`);

test("a sound installation is well, and not before everything needed is known", () => {
  assert.deepEqual(codes(sound()), []);
  assert.equal(light([], true), "ok");
  assert.equal(light([], false), "unknown");
  assert.equal(light([{ level: "warn" }], true), "warn");
  assert.equal(light([{ level: "warn" }, { level: "bad" }], false), "bad");
});

test("boards that are missing are no trouble and no excuse", () => {
  assert.deepEqual(codes(sound({}, { redis: null, processes: null, flow: null, failures: null, stuck: null })), []);
});

test("what is worst comes first", () => {
  const seen = sound({ totals: { queued: 4, workers: 3, suspended: true }, queues: [queue("gpu", { queued: 4, workers: 0, oldest_enqueued_at: ago(61) })] }, { redis: redis({ memory: { may_evict: true, policy: "allkeys-lru" } }) });
  assert.deepEqual(codes(seen), ["bad nobody_listens", "warn redis_may_evict", "warn suspended"]);
});

test("a pause that nobody keeps is wrong, one that is kept is not", () => {
  const paused = (kept) => sound({ queues: [queue("mail", { paused: { kept } })] });
  assert.deepEqual(codes(paused(false)), ["bad pause_left"]);
  assert.deepEqual(codes(paused(true)), []);
});

test("a queue without a worker is a look at first, and wrong after a minute", () => {
  const alone = (seconds) => sound({ queues: [queue("gpu", { queued: 1, workers: 0, oldest_enqueued_at: ago(seconds) })] });
  assert.deepEqual(codes(alone(59)), ["warn nobody_listens"]);
  assert.deepEqual(codes(alone(60)), ["bad nobody_listens"]);
  assert.deepEqual(codes(sound({ queues: [queue("gpu", { workers: 0 })] })), [], "nothing waits there");
});

test("no worker at all is wrong at once where jobs wait", () => {
  const seen = sound({ totals: { queued: 1, workers: 0, suspended: false }, workers: [], queues: [queue("default", { queued: 1, workers: 0, oldest_enqueued_at: NOW })] });
  assert.deepEqual(codes(seen), ["bad no_worker"]);
});

test("a wait is long after five minutes and too long after thirty; the longest is named", () => {
  const waits = (...seconds) => sound({ queues: seconds.map((each, at) => queue(`q${at}`, { queued: 2, oldest_enqueued_at: ago(each) })) });
  assert.deepEqual(codes(waits(299)), []);
  assert.deepEqual(codes(waits(300)), ["warn waits"]);
  const [found] = wrongs(waits(400, 1_800));
  assert.deepEqual([found.level, found.words.queue, found.link], ["bad", "q1", { page: "jobs", query: { queue: "q1", status: "queued" } }]);
});

test("a queue fills when clearly more comes than ends, and something waits", () => {
  const filling = (arrived, ended, queued = 50, covered = 300) => sound({ queues: [queue("default", { queued, oldest_enqueued_at: ago(5) })] }, { flow: flow([{ name: "default", recent: { arrived, ended }, hour: { arrived, ended } }], covered) });
  assert.deepEqual(codes(filling(100, 70)), ["warn fills"]);
  assert.deepEqual(codes(filling(100, 90)), [], "a little more");
  assert.deepEqual(codes(filling(10, 0)), [], "a burst");
  assert.deepEqual(codes(filling(100, 70, 3)), [], "nearly empty");
  assert.deepEqual(codes(filling(100, 70, 50, 30)), [], "hardly recorded");
});

test("failures are counted as a share of enough runs", () => {
  const fails = (count, of) => codes(sound({ figures: { failed: { count, of, window_s: 3600 } } }));
  assert.deepEqual(fails(9, 100), []);
  assert.deepEqual(fails(10, 100), ["warn fails"]);
  assert.deepEqual(fails(50, 100), ["bad fails"]);
  assert.deepEqual(fails(9, 9), [], "too few to tell");
});

const raised = (type, fields = {}) => ({ kind: "exception", type, message: "", ...fields });

test("a new cause of failure is named; one that is known or muted is not", () => {
  const groups = [raised("KeyError", { new: true, functions: [{ func: "a.b" }] }), raised("ValueError", { new: false }), raised("OSError", { new: true, muted: { by: "ada" } })];
  const [found, ...others] = wrongs(sound({}, { failures: { groups } }));
  assert.equal(wrong(found), "A new cause of failure in the last hour: KeyError in a.b.");
  assert.deepEqual(others, []);
});

test("causes have the names of the page of failures, and those that are not named are all counted", () => {
  const killed = { kind: "killed", type: null, message: "signal 9", new: true, functions: [{ func: "a.b" }] };
  const types = ["smtplib.SMTPServerDisconnected", "KeyError", "KeyError", "OSError", "ValueError"];
  const groups = [killed, ...types.map((type) => raised(type, { new: true, functions: [{ func: "a.b" }] }))];
  assert.equal(wrong(wrongs(sound({}, { failures: { groups } }))[0]), "6 new causes of failure in the last hour: Job process killed, SMTPServerDisconnected, KeyError, and 2 more in a.b.");
});

test("causes and functions without a name are told all the same", () => {
  const groups = [{ kind: "unknown", type: null, message: "", new: true, functions: [{ func: null, title: "" }] }];
  assert.match(wrong(wrongs(sound({}, { failures: { groups } }))[0]), /: Nothing kept of the failure in unknown\.$/);
});

test("a worker that was lost with a job is wrong, without one a look; one whose job runs on is no lost job", () => {
  const lost = (fields) => ({ name: "w", state: "lost", version: "3.0.0", jobs: [], runs_on: false, ...fields });
  const seen = (...workers) => codes(sound({ workers }));
  assert.deepEqual(seen(lost({ jobs: [{ id: "j" }] })), ["bad lost_busy"]);
  assert.deepEqual(seen(lost()), ["warn lost"]);
  assert.deepEqual(seen(lost({ jobs: [{ id: "j" }], runs_on: true })), ["warn lost"]);
  assert.equal(wrong(wrongs(sound({ workers: [lost()] }))[0]), "A worker is lost: w.");
  assert.match(nextStep(wrongs(sound({ workers: [lost(), lost()] }))[0]), /^They were killed/);
});

test("stuck work counts once: by its board, else by overdue heartbeats", () => {
  const queues = [queue("default", { stalled: 2 })];
  assert.deepEqual(codes(sound({ queues }, { stuck: { kinds: [{ kind: "abandoned", count: 2 }, { kind: "deferred", count: 3 }] } })), ["warn stuck"]);
  assert.deepEqual(codes(sound({ queues }, { stuck: null })), ["warn stalled"]);
  assert.deepEqual(codes(sound({}, { stuck: { kinds: [{ kind: "lost_worker", count: 1 }] } })), [], "told with the lost worker");
});

test("scheduled jobs without a scheduler never start", () => {
  assert.deepEqual(codes(sound({ queues: [queue("gpu", { scheduled: 3, scheduler: false })] })), ["bad no_scheduler"]);
});

test("a lost cron process, a mixed fleet, a forgotten worker and a silent recorder are told", () => {
  const workers = [{ name: "a", state: "idle", version: "3.0.0", jobs: [] }, { name: "b", state: "idle", version: "2.12.0", jobs: [] }];
  const boards = { processes: processes({ cron: [{ name: "c", host: "web-a", state: "lost" }], operations: { state: "lost" }, unlisted: ["x"] }) };
  assert.deepEqual(codes(sound({ workers }, boards)), ["bad cron_lost", "warn mixed", "warn unlisted", "warn not_recorded"]);
});

test("Redis away, or a page that is not live, stands above all", () => {
  assert.deepEqual(codes(sound({ live: false, health: { redis: "away", address: "r" } })), ["bad redis_away"]);
  assert.deepEqual(codes(sound({ live: false })), ["bad not_live"]);
});

test("a full Redis is wrong where it refuses, and evictions where it may evict", () => {
  const memory = (fields) => codes(sound({}, { redis: redis({ memory: fields }) }));
  assert.deepEqual(memory({ used: 80, max: 100 }), ["warn redis_fills"]);
  assert.deepEqual(memory({ used: 95, max: 100 }), ["bad redis_full"]);
  assert.deepEqual(memory({ used: 95, max: null }), []);
  assert.deepEqual(memory({ policy: "allkeys-lru", may_evict: true }), ["warn redis_may_evict"]);
  assert.deepEqual(memory({ policy: "allkeys-lru", may_evict: true, evicted: 3 }), ["bad redis_evicted"]);
  assert.deepEqual(memory({ policy: "allkeys-lru", may_evict: false, evicted: 3 }), [], "no limit is set now");
});

test("errors of persistence and replication, and a crowd of clients, are told", () => {
  const of = (parts) => codes(sound({}, { redis: redis(parts) }));
  assert.deepEqual(of({ persistence: { rdb_ok: false } }), ["bad redis_unsaved"]);
  assert.deepEqual(of({ persistence: { aof_ok: false } }), ["bad redis_unsaved"]);
  assert.deepEqual(of({ persistence: { rdb_ok: null, aof_ok: null } }), [], "not told is not failed");
  assert.deepEqual(of({ persistence: { loading: true } }), ["bad redis_loading"]);
  assert.deepEqual(of({ replication: { role: "replica", link: false } }), ["bad redis_cut_off"]);
  assert.deepEqual(of({ replication: { replicas: [{ address: "r", online: true, lag_s: 11 }, { address: "s", online: true, lag_s: 1 }] } }), ["warn redis_lags"]);
  assert.deepEqual(of({ clients: { connected: 9_000 } }), ["warn redis_crowded"]);
});

test("every verdict has a sentence, and a next step, in words", () => {
  const en = words("en");
  const spelt = new Set(Object.keys(en).filter((key) => key.startsWith("health.wrong.")).map((key) => key.split(".")[2]));
  assert.ok(spelt.size > 20);
  for (const code of spelt) assert.ok(`health.next.${code}` in en, code);
});

test("Redis in words; what is not told says so by being nothing", () => {
  const facts = Object.fromEntries(redisFacts(redis(), NOW));
  assert.equal(facts.memory, "51 MB of 512 MB (10 %)");
  assert.equal(facts.persistence, "snapshot 3 min ago · no append-only file");
  assert.equal(facts.clients, "14 connected · 6 waiting for a job · at most 10,000");
  const nothing = { memory: {}, clients: {}, persistence: {}, replication: { replicas: [] }, server: {} };
  const untold = Object.fromEntries(redisFacts({ ...redis(), memory: { used: null, max: null, policy: null, may_evict: null, evicted: null }, clients: nothing.clients, persistence: { rdb_ok: null, saved_at: null, aof: null }, replication: { role: null, replicas: [] }, server: { per_second: null, keys: null, version: null } }, NOW));
  assert.deepEqual(Object.values(untold).filter((text) => text), []);
});

test("the queue whose first job waits longest is first, and queues where nothing is are left out", () => {
  const busy = { recent: { arrived: 1, ended: 1 }, hour: { arrived: 9, ended: 9 } };
  const rows = queueRows([queue("a", { queued: 1, oldest_enqueued_at: ago(5) }), queue("b", { queued: 1, oldest_enqueued_at: ago(50) }), queue("c"), queue("d")], flow([{ name: "d", ...busy }]), NOW);
  assert.deepEqual(rows.map(({ name, seconds }) => [name, seconds]), [["b", 50], ["a", 5], ["d", 0]]);
});

const copied = (seen, fields = {}) =>
  markdown(seen, { found: wrongs(seen), headline: "1 thing", actions: [], href: (page, query) => `https://rq.example/${page}?${new URLSearchParams(query)}`, address: "redis:6379", ...fields });

test("what is copied has UTC times whatever zone the page shows, and absolute links", () => {
  setZone("Asia/Seoul");
  const text = copied(sound({ queues: [queue("gpu", { queued: 3, workers: 0, oldest_enqueued_at: ago(242) })] }), { actions: [{ at: ago(60), actor: "ada", what: "Stopped", job: "j1" }] });
  setZone("UTC");
  assert.match(text, /2026-11-22 15:13:20 UTC · redis:6379/);
  assert.match(text, /- 🔴 No worker listens to gpu, where 3 jobs wait\..*\[look\]\(https:\/\/rq\.example\/jobs\?queue=gpu&status=queued\)/);
  assert.match(text, /\| \[gpu\]\(https:\/\/rq\.example\/jobs\?queue=gpu\) \| 3 \| 4 min 2 s \| — \| — \|/);
  assert.match(text, /- 2026-11-22 15:12:20 UTC ada: Stopped \(j1\)/);
  assert.match(text, /- Memory: 51 MB of 512 MB/);
});

test("names of other programs cannot make Markdown of their own", () => {
  assert.equal(escaped("a|b *c*\n[x](y) <i> `z`"), "a\\|b \\*c\\*\\ \\[x\\](y) \\<i\\> \\`z\\`".replace("\\ ", " "));
  const text = copied(sound({ queues: [queue("a|b\n# c", { queued: 1, oldest_enqueued_at: NOW })] }));
  assert.ok(text.includes("| [a\\|b \\# c]("));
});

test("a time that is not known is no time", () => {
  assert.equal(utc(null), "—");
});

test("every next step fills its gaps", () => {
  for (const one of wrongs(sound({ totals: { queued: 4, workers: 3, suspended: true } }, { redis: redis({ memory: { used: 99, max: 100 } }) }))) {
    assert.doesNotMatch(`${wrong(one)} ${nextStep(one)}`, /[{}]|undefined|NaN/);
  }
});
