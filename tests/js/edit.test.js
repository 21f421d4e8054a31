/** Running a job again with other arguments: in the form of its job type, else each argument as JSON. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { formOf, isEditable, linesOf, readForm, readLines } from "../../webapp/static/js/panels/job/edit.model.js";
import { speakEnglish } from "./support.js";

before(speakEnglish);

const type = {
  schema: {
    type: "object", required: ["month"],
    properties: { month: { type: "string" }, pages: { type: "integer", default: 3 }, kind: { enum: ["a", "b"] }, dry: { type: "boolean", default: false }, lines: { type: "array", items: { type: "string" } } },
  },
};
const given = (named, positional = []) => ({ positional, named });
const raws = (lines) => Object.fromEntries(lines.map(({ key, raw }) => [key, raw]));

test("the form begins with what the job was called with, and gives the same back", () => {
  const called = { month: "2026-10", pages: 7, kind: "b", dry: true, lines: ["x", "y"] };
  const form = formOf(given(called), type, undefined);
  assert.deepEqual(form.raws, { month: "2026-10", pages: "7", kind: "1", dry: true, lines: "x\ny" });
  assert.deepEqual(readForm(form.fields, form.raws, undefined), { edited: { args: called }, errors: {} });
});

test("an argument that the job left out begins with the default", () => {
  assert.equal(formOf(given({ month: "2026-10" }), type).raws.pages, "3");
});

test("there is no form where it would lose an argument, or would have to send a file again", () => {
  assert.equal(formOf(given({}, [1]), type), null);
  assert.equal(formOf(given({ month: "x", more: 1 }), type), null);
  assert.equal(formOf(given({ month: "x" }), undefined), null);
  assert.equal(formOf(given({}), { schema: { properties: { file: { type: "string", format: "upload" } } } }), null);
});

test("without a form each argument is JSON, by position and by name", () => {
  const lines = linesOf(given({ b: { deep: [1] } }, ["text", null]));
  assert.deepEqual(lines.map(({ label }) => label), ["argument 1", "argument 2", "b"]);
  assert.deepEqual(readLines(lines, raws(lines)), { edited: { args: { b: { deep: [1] } }, positional: ["text", null] }, errors: {} });
  assert.deepEqual(readLines(lines, { ...raws(lines), p1: "{" }).errors, { p1: 'This is no JSON. Texts stand in "quotes".' });
  assert.deepEqual(readLines([{ key: "na" }], { na: "2" }).edited, { args: { a: 2 } });
});

test("only plain arguments that are shown whole can be edited, and only where there are any", () => {
  const job = { args_editable: true, arguments: given({ a: 1 }) };
  assert.ok(isEditable(job));
  assert.ok(!isEditable({ ...job, args_editable: false }));
  assert.ok(!isEditable({ ...job, arguments: null }));
  assert.ok(!isEditable({ ...job, arguments: given({}) }));
  assert.ok(!isEditable({ ...job, arguments: given({ a: { __type__: "more" } }) }));
});

const masked = (...at) => ({ __type__: "masked", text: "••••••", at });

test("a masked argument is left empty and sent back as it was shown, unless it is typed anew", () => {
  const secret = { schema: { type: "object", required: ["key"], properties: { key: { type: "string", writeOnly: true }, lines: { type: "array", items: { type: "string" } }, n: { type: "integer" } } } };
  const called = { key: masked("named", "key"), lines: masked("named", "lines"), n: 1 };
  assert.equal(isEditable({ args_editable: true, arguments: given(called) }), true);
  const form = formOf(given(called), secret);
  assert.deepEqual(form.raws, { key: "", lines: "", n: "1" });
  assert.deepEqual(readForm(form.fields, form.raws), { edited: { args: called }, errors: {} });
  assert.equal(readForm(form.fields, { ...form.raws, key: "new" }).edited.args.key, "new");
  assert.deepEqual(Object.keys(readForm(formOf(given({}), secret).fields, { key: "", lines: "", n: "1" }).errors), ["key"]);
});

test("without a form a masked argument is an empty line; within one it stands as it was shown", () => {
  const call = given({ db: { password: masked("named", "db", "password") } }, [masked("positional", "0")]);
  const lines = linesOf(call);
  assert.equal(lines[0].raw, "");
  assert.deepEqual(readLines(lines, raws(lines)).edited, { args: call.named, positional: call.positional });
  assert.equal(readLines(lines, { ...raws(lines), p0: '"new"' }).edited.positional[0], "new");
});
