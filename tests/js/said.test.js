/** The server's English in another language: exact sentences, sentences with gaps, and what is left alone. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { fieldsOf, paragraphs } from "../../webapp/static/js/panels/submit/form.model.js";
import { said, saidAnswer, saidEvent, setSpeaker } from "../../webapp/static/js/said.js";
import { speakerFrom } from "../../webapp/static/js/said.model.js";
import { setMessages } from "../../webapp/static/js/i18n.js";
import { goldens, speakEnglish, words } from "./support.js";

/** Told before another language was loaded, as on an English page. */
const UNTOLD = Object.values(goldens()).map((event) => [event, saidEvent(event)]);
/** As it was then, for other tests. */
const ENGLISH = { said: (text) => text, saidEvent: (event) => event, saidAnswer: (answer) => answer };

beforeEach(() => {
  setMessages("ko", words("ko"));
  setSpeaker(speakerFrom({ ...words("said.ko"), ...words("said.acts.ko") }));
});
afterEach(() => {
  speakEnglish();
  setSpeaker(ENGLISH);
});

test("a sentence of the server is said in the language of the page", () => {
  assert.equal(said("The job has finished."), "작업이 완료되었습니다.");
  assert.equal(said("The job has finished."), "작업이 완료되었습니다.", "and again");
});

test("what stands in the gaps of a sentence is kept, and a status has its word", () => {
  assert.equal(said("There is no job 'a.b*c'."), "작업 'a.b*c'을(를) 찾을 수 없습니다.");
  assert.equal(said("The job was queued and is now started."), "그사이 작업의 상태가 ‘대기 중’에서 ‘실행 중’(으)로 바뀌었습니다.");
  assert.equal(said("The job has finished. It is finished now."), "작업이 완료되었습니다. 지금 상태는 ‘완료’입니다.");
});

test("the sentence that says most wins over one that is mostly a gap", () => {
  assert.equal(said("The job type 'x' cannot run: ImportError: no y."), "작업 유형 'x'을(를) 실행할 수 없습니다: ImportError: no y.");
});

test("names, the words of other people's jobs, and what is no text stay as they are", () => {
  for (const value of ["shop.tasks.send", "An article for 3 readers", "constructor", "", null, undefined, 7]) assert.equal(said(value), value);
  const long = `The job has finished. ${"x".repeat(2_000)}`;
  assert.equal(said(long), long);
});

test("until somebody says it in another language, everything is as the server said it: the very same object", () => {
  for (const [event, told] of UNTOLD) assert.equal(told, event);
});

test("rows, jobs, workers and progress are told in the language of the page, arguments and results are not touched", () => {
  const { job } = goldens();
  const event = structuredClone(job);
  event.job.title = "Wait";
  event.job.arguments = { positional: ["Wait"], named: { word: "Wait" } };
  event.job.progress = { message: "Waiting", unit: "steps", done: 1, total: 2, stages: [{ message: "Waiting", unit: "steps", done: 1, total: 2 }] };
  const before = structuredClone(event);
  const { job: told } = saidEvent(event);
  assert.deepEqual(event, before, "what came in is not changed");
  assert.equal(told.title, "기다리기");
  assert.deepEqual(told.progress.stages[0], { message: "기다리는 중", unit: "단계", done: 1, total: 2 });
  assert.deepEqual(told.arguments, before.job.arguments);
  assert.deepEqual(saidAnswer({ jobs: [{ id: "1", title: "Wait" }], as_of: 5 }), { jobs: [{ id: "1", title: "기다리기" }], as_of: 5 });
  const worker = { type: "overview", part: "worker", key: "w", value: { name: "Wait", note: null, jobs: [{ id: "1", title: "Wait" }] }, as_of: 1 };
  assert.deepEqual(saidEvent(worker).value, { name: "Wait", note: null, jobs: [{ id: "1", title: "기다리기" }] });
  assert.equal(saidEvent({ ...worker, value: null }).value, null);
});

test("saying it twice changes nothing: an answer is also received as an event", () => {
  const once = saidAnswer({ job: { id: "1", title: "Wait", note: "This job has no status." } });
  assert.deepEqual(saidEvent({ type: "job", job: once.job, as_of: 1 }).job, once.job);
});

test("a form speaks the language of the page, and sends what it always sent", () => {
  const [field] = fieldsOf({ properties: { seconds: { type: "number", title: "Seconds", description: "How long all steps take together." } } });
  assert.deepEqual([field.name, field.title, field.help], ["seconds", "시간 (초)", "모든 단계를 합친 시간입니다."]);
  assert.deepEqual(paragraphs("Sleep for a while,\n    then add two numbers.\n\nMore."), ["잠시 쉬었다가 두 수를 더합니다.", "More."]);
});
