/** What can be done to a queue, and what is said of it: only what fits, to how many jobs, and the whole truth. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deedsOf, deedsOfAll, skipWords, timeLabel, told } from "../../webapp/static/js/panels/queues/deeds.model.js";
import { setMessages, t } from "../../webapp/static/js/i18n.js";
import { goldens, speakEnglish, words } from "./support.js";

speakEnglish();
const golden = goldens()["overview-queue"].value;
const NOW = golden.paused.at + 60_000;
const EMPTY = { name: "q", queued: 0, started: 0, scheduled: 0, deferred: 0, failed: 0, finished: 0, canceled: 0, ready: 0, workers: 0, held: null, paused: null };
const names = (queue) => deedsOf({ ...EMPTY, ...queue }).map(({ name, n }) => [name, n]);

test("a queue is offered what fits, with the number of jobs", () => {
  assert.deepEqual(names({ queued: 5, workers: 1 }), [["pause", 5], ["hold", 5], ["empty", 5], ["delete", 0]]);
  assert.deepEqual(names({ held: { jobs: 3 }, workers: 1 }), [["pause", 0], ["release", 3], ["empty", 3], ["delete", 0]]);
  assert.deepEqual(names({ paused: { parked: 7 }, workers: 1 }), [["resume", 7], ["empty", 7], ["delete", 0]]);
  assert.deepEqual(names({ failed: 1 }), [["pause", 0], ["delete", 0]]);
});

test("a queue with nothing in it may be deleted, unless a worker would make it anew", () => {
  const [, free] = deedsOf(EMPTY);
  assert.deepEqual([free.name, free.isOff], ["delete", false]);
  const [, listened] = deedsOf({ ...EMPTY, workers: 2 });
  assert.deepEqual([listened.isOff, listened.means], [true, "2 workers listen to it: stop them first."]);
});

test("why a queue cannot be deleted is said whole, with what to do about it", () => {
  const why = (queue) => deedsOf({ ...EMPTY, ...queue }).find(({ name }) => name === "delete");
  assert.equal(why({ canceled: 1 }).means, "One job is still in it (1 canceled): delete it first. What is canceled stays until somebody deletes it.");
  assert.deepEqual([why({ canceled: 1 }).isOff, why({ canceled: 1 }).shows, why({ workers: 1 }).shows], [true, true, false]);
  assert.equal(
    why({ started: 1, finished: 1_200, held: { jobs: 2 }, workers: 1 }).means,
    "1,203 jobs are still in it (1 running, 1,200 finished, 2 held): delete them first. What runs has to end, or be stopped. A worker listens to it: stop it first.",
  );
  assert.equal(why({ paused: { parked: 0 } }).means, "It is paused: resume it first.");
});

test("nothing is said of jobs where there is none, in either language", () => {
  const none = { ...EMPTY, paused: { ...golden.paused, parked: 0, slipped: 0, until: null, away_ms: 0, kept: true } };
  for (const lang of ["en", "ko"]) {
    setMessages(lang, words(lang));
    const means = [deedsOf(none)[0], deedsOfAll({ suspended: false, idle: 0 })[0]].map((deed) => deed.means);
    const toasts = ["pause", "resume", "suspend", "release"].map((name) => t(`deeds.${name}.done`, { n: 0, queue: "q" }));
    const said = [...means, ...toasts, ...told(none, NOW).map(([text]) => text.replace(/[\d:]{4,}/, "")), t("queues.paused", { n: 0 })];
    for (const text of said) assert.doesNotMatch(text, /0/, text);
  }
  speakEnglish();
});

test("what is set aside is told with who did it, since when, and what slipped", () => {
  const said = told(golden, NOW).map(([text]) => text);
  assert.match(said[0], /^12 jobs are held since [\d:]+, by ada\.$/);
  assert.match(said[1], /^Paused since [\d:]+ by ada; 40 jobs are parked\.$/);
  assert.match(said[2], /ends by itself at/);
  assert.equal(said[3], "2 jobs started in spite of the pause.");
  assert.deepEqual(told(EMPTY, NOW), []);
});

test("where nobody logs in nobody is named", () => {
  const [held, paused] = told({ ...golden, held: { ...golden.held, by: "anyone" }, paused: { ...golden.paused, by: "anyone" } }, NOW);
  assert.match(held[0], /^12 jobs are held since [\d:]+\.$/);
  assert.match(paused[0], /^Paused since [\d:]+; 40 jobs are parked\.$/);
});

test("a pause that nobody keeps says so, and for how long it was so", () => {
  const said = told({ ...EMPTY, paused: { ...golden.paused, kept: false, slipped: 0, until: null, away_ms: 4_200 } }, NOW);
  assert.deepEqual(said.map(([, tone]) => tone), ["", "s-bad", "s-warn"]);
  assert.match(said[1][0], /new jobs start/);
  assert.match(said[2][0], /For 4.2 s nobody kept it/);
});

test("suspending says how many idle workers may still take a job", () => {
  const [suspend] = deedsOfAll({ suspended: false, idle: 3 });
  assert.match(suspend.means, /Each of the 3 that are idle now may still take one job/);
  assert.deepEqual(deedsOfAll({ suspended: true }).map(({ name }) => name), ["resume_all"]);
});

test("a pause is for ever or for a time", () => {
  assert.deepEqual([timeLabel(null), timeLabel(900)], ["until it is resumed", "for 15 min"]);
});

test("before a pause it is said how many of the workers that listen skip the queue for certain", () => {
  const worker = (name, more = {}) => ({ name, state: "idle", queues: ["mail"], ...more });
  const fleet = [worker("a"), worker("b"), worker("gone", { state: "lost" }), worker("elsewhere", { queues: ["other"] })];
  assert.match(skipWords("mail", fleet, ["a", "b", "elsewhere"]), /^All 2 workers/);
  assert.match(skipWords("mail", fleet, ["a", "gone"]), /^1 of the 2 workers/);
  assert.match(skipWords("mail", fleet, []), /^None of the 2 workers/);
  assert.equal(skipWords("nobody", fleet, ["a"]), "");
  assert.equal(skipWords("mail", fleet, undefined), "", "it is not known yet");
});
