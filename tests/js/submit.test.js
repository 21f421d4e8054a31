import assert from "node:assert/strict";
import { before, test } from "node:test";
import { advice, choices } from "../../webapp/static/js/panels/submit/after.model.js";
import { asCurl, bodyOfForm, bodyOfJob, callOf, callOfJob, isIncomplete, PLACEHOLDER } from "../../webapp/static/js/panels/submit/call.model.js";
import { asPython } from "../../webapp/static/js/panels/submit/call.python.model.js";
import { collect, fieldsOf, firstRaws, kindOf, paragraphs, valueOf } from "../../webapp/static/js/panels/submit/form.model.js";
import { idFor } from "../../webapp/static/js/panels/submit/once.model.js";
import { byField, firstOptions, optionsBody } from "../../webapp/static/js/panels/submit/options.model.js";
import { warnings } from "../../webapp/static/js/panels/submit/warnings.model.js";
import { toIso, toLocalInput } from "../../webapp/static/js/panels/submit/when.model.js";
import { speakEnglish } from "./support.js";

before(speakEnglish);

const fields = (properties, required = []) => fieldsOf({ type: "object", properties, required });
const read = (property, raw, required = true) => valueOf(fields({ x: property }, required ? ["x"] : [])[0], raw, "UTC");

test("each kind of argument has its control", () => {
  const kinds = {
    integer: { type: "integer" }, number: { type: ["number", "null"] }, boolean: { type: "boolean" }, text: { type: "string" },
    textarea: { type: "string", format: "textarea" }, date: { type: "string", format: "date" }, datetime: { type: "string", format: "date-time" },
    upload: { type: "string", format: "upload" }, array: { type: "array", items: {} }, choice: { enum: ["a"] },
  };
  for (const [kind, schema] of Object.entries(kinds)) assert.equal(kindOf(schema), kind);
  assert.equal(kindOf({ type: ["boolean", "null"] }), "choice");
});

test("fields stand in the order of the function's parameters", () => {
  assert.deepEqual(fields({ zebra: {}, apple: {} }).map(({ name }) => name), ["zebra", "apple"]);
});

test("a docstring is read as paragraphs, whatever its line breaks", () => {
  assert.deepEqual(paragraphs("One line\nand its rest.\n\n  Another. "), ["One line and its rest.", "Another."]);
  assert.deepEqual(paragraphs(null), []);
});

test("defaults are filled in, and sent as they are", () => {
  const properties = {
    n: { type: "integer", default: 10 }, rate: { type: "number", default: 0 }, dry: { type: "boolean", default: true },
    mode: { enum: ["fast", "careful"], default: "careful" }, day: { type: "string", format: "date", default: "2026-11-22" },
    at: { type: "string", format: "date-time", default: "2026-11-22T14:02:00+09:00" }, tags: { type: "array", items: { type: "string" }, default: ["a", "b"] },
    size: { enum: ["s", null], default: null },
  };
  const { args, errors } = collect(fields(properties), firstRaws(fields(properties), "UTC"), "UTC");
  assert.deepEqual(errors, {});
  assert.deepEqual(args, { n: 10, rate: 0, dry: true, mode: "careful", day: "2026-11-22", at: "2026-11-22T05:02:00+00:00", tags: ["a", "b"], size: null });
});

test("an emptied field means null, the default, or a gap", () => {
  assert.deepEqual(read({ type: ["integer", "null"] }, ""), { value: null });
  assert.deepEqual(read({ type: "integer", default: 5 }, "", false), { absent: true });
  assert.deepEqual(read({ type: "string", default: "x" }, "", false), { value: "" });
  assert.equal(read({ type: "integer" }, " ").error, "Fill this in.");
  assert.equal(read({ type: "string", format: "upload" }, "").error, "Choose a file.");
});

test("numbers are held to their limits", () => {
  const wrong = (property, raw) => read(property, raw).error;
  assert.equal(wrong({ type: "integer" }, "1.5"), "Use a whole number.");
  assert.equal(wrong({ type: "integer" }, "12e20"), "This number is too large to be sent exactly.");
  assert.equal(wrong({ type: "number" }, "abc"), "This is not a number.");
  assert.equal(wrong({ type: "integer", minimum: 1 }, "0"), "Use at least 1.");
  assert.equal(wrong({ type: "number", exclusiveMaximum: 1 }, "1"), "Use less than 1.");
  assert.equal(wrong({ type: "integer", multipleOf: 5 }, "7"), "Use a multiple of 5.");
  assert.deepEqual(read({ type: "number", multipleOf: 0.1 }, "0.3"), { value: 0.3 });
});

