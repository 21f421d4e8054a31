import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as format from "../../webapp/static/js/format.js";
import { setMessages, t } from "../../webapp/static/js/i18n.js";
import { speakEnglish, words } from "./support.js";

before(speakEnglish);

const AT = Date.UTC(2026, 10, 22, 14, 2, 11, 20);

test("numbers are grouped, and short where asked", () => {
  assert.equal(format.number(1284), "1,284");
  assert.equal(format.number(null), "—");
  assert.deepEqual([4810, 412_600, 1_204_418].map(format.compact), ["4,810", "413K", "1.2M"]);
});

test("a share that is not nothing is never called nothing", () => {
  assert.equal(format.percent(0.63), "63 %");
  assert.equal(format.percent(7 / 18_690), "0.04 %");
  assert.equal(format.percent(3 / 1_911_040), "< 0.01 %");
  assert.equal(format.percent(0), "0 %");
});

test("durations have at most two units", () => {
  const said = [0, 0.0004, 0.04, 0.21, 2.34, 9.97, 51, 60, 242, 3600, 93_780, 86_400].map(format.duration);
  assert.deepEqual(said, ["0 s", "1 ms", "40 ms", "0.21 s", "2.3 s", "10 s", "51 s", "1 min", "4 min 2 s", "1 h", "1 day 2 h", "1 day"]);
  assert.equal(format.duration(null), "—");
  assert.equal(format.duration(-3), "0 s");
});

test("what ticks shows whole seconds", () => {
  assert.equal(format.ticking(0.93), "0 s");
  assert.equal(format.ticking(59.99), "59 s");
});

test("an estimate has one unit", () => {
  assert.deepEqual([0.2, 40, 58, 251, 7000, 200_000].map(format.roughly), ["1 s", "40 s", "1 min", "4 min", "2 h", "2 days"]);
});

test("sizes count in powers of ten", () => {
  assert.deepEqual([812, 18_211, 1_500_000, 431_204_118].map(format.bytes), ["812 B", "18 kB", "1.5 MB", "431 MB"]);
});

test("times are shown in the chosen zone, and say which", () => {
  assert.equal(format.hourMinute(AT), "14:02");
  assert.equal(format.time(AT, true), "14:02:11.020");
  assert.equal(format.zoneName(AT), "UTC");
  format.setZone("Asia/Seoul");
  assert.equal(format.time(AT), "23:02:11");
  speakEnglish();
});

test("midnight is 00, not 24", () => {
  assert.equal(format.hourMinute(Date.UTC(2026, 0, 1, 0, 5)), "00:05");
});

test("another day is named with the time", () => {
  assert.equal(format.moment(AT, AT + 1000), "14:02:11");
  assert.equal(format.moment(AT, AT + 86_400_000), "Nov 22, 2026, 14:02:11");
});

test("only ids that nobody chose are shortened", () => {
  assert.equal(format.shortId("8f31c2d4-09b7-4a5e-9c11-3a5ff0e21b7d"), "8f31c2d4");
  assert.equal(format.shortId("nightly-2026"), "nightly-2026");
});

test("a worker is called by its host where RQ made its name up", () => {
  assert.equal(format.workerName({ name: "5d0e9c1f0a3b4c5d8e7f6a5b4c3d2e1f", hostname: "web-a", pid: 4121 }), "web-a:4121");
  assert.equal(format.workerName({ name: "billing-1", hostname: "job-b", pid: 7 }), "billing-1");
});

test("a text takes its plural from n, and keeps a gap visible", () => {
  assert.equal(t("jobs.total", { n: 1 }), "1 job");
  assert.equal(t("jobs.total", { n: 1284 }), "1,284 jobs");
  assert.equal(t("no.such.key"), "no.such.key");
  assert.equal(t("ago"), "{time} ago");
});

test("Korean has its own words for the same values", () => {
  setMessages("ko", words("ko"));
  assert.equal(format.duration(242), "4분 2초");
  assert.equal(t("jobs.total", { n: 3 }), "작업 3개");
  speakEnglish();
});
