import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setMessages } from "../../webapp/static/js/i18n.js";
import { beyond, choices, detailOf, fits, isAboutWorker, outcomeOf, verbName, verbOf, wantedOf, whenceOf } from "../../webapp/static/js/panels/activity.model.js";
import { ACTIVITY_LINES, apply, initial, keepOnly } from "../../webapp/static/js/reducer.js";
import { goldens, ROOT, words } from "./support.js";

const VERBS = ["enqueue", "run_again", "run_now", "cancel", "stop", "requeue", "delete", "note", "unnote", "mute", "unmute", "hold", "release", "pause", "resume", "delete_queue", "suspend", "resume_all", "log_in", "log_out", "add_token", "revoke_token", "sign_out_user"];
const line = (n, more = {}) => ({ id: `${n}-0`, at: n, actor: "ada", action: "cancel", job: `j${n}`, outcome: "done", reason: null, heard_by: null, of: null, note: null, ...more });
const told = (lines, more = {}) => ({ type: "activity", lines, total: lines.length, reset: false, note: null, as_of: 1, ...more });
const head = (...numbers) => told(numbers.map((n) => line(n)), { reset: true });
const all = (...events) => events.reduce(apply, initial());
const ids = (state) => state.activity.lines.map(({ at }) => at);

for (const lang of ["en", "ko"]) {
  test(`every action that there is has a word for having been done and for having been tried (${lang})`, () => {
    setMessages(lang, words(lang));
    const spoken = VERBS.flatMap((action) => [verbOf(line(1, { action })), verbOf(line(1, { action, outcome: "refused" }))]);
    assert.equal(new Set(spoken).size, VERBS.length * 2);
    assert.ok(spoken.every((word) => !word.includes("activity.")));
  });

  test(`every outcome of the golden lines has a word (${lang})`, () => {
    setMessages(lang, words(lang));
    const events = goldens();
    for (const each of [...events.activity.lines, ...events["activity-reset"].lines]) {
      assert.doesNotMatch(`${outcomeOf(each).word} ${detailOf(each)} ${verbOf(each)}`, /activity\.|undefined|null/);
    }
  });
}

test("a refusal says why, and one that has no words here says its code", () => {
  setMessages("en", words("en"));
  const refused = line(1, { outcome: "refused", reason: "taken" });
  assert.deepEqual([verbOf(refused), outcomeOf(refused).level], ["Tried to cancel", "s-warn"]);
  assert.equal(detailOf(refused), "A worker had just taken the job.");
  assert.equal(detailOf(line(1, { outcome: "refused", reason: "brand_new" })), "brand_new");
});

test("an id that was taken is no refusal, and nothing that was done", () => {
  const again = line(1, { action: "enqueue", reason: "already_there" });
  assert.deepEqual([verbOf(again), outcomeOf(again)], ["Tried to submit", { word: "No change", level: "" }]);
});

test("what nobody here writes is shown as it stands", () => {
  const odd = line(1, { actor: null, action: null, outcome: "unknown", note: "odd" });
  assert.deepEqual([verbOf(odd), outcomeOf(odd).level], ["—", ""]);
  assert.match(detailOf(odd), /^Not as RQ Live writes it/);
  assert.equal(verbOf(line(1, { action: "dance" })), "dance");
});

test("a verb that has no words here is readable, done or tried", () => {
  setMessages("en", words("en"));
  assert.equal(verbOf(line(1, { action: "hold_queue" })), "hold queue");
  assert.equal(verbOf(line(1, { action: "hold_queue", outcome: "refused", reason: "look_only" })), "Tried: hold queue");
  assert.deepEqual([verbName("hold_queue"), verbName("stop")], ["hold queue", "Stopped"]);
});

test("where from and through which server stands together, and each alone where the other is not known", () => {
  assert.equal(whenceOf({ address: "10.0.0.7", server: "web-a:8000" }), "10.0.0.7 → web-a:8000");
  assert.deepEqual([whenceOf({ address: null, server: "web-a:8000" }), whenceOf({})], ["web-a:8000", ""]);
});

