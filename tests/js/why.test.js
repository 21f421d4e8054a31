import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { explained, resumeCommand } from "../../webapp/static/js/panels/job/why.model.js";
import { commands, countOf, deedOf, lookedAt, reasonOf, remedies, requeuable, spellOf } from "../../webapp/static/js/panels/stuck/stuck.model.js";
import { setMessages } from "../../webapp/static/js/i18n.js";
import { goldens, ROOT, speakEnglish, words } from "./support.js";

before(speakEnglish);

const NOW = 1_795_360_400_022;
const { server } = goldens().hello;
const NAMES = { place: (worker) => `<${worker}>`, statusName: (status) => status };
const source = (name) => readFileSync(join(ROOT, "webapp/queries", name), "utf8");

/** Every code that the server may tell, as its source spells them. */
const CODES = [...new Set([...`${source("explain.py")}${source("explain_waits.py")}`.matchAll(/Reason\(\s*"([a-z_]+)"/g)].map((match) => match[1]))];
CODES.push("overdue_no_scheduler", "no_scheduler", "overdue", "due", "behind", "next", "in_no_list", "stuck_intermediate", "lost", "silent", "stopped", "canceled", "stopped_by", "canceled_by");

const FIGURES = { queue: "default", n: 2, of: 3, gone: 0, key: "narrow", slots: 1, held: 1, ahead: 1, queued: 7, workers: 0, first: 4, at: NOW - 240_000, actor: "ada", worker: "w", left_ms: null, after: null, retries: 0 };
const say = (code, figures = {}, more = {}) => explained({ id: "x", status: "queued", code, figures: { ...FIGURES, ...figures }, jobs: [], cut: false, ...more }, server, NOW, NAMES);

test("every code of the server has its sentence in both languages, without a gap that nothing fills", () => {
  assert.ok(CODES.length > 40);
  for (const lang of ["en", "ko"]) {
    setMessages(lang, words(lang));
    for (const code of CODES) {
      const said = say(code);
      if (code === "running") {
        assert.equal(said, null);
        continue;
      }
      assert.ok(said, code);
      for (const text of [said.text, said.more, said.way]) assert.doesNotMatch(text, /[{}]|why\./, `${lang} ${code}: ${text}`);
    }
  }
  speakEnglish();
});

test("a reason that wants something done says what, and calm ones do not alarm", () => {
  for (const code of CODES.filter((code) => code !== "running")) {
    const said = say(code, {}, { jobs: [{ id: "p", status: "failed" }] });
    assert.ok(said.isCalm || said.way || code === "canceled_runs", code);
  }
  assert.equal(say("slots_held").isCalm, true);
  assert.equal(say("slots_dead").isCalm, false);
});

test("the place in the queue is told with the estimate and its window, and without one where none is known", () => {
  const said = say("behind", { ahead: 31, start_in: 240, window_s: 300 });
  assert.equal(`${said.text} ${said.more}`, "31 jobs are ahead of it in default. It starts in ≈ 4 min at the rate of the last 5 min.");
  assert.equal(say("behind", { ahead: 1 }).text, "1 job is ahead of it in default.");
  assert.equal(say("behind").more, "");
});

test("commands are pasted as they are", () => {
  assert.equal(say("no_worker", { queue: "gpu" }).command, "rq worker gpu");
  assert.equal(say("no_scheduler", { queue: "gpu" }).command, "rq worker gpu --with-scheduler");
  assert.equal(say("suspended").command, "rq resume");
  const command = "cd /srv/app && /srv/app/.venv/bin/rq worker -u redis://db:6379/1 high low";
  assert.equal(resumeCommand({ worker_command: command }), "cd /srv/app && /srv/app/.venv/bin/rq resume -u redis://db:6379/1");
  assert.equal(say("abandoned", { workers: 0 }).command, "rq worker high default low");
  assert.equal(say("abandoned", { workers: 1 }).command, "");
});

test("what RQ does by itself is told by what the job has left", () => {
  assert.match(say("abandoned", { workers: 1 }).way, /fails it/);
  assert.match(say("abandoned", { workers: 1, retries: 2 }).way, /queues it again/);
  assert.match(say("dead_parents", {}, { jobs: [{ id: "p", status: "stopped" }] }).way, /^Requeue/);
  assert.match(say("dead_parents", {}, { jobs: [{ id: "p", status: "canceled" }] }).way, /does not run again/);
});

test("times and durations are words", () => {
  assert.match(say("overdue_no_scheduler").text, /4 min ago, but no scheduler runs for default/);
  assert.match(say("suspended", { left_ms: 60_000 }).text, /suspended for another 1 min/);
  assert.equal(say("lost").text, "Its worker <w> is lost, and its run with it.");
  assert.equal(say("circle", { n: 1 }).text, "It depends on itself, so it never starts.");
});

test("nothing is said of a job that runs, or of a code that this page does not know yet", () => {
  assert.equal(say(null), null);
  assert.equal(say("of_a_later_version"), null);
});

const KINDS = [...source("stuck_facts.py").match(/KINDS = \(([^)]*)\)/)[1].matchAll(/"(\w+)"/g)].map((match) => match[1]);

