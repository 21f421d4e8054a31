/** Many at once: what is sent, and how the server's check of it is shown. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fieldsOf } from "../../webapp/static/js/panels/submit/form.model.js";
import { countOf, countWords, example, formatOf, manyBody, preview } from "../../webapp/static/js/panels/submit/many.model.js";
import { speakEnglish } from "./support.js";

before(speakEnglish);

const FIELDS = fieldsOf({
  properties: { to: { type: "string" }, n: { type: "integer", minimum: 2 }, mode: { enum: ["a, b", "c"] }, tags: { type: "array", default: ["x", "y"] }, file: { type: "string", format: "upload" } },
  required: ["to", "n"],
});
const row = (n, args, fields = {}) => ({ row: n, line: n + 1, args, fields });

test("JSON lines are told from CSV by their first sign", () => {
  assert.equal(formatOf('\n {"to": "a"}'), "jsonl");
  assert.equal(formatOf("to,n\n"), "csv");
});

test("an example names what can be typed, with the values that the form begins with", () => {
  assert.equal(example(FIELDS), 'to,n,mode,tags\n,2,"a, b",x|y\n');
});

test("the group stands beside the options", () => {
  assert.deepEqual(manyBody({ name: "send" }, "to\na\n", { group: "g", retry: { max: 1 } }, "UTC"), { type: "send", text: "to\na\n", format: "csv", zone: "UTC", options: { retry: { max: 1 } }, group: "g" });
});

test("a wrong cell has its reason, a wrong row one for all of it", () => {
  const check = { total: 3, good: 1, wrong: 2, columns: {}, rows: [row(1, { n: 5, to: "ann" }), row(2, { n: "x", to: "bob" }, { n: "must be a whole number" }), row(3, {}, { "": "has 3 cells" })], wrong_rows: [] };
  check.wrong_rows = check.rows.slice(1);
  const { columns, rows } = preview(check, FIELDS, false);
  assert.deepEqual(columns.map(({ name }) => name), ["to", "n"], "in the order of the form");
  assert.deepEqual(rows[1].cells, [{ text: "bob", why: "" }, { text: "x", why: "must be a whole number" }]);
  assert.equal(rows[2].why, "has 3 cells");
  assert.equal(preview(check, FIELDS, true).rows.length, 2);
  assert.equal(countOf(check, false), 0);
  assert.equal(countOf(check, true), 1);
  assert.equal(countWords(check), "3 rows: 1 can be submitted, 2 wrong.");
});

test("a wrong column is told once, at its head", () => {
  const check = { total: 1, good: 0, wrong: 1, columns: { mail: "is no argument" }, rows: [row(1, { to: "a" }, { n: "is missing" })], wrong_rows: [] };
  const { columns, rows } = preview(check, FIELDS, false);
  assert.deepEqual(columns, [{ name: "to", why: "" }, { name: "n", why: "" }, { name: "mail", why: "is no argument" }]);
  assert.deepEqual(rows[0].cells.map(({ why }) => why), ["", "is missing", ""]);
  assert.equal(countOf(check, true), 0);
  assert.match(countWords(check), /does not fit/);
});