test("a line is wanted where all that is asked for fits, a run again also by the job before it", () => {
  const again = line(1, { action: "run_again", job: "new", of: "old" });
  assert.ok(fits(again, { actor: "ada", action: "run_again", outcome: "done", job: "old" }));
  assert.ok(fits(again, { job: "new" }) && !fits(again, { job: "other" }) && !fits(again, { actor: "bob" }) && !fits(again, { outcome: "refused" }));
  assert.equal(wantedOf({ cursor: "x" }), null);
  assert.deepEqual(wantedOf({ job: "j" }), { actor: "", action: "", outcome: "", job: "j" });
});

test("what is chosen can be chosen even where no line that is known has it", () => {
  assert.deepEqual(choices([line(1, { actor: "bob" }), line(2), line(3, { actor: null })], "actor", "zoe"), ["ada", "bob", "zoe"]);
});

test("new lines come first, and none twice", () => {
  const state = all(head(2, 1), told([line(4), line(3)], { total: 4 }), told([line(4)], { total: 4 }));
  assert.deepEqual([ids(state), state.activity.total, state.activity.breaks], [[4, 3, 2, 1], 4, 1]);
});

test("lines that come before any beginning was told are not a beginning", () => {
  assert.equal(all(told([line(1)])).activity, null);
});

test("after a short break the older lines stay, after a long one they are over", () => {
  const kept = all(head(3, 2, 1), head(5, 4, 3));
  assert.deepEqual([ids(kept), kept.activity.breaks], [[5, 4, 3, 2, 1], 1]);
  const over = all(head(3, 2, 1), head(9, 8, 7));
  assert.deepEqual([ids(over), over.activity.breaks], [[9, 8, 7], 2]);
  assert.deepEqual(ids(all(head(3, 2, 1), head())), []);
});

test("a tab that is open for a week stays small, and knows that its oldest line is another", () => {
  const numbers = Array.from({ length: ACTIVITY_LINES }, (_, n) => ACTIVITY_LINES - n);
  const full = all(head(...numbers));
  const state = apply(full, told([line(ACTIVITY_LINES + 1)]));
  assert.equal(state.activity.lines.length, ACTIVITY_LINES);
  assert.equal(state.activity.breaks, full.activity.breaks + 1);
  assert.equal(ids(state).at(-1), 2);
});

test("ids are compared as numbers", () => {
  assert.deepEqual(ids(all(head(9), told([line(10)]))), [10, 9]);
});

test("older lines that were pushed meanwhile are not shown twice", () => {
  const known = [line(5), line(4)];
  assert.deepEqual(beyond(known, [line(4), line(3), line(2)]).map(({ at }) => at), [3, 2]);
  assert.deepEqual(beyond([], [line(1)]).length, 1);
});

test("what nobody watches is forgotten", () => {
  const nothing = { rows: new Set(), jobs: new Set(), lists: new Set(), logs: new Set() };
  assert.equal(keepOnly(all(head(1)), { ...nothing, activity: false }).activity, null);
  assert.equal(keepOnly(all(head(1)), { ...nothing, activity: true }).activity.lines.length, 1);
});

test("a line is about a worker, or about a user or a token by its name", () => {
  assert.ok(isAboutWorker({ action: "shut_down" }));
  for (const action of ["add_token", "revoke_token", "sign_out_user"]) assert.ok(!isAboutWorker({ action }), action);
});

test("every deed of the server has its words, done and tried, in both languages", () => {
  const folder = join(ROOT, "webapp/actions");
  const source = readdirSync(folder).filter((name) => name.endsWith(".py")).map((name) => readFileSync(join(folder, name), "utf8")).join("");
  const verbs = new Set([...source.matchAll(/door\.act\(([^)]*)\)/g)].flatMap(([, told]) => [...told.split(/,\s*(?:queue|worker|job)/)[0].matchAll(/(?<!f)"([a-z_]+)"/g)].map((match) => match[1])));
  assert.ok(verbs.has("end_worker_now") && verbs.size > 25, [...verbs].join());
  for (const lang of ["en", "ko"]) {
    const known = words(lang);
    const missing = [...verbs].flatMap((verb) => [`activity.did.${verb}`, `activity.tried.${verb}`]).filter((key) => !(key in known));
    assert.deepEqual(missing, [], lang);
  }
});