test("texts are held to theirs, and a pattern of Python's own is left to the server", () => {
  assert.equal(read({ type: "string", minLength: 2 }, "a").error, "Use at least 2 characters.");
  assert.equal(read({ type: "string", pattern: "^[a-z]+$" }, "A").error, "It must match ^[a-z]+$.");
  assert.deepEqual(read({ type: "string", pattern: "(?P<x>a)" }, "b"), { value: "b" });
  assert.deepEqual(read({ type: "string", maxLength: 1 }, "😀"), { value: "😀" });
});

test("a list is one item per line, each checked", () => {
  assert.deepEqual(read({ type: "array", items: { type: "integer" } }, " 1\n\n2 "), { value: [1, 2] });
  assert.equal(read({ type: "array", items: { type: "integer" } }, "1\nx").error, "Line 2: This is not a number.");
  assert.equal(read({ type: "array", items: {}, maxItems: 1 }, "a\nb").error, "Give at most 1.");
  assert.deepEqual(read({ type: "array", items: { enum: [1, 2] } }, "2"), { value: [2] });
  assert.deepEqual(read({ type: "array", items: {} }, "", false), { value: [] });
});

test("a moment keeps its offset, and comes back as it was typed", () => {
  assert.equal(toIso("2026-01-02T10:00", "UTC"), "2026-01-02T10:00:00+00:00");
  assert.equal(toLocalInput("2026-01-02T10:00:00+09:00", "UTC"), "2026-01-02T01:00");
  const typed = "2026-06-15T08:30";
  assert.equal(toLocalInput(toIso(typed, null), null), typed);
  assert.match(toIso(typed, null), /^2026-06-15T08:30:00[+-]\d\d:\d\d$/);
  assert.equal(toLocalInput("nonsense", "UTC"), "");
});

test("only what was chosen is sent", () => {
  assert.deepEqual(optionsBody(firstOptions(), "UTC"), { body: {}, errors: {} });
});

test("options become the body of the request", () => {
  const chosen = { ...firstOptions(), when: "in", delay: "1.5", unit: "h", queue: " gpu ", timeout: "-1", retries: "3", intervals: "10, 60", result_ttl: "0", description: "x" };
  assert.deepEqual(optionsBody(chosen, "UTC").body, { in: 5400, queue: "gpu", timeout: -1, retry: { max: 3, interval: [10, 60] }, result_ttl: 0, description: "x" });
  assert.deepEqual(optionsBody({ ...firstOptions(), when: "at", at: "2026-01-02T10:00" }, "UTC").body, { at: "2026-01-02T10:00:00+00:00" });
});

test("the front of the queue is for jobs that are sent now", () => {
  assert.equal(optionsBody({ ...firstOptions(), at_front: true, when: "in" }, "UTC").body.at_front, undefined);
  assert.equal(optionsBody({ ...firstOptions(), at_front: true }, "UTC").body.at_front, true);
});

test("a wrong option is named at its field", () => {
  const errors = optionsBody({ ...firstOptions(), when: "in", delay: "0", timeout: "0", intervals: "10", result_ttl: "x" }, "UTC").errors;
  assert.deepEqual(Object.keys(errors).sort(), ["delay", "result_ttl", "retries", "timeout"]);
});

test("what a job waits for, how often it runs and what limits it become the body too", () => {
  const chosen = {
    ...firstOptions(), after: [{ id: "a", title: "A", status: "queued" }], repeats: "3", repeat_intervals: "60 300", limit_key: " mail ", limit_n: "2",
    unique: "report-1", group: "g", ttl: "60", failure_ttl: "-1", meta: ' {"tenant": {"id": 7}}',
  };
  const body = { after: ["a"], repeat: { times: 3, interval: [60, 300] }, rate_limit: { key: "mail", concurrency: 2 }, id: "report-1", unique: true, group: "g", ttl: 60, failure_ttl: -1, meta: { tenant: { id: 7 } } };
  assert.deepEqual(optionsBody(chosen, "UTC"), { body, errors: {} });
  assert.deepEqual(optionsBody({ ...chosen, allow_failure: true }, "UTC").body.after, { jobs: ["a"], allow_failure: true });
  assert.equal(optionsBody({ ...chosen, when: "in" }, "UTC").body.after, undefined, "RQ would not wait");
});

