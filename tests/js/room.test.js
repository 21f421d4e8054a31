import assert from "node:assert/strict";
import { test } from "node:test";
import { day } from "../../webapp/static/js/format.js";
import {
  charsOf, compareIds, discard, hear, initial, initialOf, newerThan, parts, sent, shade, turns, unsent, write,
} from "../../webapp/static/js/room.model.js";
import { speakEnglish } from "./support.js";

speakEnglish();

const ME = { name: "Mina", by: "aa", fixed: false };
const AT = Date.UTC(2026, 10, 22, 12);
const message = (n, more = {}) => ({ message: `text ${n}`, name: "Ada", by: "bb", at: AT + n, id: `${AT + n}-0`, ...more });
const told = (...words) => words.reduce(hear, initial());
const texts = ({ messages }) => messages.map((each) => each.message);

test("the greeting is no message, and nothing is known before the history", () => {
  const state = told({ message: "연결 성공" }, { you: ME });
  assert.equal(state.messages, null);
  assert.deepEqual(state.you, ME);
  assert.deepEqual(told({ history: [] }).messages, []);
});

test("messages follow the history, each once", () => {
  const state = told({ history: [message(1), message(2)] }, message(2), message(3), { history: [message(2), message(3)] });
  assert.deepEqual(texts(state), ["text 1", "text 2", "text 3"]);
});

test("what was missed stands where it was said", () => {
  const state = told({ history: [message(1)] }, message(9), { history: [message(4), message(5), message(9)] });
  assert.deepEqual(texts(state), ["text 1", "text 4", "text 5", "text 9"]);
});

test("ids are compared as numbers", () => {
  assert.ok(compareIds("9-0", "10-0") < 0);
  assert.ok(compareIds("10-9", "10-10") < 0);
  assert.equal(compareIds("10-1", "10-1"), 0);
});

test("what was sent twice because the connection broke is one message", () => {
  const twice = { name: "Mina", by: "aa", ref: "p-1" };
  assert.equal(told({ history: [message(1, twice)] }, message(2, twice)).messages.length, 1);
  assert.equal(told({ history: [message(1, twice)] }, message(2, { ...twice, by: "bb" })).messages.length, 2);
});

test("no more is kept than a day's talk", () => {
  const state = told({ history: Array.from({ length: 700 }, (_, n) => message(n)) });
  assert.equal(state.messages.length, 500);
  assert.equal(state.messages.at(-1).message, "text 699");
});

test("one's own message is pending until it comes back", () => {
  let state = sent(write(told({ you: ME }, { history: [] }), "p-1", "hello"), "p-1");
  assert.equal(state.pending.length, 1);
  state = hear(state, message(1, { ref: "p-1", by: "cc" }));
  assert.equal(state.pending.length, 1, "another one's message of the same name");
  state = hear(state, message(2, { ref: "p-1", by: "aa" }));
  assert.deepEqual(state.pending, []);
});

test("what was refused says why, and is sent again or given up", () => {
  const refused = hear(sent(write(told({ you: ME }), "p-1", "hello"), "p-1"), { error: { code: "too_fast" }, ref: "p-1" });
  assert.equal(refused.pending[0].error.code, "too_fast");
  assert.deepEqual(unsent(refused), []);
  assert.equal(sent(refused, "p-1").pending[0].error, null);
  assert.deepEqual(discard(refused, "p-1").pending, []);
});

test("after a break only what is not in the history is sent again", () => {
  let state = told({ you: ME }, { history: [] });
  for (const ref of ["p-1", "p-2"]) state = sent(write(state, ref, ref), ref);
  assert.deepEqual(unsent(state), []);
  state = hear(state, { you: ME });
  state = hear(state, { history: [message(1, { ref: "p-1", by: "aa" })] });
  assert.deepEqual(unsent(state).map(({ ref }) => ref), ["p-2"]);
});

test("a history that is told again on the same connection sends nothing twice", () => {
  const state = hear(sent(write(told({ you: ME }, { history: [] }), "p-1", "x"), "p-1"), { history: [] });
  assert.deepEqual(unsent(state), []);
});

test("a new connection reaches nobody until it says so", () => {
  const state = told({ you: ME }, { reach: "servers" }, { here: [{ name: "Ada", by: "bb" }], count: 1 });
  assert.deepEqual([state.reach, state.count], ["servers", 1]);
  assert.equal(hear(state, { you: ME }).reach, null);
});

test("words that are not known change nothing", () => {
  const state = initial();
  assert.equal(hear(state, { later: true }), state);
  assert.equal(hear(state, { error: { code: "bad_json" } }), state);
});

test("what one person says within five minutes is one turn", () => {
  const minutes = (n, more) => message(n * 60_000, more);
  const shown = turns([minutes(0), minutes(1), minutes(7), minutes(8, { by: "cc" }), minutes(9)], ME, day);
  assert.deepEqual(shown.map((each) => each.messages?.length ?? "day"), ["day", 2, 1, 1, 1]);
});

test("one's own words are marked, also after a change of name", () => {
  const shown = turns([message(1, { by: "aa", name: "guest-aa" }), message(2, { by: "aa", name: "Mina" }), message(3)], ME, day);
  assert.deepEqual(shown.slice(1).map(({ own, messages }) => [own, messages.length]), [[true, 2], [false, 1]]);
  assert.equal(turns([message(1)], null, day)[1].own, false);
});

test("another's new name begins another turn", () => {
  assert.equal(turns([message(1), message(2, { name: "Bob" })], ME, day).length, 3);
});

test("each day begins with its name", () => {
  const night = Date.UTC(2026, 10, 22, 23, 59);
  const shown = turns([message(0, { at: night, id: "1-0" }), message(1, { at: night + 120_000, id: "2-0" })], ME, day);
  assert.deepEqual(shown.filter((each) => each.day).map((each) => each.day), ["Sunday, November 22, 2026", "Monday, November 23, 2026"]);
});

test("newer are others' messages after the one that was seen last", () => {
  const all = [message(1), message(2), message(3, { by: "aa" }), message(4)];
  assert.equal(newerThan(all, all[0].id, ME), 2);
  assert.equal(newerThan(all, all[3].id, ME), 0);
});

test("addresses are links, and only those of the web", () => {
  assert.deepEqual(parts("see http://a.b/c?d=1. ok"), ["see ", { href: "http://a.b/c?d=1" }, ". ok"]);
  assert.deepEqual(parts("(https://a.b/x)"), ["(", { href: "https://a.b/x" }, ")"]);
  assert.deepEqual(parts("javascript:alert(1) ftp://x"), ["javascript:alert(1) ftp://x"]);
  assert.deepEqual(parts('https://a.b/"onx=1'), [{ href: "https://a.b/" }, '"onx=1']);
  assert.deepEqual(parts(""), []);
});

test("characters are counted as the server counts them", () => {
  assert.equal(charsOf("  말🙂 "), 2);
});

test("a person has one letter and one colour", () => {
  assert.equal(initialOf("민아"), "민");
  assert.equal(initialOf("🙂x"), "🙂");
  assert.equal(shade("0d0e8811", 7), shade("0d0e8811", 7));
  assert.equal(shade("zz", 7), 0);
});
