import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as lanes from "../../webapp/static/js/components/views/lanes.model.js";
import { setMessages } from "../../webapp/static/js/i18n.js";
import { speakEnglish, words } from "./support.js";

before(speakEnglish);

const bar = (from, to, more = {}) => ({ from, to, busy: 0.5, ...more });
const group = { model: "threads", seconds: 2, ratio: 4, lanes: [{ task: 1, on: "thread", id: 3, core: 0, bars: [bar(0, 1)] }, { task: 2, on: "thread", id: 4, bars: [bar(0.5, 2)] }], says: [] };

test("groups share one axis that ends with the slowest, with ticks at round times", () => {
  const { end, ticks } = lanes.axis([{ seconds: 0.26 }, { seconds: 2.1 }, { seconds: 1 }]);
  assert.equal(end, 2.1);
  assert.deepEqual(ticks.map(({ label }) => label), ["0", "1 s", "2 s"]);
  assert.ok(Math.abs(ticks[2].at - (2 / 2.1) * 100) < 1e-9);
  for (const seconds of [0.00042, 0.03, 0.8, 1, 7, 59, 840]) {
    const count = lanes.axis([{ seconds }]).ticks.length;
    assert.ok(count >= 2 && count <= 6, `${seconds}: ${count}`);
  }
});

test("a bar lies where its times say, and is never too narrow to be seen", () => {
  const [first] = lanes.bars(group.lanes[0], group, 4);
  assert.deepEqual([first.x, first.width, first.fill], [0, 25, 0.5]);
  const [tiny] = lanes.bars({ bars: [bar(4, 4)] }, group, 4);
  assert.ok(tiny.width > 0.3);
  assert.ok(tiny.x + tiny.width <= 100);
});

test("bars that wait for a lock, or were cut short, are told apart", () => {
  const [holds, waits] = lanes.bars({ task: 1, bars: [{ from: 0, to: 1, label: "holds", locks: "A, B" }, { from: 1, to: 2, label: "waits", locks: "B" }] }, group, 2);
  assert.deepEqual([holds.kind, holds.label, waits.kind, waits.label], ["holds", "A, B", "waits", "waits: B"]);
  assert.deepEqual([holds.fill, waits.fill], [0, 0]);
  assert.equal(lanes.bars({ bars: [bar(0, 1, { cut: true })] }, group, 2)[0].cut, true);
});

test("a density keeps every task, however narrow it is drawn", () => {
  const counts = Array.from({ length: 48 }, (_, n) => (n % 3 ? 2 : 0));
  const wide = lanes.bars({ bars: [], density: counts }, { seconds: 2 }, 2);
  assert.equal(wide.length, 32);
  assert.ok(wide.every(({ fill }) => fill === 1));
  const narrow = lanes.bars({ bars: [], density: counts }, { seconds: 0.02 }, 2);
  assert.ok(narrow.length <= 3);
  assert.ok(narrow.every(({ x, width }) => x >= 0 && x + width <= 100 && width >= 0.4));
  assert.equal(lanes.bars({ bars: [], density: [0, 0] }, { seconds: 1 }, 1).length, 0);
});

test("beside the first group it says how many times faster or slower, or nothing", () => {
  assert.deepEqual(lanes.versus({ ratio: 4.04 }), { text: "4 × faster", tone: "s-ok" });
  assert.equal(lanes.versus({ ratio: 0.0118 }).text, "85 × slower");
  assert.equal(lanes.versus({ ratio: 1.1 }).text, "about the same");
  assert.equal(lanes.versus({ ratio: 0.9 }).text, "about the same");
  assert.equal(lanes.versus({ ratio: null }), null);
});

test("a sentence has the measured figures, each with its unit, in both languages", () => {
  const says = [{ text: "cpu_threads", values: { at_once: 8, core_share: 0.124 } }, { text: "tiny_processes", values: { workers: 2, each_micros: 158.82, work_micros: 0.27 } }];
  const [threads, tiny] = lanes.sentences({ says });
  assert.match(threads, /^Not faster: 8 were under way at once.*12\u00a0% of its time\.$/);
  assert.match(tiny, /costs 159\u00a0µs, beside 0\.3\u00a0µs of work/);
  assert.match(lanes.sentences({ says: [{ text: "cut", values: { done: 1, tasks: 8, limit_seconds: 0.2 } }] })[0], /limit of 0\.2\u00a0s: 1 of 8 tasks/);
  setMessages("ko", words("ko"));
  assert.match(lanes.sentences({ says })[0], /8개가 동시에.*12% 동안/);
  assert.equal(lanes.versus({ ratio: 4 }).text, "4배 빠름");
  speakEnglish();
});

test("titles and models of others are shown as they were given", () => {
  assert.equal(lanes.title({ title: "io", values: { tasks: 8, wait_seconds: 0.25 } }), "Waiting (I/O-bound): 8 answers from a server, 0.25\u00a0s each");
  assert.equal(lanes.title({ title: "My own comparison" }), "My own comparison");
  assert.equal(lanes.model({ model: "trio" }), "trio");
  assert.deepEqual(lanes.sentences({ says: [{ text: "It was quick." }] }), ["It was quick."]);
});

test("a lane says who worked, without grouping the digits of a process", () => {
  assert.equal(lanes.laneName({ task: 3, on: "process", id: 128917, core: 1 }), "task 3 · process 128917 · core 1");
  assert.equal(lanes.laneName({ name: "heartbeat" }), "heartbeat");
  assert.equal(lanes.laneLabel({ on: "process", id: 128917, bars: [bar(0, 1)] }), "process 128917");
  assert.equal(lanes.laneLabel({ task: 3, on: "thread", id: 1, bars: [bar(0, 1)] }), "");
});

test("the table has the figures of every lane", () => {
  assert.deepEqual(lanes.rows(group), [["task 1 · thread 3 · core 0", "0", "1 s", "1 s", "0.5 s"], ["task 2 · thread 4", "0.5 s", "2 s", "1.5 s", "0.75 s"]]);
  assert.deepEqual(lanes.rows({ seconds: 2, lanes: [{ on: "process", id: 7, bars: [], density: [3, 4] }] }), [["process 7", "0", "2 s", "7 tasks", ""]]);
  assert.equal(lanes.rows({ seconds: 2, lanes: [{ name: "heartbeat", bars: [{ from: 0, to: 1 }] }] })[0][4], "");
  assert.deepEqual(lanes.rows({ seconds: 2, lanes: [{ task: 1, bars: [] }] })[0].slice(1), ["", "", "", ""]);
});

test("a result tells of its machine where it knows it", () => {
  assert.deepEqual(lanes.about({ about: { python: "3.13.1", cores: 2, gil: false }, seconds: 11.4 }), ["Python 3.13.1", "2 cores", "no interpreter lock", "measured in 11 s"]);
  assert.deepEqual(lanes.about({ seconds: 11.4 }), []);
});
