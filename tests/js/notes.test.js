/** Notes, who else looks at a job, and what was done to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { others, PLACES } from "../../webapp/static/js/panels/job/lookers.model.js";
import { deedsOn, isOwn } from "../../webapp/static/js/panels/job/notes.model.js";
import { apply, initial, keepOnly } from "../../webapp/static/js/reducer.js";
import { compose, composeHidden, wanted } from "../../webapp/static/js/watch.model.js";
import { goldens } from "./support.js";

const people = (...names) => names.map((name) => ({ name, by: name.toLowerCase() }));
const told = (here, count = here.length) => ({ here, count });
const ME = { name: "Me", by: "me" };

test("the others are all but oneself", () => {
  assert.deepEqual(others(told(people("Ada", "Me", "Mina")), ME), { faces: people("Ada", "Mina"), more: 0, names: ["Ada", "Mina"] });
  assert.deepEqual(others(told(people("Me")), ME), { faces: [], more: 0, names: [] });
});

test("nobody is there before anything was told", () => {
  assert.deepEqual(others(undefined, null), { faces: [], more: 0, names: [] });
});

test("more people than places are counted in the last place", () => {
  assert.equal(others(told(people("A", "B", "C", "Me")), ME).faces.length, PLACES);
  const { faces, more } = others(told(people("A", "B", "C", "D", "Me")), ME);
  assert.deepEqual([faces.length, more], [PLACES - 1, 2]);
});

test("who is not among the names is among those who are only counted", () => {
  const named = people(...Array.from({ length: 20 }, (_, n) => `P${n}`));
  const { faces, more } = others(told(named, 31), ME);
  assert.equal(faces.length + more, 30);
});

test("a note is one's own by what tells people apart, not by its name", () => {
  assert.equal(isOwn({ by: "me", name: "Old name" }, ME), true);
  assert.equal(isOwn({ by: "other", name: "Me" }, ME), false);
  assert.equal(isOwn({ by: "me" }, null), false);
});

test("the deeds on a job are those of its own and of its runs again, none twice, newest first", () => {
  const line = (n, more = {}) => ({ id: `${n}-0`, job: "j", of: null, action: "cancel", ...more });
  const pushed = [line(9), line(8, { job: "k" }), line(7, { job: "k", of: "j", action: "run_again" }), line(6, { action: "note" })];
  const fetched = [line(7, { job: "k", of: "j", action: "run_again" }), line(10), line(2)];
  assert.deepEqual(deedsOn("j", pushed, fetched).map(({ id }) => id), ["10-0", "9-0", "7-0", "2-0"]);
});

test("who looks is said while the job is open and somebody sees the page", () => {
  const looking = { job: "j", key: "k", name: "Ada" };
  const wishes = [{ overview: true }, { job: "j", looking }];
  assert.deepEqual(compose(wishes), { overview: true, job: "j", looking });
  assert.deepEqual(composeHidden(wishes), {});
});

test("who looks is known of the open job, and forgotten with it", () => {
  const event = goldens().presence;
  const state = apply(initial(), event);
  assert.deepEqual(state.presence[event.job], told(event.here));
  assert.deepEqual(keepOnly(state, wanted({ job: event.job })).presence, state.presence);
  assert.deepEqual(keepOnly(state, wanted({})).presence, {});
});