test("every kind of stuck work has its words in both languages", () => {
  assert.equal(KINDS.length, 8);
  for (const lang of ["en", "ko"]) {
    const known = words(lang);
    for (const kind of KINDS) for (const part of ["kind", "means", "remedy"]) assert.ok(known[`stuck.${part}.${kind}`], `${lang} ${part} ${kind}`);
  }
});

test("a command is offered for queues that nobody serves, and for no other", () => {
  const queues = [{ queue: "gpu", count: 1, workers: 0, scheduler: false }, { queue: "default", count: 2, workers: 3, scheduler: true }];
  assert.deepEqual(commands({ kind: "abandoned", queues }, server), ["rq worker gpu"]);
  assert.deepEqual(commands({ kind: "overdue", queues }, server), ["rq worker gpu --with-scheduler"]);
  assert.deepEqual(commands({ kind: "nowhere", queues }, server), []);
});

test("a row offers the one deed that helps", () => {
  const entry = { job: { id: "x", func: "a.b" }, parent: { id: "p", status: "failed" }, reason: "failed", key: null };
  assert.deepEqual([deedOf("deferred", entry), deedOf("nowhere", entry), deedOf("abandoned", entry)], ["cancel", "run_again", ""]);
  assert.equal(deedOf("nowhere", { job: { id: "x", func: null } }), "");
  assert.deepEqual([requeuable(entry), requeuable({ parent: { status: "canceled" } }), requeuable({ parent: null })], [true, false, false]);
  assert.equal(reasonOf(entry), "waits for a job that failed:");
  assert.equal(reasonOf({ reason: "gone", key: "narrow" }), "slot of narrow");
});

test("how far was looked is told, and a count that was cut says so", () => {
  const looked = { sure: true, queues: 2, workers: 1, deferred: 500, deferred_of: 900, keys: 40_000, keys_of: 1_000_000, walks: 0 };
  assert.deepEqual(lookedAt(looked), ["Looked at 2 queues and 1 worker just now.", "Deferred jobs: 500 of 900 looked at.", "All keys, for jobs in no list: 40,000 of 1,000,000 looked at."]);
  assert.equal(lookedAt({ ...looked, deferred_of: 0, walks: 1 }).at(-1), "All keys were looked at 1 time.");
  assert.match(lookedAt({ ...looked, sure: false }).at(-1), /told once it has lasted for five seconds/);
  assert.deepEqual([countOf({ count: 1, at_least: false }), countOf({ count: 20_000, at_least: true })], ["1 job", "at least 20,000 jobs"]);
  assert.deepEqual([spellOf(NOW - 61_000, NOW), spellOf(null, NOW)], ["for 1 min 1 s", ""]);
});

test("what helps with one of a kind helps with all rows of it at once, and with what they wait for", () => {
  const waits = (id, parent, status) => ({ job: { id, func: "a.b" }, parent: { id: parent, status } });
  const jobs = [waits("a", "p", "failed"), waits("b", "p", "failed"), waits("c", "q", "stopped"), waits("d", "r", "canceled")];
  assert.deepEqual(remedies({ kind: "deferred", jobs }), [{ verb: "requeue", ids: ["p", "q"], isParent: true }, { verb: "cancel", ids: ["a", "b", "c", "d"], isParent: false }]);
  assert.deepEqual(remedies({ kind: "abandoned", jobs: jobs.slice(3) }), []);
  assert.deepEqual(remedies({ kind: "nowhere", jobs: [{ job: { id: "x", func: null }, parent: null }, { job: { id: "y", func: "a.b" }, parent: null }] }), []);
});

test("jobs that who looks may not see are counted and not made up", () => {
  const job = { id: "a", status: "failed", title: "Ours" };
  const some = say("dead_parents", { failed: 2 }, { jobs: [job], hidden: 1 });
  assert.equal(some.more, "1 more may not be shown to you.");
  assert.match(some.way, /[Rr]equeue/);
  const none = say("dead_parents", { failed: 1 }, { jobs: [], hidden: 1 });
  assert.equal(none.way, "Your rights do not cover what it waits for: ask somebody who may see it.");
  assert.equal(none.more, "");
  assert.doesNotMatch(say("slots_wait", { queue: null }, { hidden: 1 }).text, /null/);
});

test("where nobody logs in nobody is named, and of jobs held one by one nobody knows who it was", () => {
  for (const lang of ["en", "ko"]) {
    setMessages(lang, words(lang));
    for (const [code, figures] of [["held", { by: "anyone" }], ["held", { by: null }], ["parked", { by: "anyone" }], ["parked_left", { by: "anyone" }], ["stopped_by", { actor: "anyone" }], ["canceled_by", { actor: "anyone" }]]) {
      assert.doesNotMatch(say(code, figures).text, /anyone|\?|[{}]|why\./, `${lang} ${code}`);
    }
  }
  speakEnglish();
  assert.equal(say("held", { by: null, at: NOW }).text, "It is set aside. It waits again when it, or the queue default, is released.");
  assert.match(say("held", { by: "ada" }).text, /^It waits because ada set it aside at /);
  assert.match(say("held").way, /^Release it under More/);
});
