import assert from "node:assert/strict";
import { test } from "node:test";
import { folded, headline, libraryOf, parse, shortFile } from "../../webapp/static/js/panels/job/traceback.model.js";

const RQ = "/srv/venv/lib/python3.11/site-packages/rq";
const CHAINED = `Traceback (most recent call last):
  File "/srv/shop/billing.py", line 11, in charge
    return read(payload)
           ^^^^^^^^^^^^^
  File "/srv/shop/billing.py", line 8, in read
    return json.loads(text)
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
  File "/usr/lib/python3.11/json/decoder.py", line 353, in raw_decode
    obj, end = self.scan_once(s, idx)
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "${RQ}/worker/base.py", line 1500, in perform_job
    return_value = job.perform()
  File "${RQ}/job.py", line 1390, in perform
    self._result = self._execute()
  File "/srv/venv/lib/python3.11/site-packages/requests/api.py", line 59, in get
    return request("get", url)
  File "/srv/shop/billing.py", line 13, in charge
    raise NoCard(text) from error
shop.billing.NoCard: The card was refused
Ask the bank.
`;

test("frames are told by file, line, function and code", () => {
  const [first] = parse(CHAINED);
  assert.deepEqual(first.frames[0], { file: "/srv/shop/billing.py", line: 11, func: "charge", code: ["return read(payload)", "       ^^^^^^^^^^^^^"], repeated: 0, lib: "" });
  assert.deepEqual(first.frames.map(({ lib }) => lib), ["", "", "python", "python"]);
});

test("exceptions are linked as Python links them, and a message keeps its lines", () => {
  const [first, second] = parse(CHAINED);
  assert.deepEqual([first.link, second.link], ["", "cause"]);
  assert.equal(second.error, "shop.billing.NoCard: The card was refused\nAsk the bank.");
  assert.equal(headline(CHAINED), "shop.billing.NoCard: The card was refused");
  assert.equal(parse(CHAINED.replace("The above exception was the direct cause of the following exception:", "During handling of the above exception, another exception occurred:"))[1].link, "during");
});

test("frames of libraries are folded and named, own code and the last frame stand open", () => {
  const [first, second] = parse(CHAINED).map(({ frames }) => folded(frames));
  assert.deepEqual(first.map((row) => row.frame?.func ?? row.libs), ["charge", "read", ["python"], "raw_decode"]);
  assert.deepEqual(second.map((row) => row.frame?.func ?? [row.frames.length, ...row.libs]), [[3, "rq", "requests"], "charge"]);
});

test("whose code it is shows in where it lies", () => {
  const libraries = {
    "/srv/app/lib/billing.py": "",
    "/srv/venv/lib64/python3.13t/site-packages/redis/client.py": "redis",
    "/usr/lib/python3/dist-packages/six.py": "six",
    "C:\\Python312\\Lib\\asyncio\\base_events.py": "python",
    "C:\\app\\venv\\Lib\\site-packages\\flask\\app.py": "flask",
    "<frozen importlib._bootstrap>": "python",
    "<string>": "",
    "/src/rq/rq/worker/base.py": "rq",
    "/srv/rq/report.py": "",
    "/srv/live/jobs/_job_type.py": "RQ Live",
    "/srv/live/jobs/csv_profile.py": "",
  };
  for (const [file, library] of Object.entries(libraries)) assert.equal(libraryOf(file), library, file);
  assert.equal(shortFile("C:\\app\\shop\\billing.py"), "shop/billing.py");
});

test("a recursion is told by its beginning, its end, and how often", () => {
  const frame = '  File "/srv/shop/walk.py", line 3, in walk\n    walk(n - 1)\n';
  const deep = `Traceback (most recent call last):\n${frame.repeat(3)}  [Previous line repeated 996 more times]\nRecursionError: too deep\n`;
  assert.deepEqual(parse(deep)[0].frames.map(({ repeated }) => repeated), [0, 0, 996]);
  assert.equal(parse(deep)[0].error, "RecursionError: too deep");
  const wide = parse(`Traceback (most recent call last):\n${frame.repeat(80)}ValueError: x\n`)[0].frames;
  const rows = folded(wide);
  assert.ok(rows.length < 25);
  assert.equal(rows.reduce((sum, row) => sum + (row.frames?.length ?? 1), 0), 80);
});

test("a syntax error has a place without a function", () => {
  const text = 'Traceback (most recent call last):\n  File "<string>", line 1\n    def (\n        ^\nSyntaxError: invalid syntax\n';
  assert.deepEqual([parse(text)[0].frames[0].func, parse(text)[0].error], ["", "SyntaxError: invalid syntax"]);
});

test("what is no traceback stays text", () => {
  const words = "Work-horse terminated unexpectedly; waitpid returned 9 (signal 9); ";
  assert.deepEqual(parse(words), [{ link: "", text: words.trim(), frames: [], error: "" }]);
  assert.equal(headline(words), words.trim());
  assert.equal(headline(""), "");
  const cut = 'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in f\n    x = (';
  assert.deepEqual([parse(cut)[0].frames.length, parse(cut)[0].error], [1, ""]);
});

test("a group of exceptions stays as Python draws it, and is named by its first line", () => {
  const group = '  + Exception Group Traceback (most recent call last):\n  |   File "/srv/a.py", line 16, in <module>\n  |     raise ExceptionGroup("many", [ValueError("a")])\n  | ExceptionGroup: many (1 sub-exception)\n  +-+---------------- 1 ----------------\n    | ValueError: a\n    +------------------------------------\n';
  assert.match(parse(group)[0].text, /^\+ Exception Group/);
  assert.equal(headline(group), "ExceptionGroup: many (1 sub-exception)");
});