test("those are held to what the server takes", () => {
  const wrong = (changes) => Object.keys(optionsBody({ ...firstOptions(), ...changes }, "UTC").errors);
  assert.deepEqual(wrong({ repeat_intervals: "5" }), ["repeats"]);
  assert.deepEqual(wrong({ repeats: "1", repeat_intervals: "1.5" }), ["repeat_intervals"]);
  assert.deepEqual(wrong({ limit_n: "2" }), ["limit_key"]);
  for (const meta of ["tenant", "[1]", "null", '"a"', "{", `{"a": "${"x".repeat(4_096)}"}`]) assert.deepEqual(wrong({ meta }), ["meta"], meta.slice(0, 9));
  assert.deepEqual(wrong({ limit_key: "mail" }), ["limit_n"]);
  assert.deepEqual(wrong({ unique: "a b" }), ["unique"]);
  assert.deepEqual(wrong({ ttl: "-1", failure_ttl: "0" }), ["ttl", "failure_ttl"]);
  assert.deepEqual(byField({ retry: "x", id: "y", queue: "z" }), { retries: "x", unique: "y", queue: "z" });
});

test("a picker offers what can be waited for, and tells what comes of it", () => {
  const job = (id, status) => ({ id, status, title: id });
  const found = [job("a", "queued"), job("b", "canceled"), job("c", "failed"), job("gone", null)];
  assert.deepEqual(choices(found, [job("a", "queued")]).map(({ job: { id }, why }) => [id, Boolean(why)]), [["b", true], ["c", false]]);
  assert.equal(advice([], false), "");
  assert.equal(advice([job("a", "queued"), job("f", "finished")], false), "");
  assert.match(advice([job("f", "finished")], false), /queued at once/);
  assert.match(advice([job("f", "failed")], false), /until it is requeued/);
  assert.match(advice([job("f", "failed")], true), /queued at once/);
});

test("the form warns of what will keep the job waiting", () => {
  const type = { hosts: ["web-a"] };
  const server = { worker_command: "rq worker default", queues: ["default"] };
  const known = { type, queue: "default", schedulers: 1, when: "now", server };
  const keys = (changes) => warnings({ ...known, ...changes }).map(({ key }) => key);
  const on = (hostname) => [{ state: "idle", queues: ["default"], hostname }];
  assert.deepEqual(keys({ workers: on("web-a") }), []);
  assert.deepEqual(keys({ workers: on("job-b") }), ["no-code"]);
  assert.deepEqual(keys({ workers: [] }), ["no-worker"]);
  assert.deepEqual(keys({ workers: on("web-a"), when: "in", schedulers: 0 }), ["no-scheduler"]);
});

test("the same submission keeps its id, another gets another", () => {
  const first = idFor({ type: "wait", args: { steps: 1 } }, null);
  assert.match(first.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(idFor({ type: "wait", args: { steps: 1 } }, first), first);
  assert.notEqual(idFor({ type: "wait", args: { steps: 2 } }, first).id, first.id);
});

test("an empty secret that is optional is not sent, so that the function's own default counts", () => {
  const fields = fieldsOf({ properties: { key: { type: "string", writeOnly: true }, name: { type: "string" } } });
  assert.deepEqual(collect(fields, { key: "", name: "" }), { args: { name: "" }, errors: {} });
});

test("the same call of a job with secrets has placeholders, and curl runs its payload again", () => {
  const secret = { __type__: "masked", text: "••••••", at: ["named", "key"] };
  const job = { id: "j", type: "deploy", func: "a.deploy", queue: "default", arguments: { positional: [], named: { key: secret, db: { password: secret }, n: 1 } } };
  const call = callOfJob(job);
  assert.deepEqual(call.args, { key: PLACEHOLDER, db: { password: PLACEHOLDER }, n: 1 });
  assert.equal(isIncomplete(call), true);
  assert.deepEqual(bodyOfJob(job, call), { again: "j" });
  assert.match(asPython(call).code, /key="<masked>"/);
});

test("the same call of a form does not show what was typed as a secret", () => {
  const type = { name: "deploy", func: "a.deploy", schema: { properties: { key: { type: "string", writeOnly: true }, host: { type: "string" } } } };
  const body = bodyOfForm(type, { type: "deploy", args: { key: "hunter2", host: "h" } });
  for (const shown of [asCurl(body, "http://x"), asPython(callOf(type, body)).code]) {
    assert.doesNotMatch(shown, /hunter2/);
    assert.match(shown, /masked/);
  }
  assert.equal(isIncomplete(bodyOfForm(type, { type: "deploy", args: { key: null, host: "h" } })), false);
});
