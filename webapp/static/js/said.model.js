/**
 * Says in another language what the server says in English: titles and forms of the job types that come along, what they
 * report, notes, and why something was refused. Pure: the sentences are those of i18n/said.<lang>.json.
 * What is not among them stays as it is: names, and the words of other people's jobs.
 */
import { has, t } from "./i18n.js";

/** Answers that are kept: a list asks for the same words with every frame. */
const KEPT = 2_000;
/** Characters of a sentence: what is longer, such as a traceback, is none of ours. */
const LONGEST = 1_000;
const GAP = /\{(\w+)\}/g;

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** "It is {status} now." as what finds the gaps in a sentence. */
function patternOf([english, own]) {
  const gaps = [...english.matchAll(GAP)].map((match) => match[1]);
  const source = english.split(GAP).map((part, n) => (n % 2 ? "(.*?)" : literal(part))).join("");
  return { expression: new RegExp(`^${source}$`, "s"), gaps, own, weight: english.replace(GAP, "").length };
}

/** A function from English to the language of `own`, {English: own}; gaps are `{name}`, those that end in `status` hold one of RQ's. */
function translator(own) {
  const entries = Object.entries(own);
  const isPattern = ([english]) => english.search(GAP) >= 0;
  const sentences = new Map(entries.filter((entry) => !isPattern(entry)));
  // The sentence that says most wins over one that is mostly a gap.
  const patterns = entries.filter(isPattern).map(patternOf).sort((a, b) => b.weight - a.weight);
  const answers = new Map();

  function filler(name, text) {
    if (name.endsWith("status") && has(`job.status.${text}`)) return t(`job.status.${text}`);
    return sentences.get(text) ?? text;
  }

  function matched(text) {
    for (const { expression, gaps, own: sentence } of patterns) {
      const found = expression.exec(text);
      if (found) return sentence.replace(GAP, (_, name) => filler(name, found[gaps.indexOf(name) + 1]));
    }
    return text;
  }

  return (text) => {
    if (typeof text !== "string" || text.length > LONGEST) return text;
    const known = sentences.get(text) ?? answers.get(text);
    if (known !== undefined) return known;
    if (answers.size >= KEPT) answers.clear();
    answers.set(text, matched(text));
    return answers.get(text);
  };
}

/** Who says it in the language of `own`, {English: own}: {said, saidEvent, saidAnswer}, see said.js. What comes in is not changed. */
export function speakerFrom(own) {
  const said = translator(own);
  const worded = (value, names) => value && { ...value, ...Object.fromEntries(names.filter((name) => name in value).map((name) => [name, said(value[name])])) };
  const stage = (value) => worded(value, ["message", "unit"]);
  const progress = (value) => value && { ...stage(value), stages: value.stages?.map(stage) };

  /** A job, its row, a worker, or a job type. */
  function named(value) {
    const told = worded(value, ["title", "note", "actor", "error"]);
    if (told?.progress) told.progress = progress(told.progress);
    if (told?.attempts) told.attempts = told.attempts.map((attempt) => worded(attempt, ["error"]));
    if (Array.isArray(told?.jobs)) told.jobs = told.jobs.map(named);
    return told;
  }

  /** A line of activity. Its actor stays as it stands there, since lines are asked for by it: it is said where it is shown. */
  const line = (value) => worded(value, ["title", "note"]);

  /** A board, at any depth: whatever in it has a title. */
  function board(value) {
    if (Array.isArray(value)) return value.map(board);
    if (value === null || typeof value !== "object") return value;
    const told = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, board(part)]));
    return "title" in told ? named(told) : told;
  }

  const overview = { running: named, worker: named, queue: named, gathered: (functions) => functions?.map(named) };
  const events = {
    hello: (event) => ({ ...event, server: worded(event.server, ["why_not", "why_no_admin"]) }),
    health: (event) => ({ ...event, health: worded(event.health, ["message"]) }),
    overview: (event) => (Object.hasOwn(overview, event.part) ? { ...event, value: overview[event.part](event.value) } : event),
    job: (event) => ({ ...event, job: named(event.job) }),
    row: (event) => ({ ...event, row: named(event.row) }),
    board: (event) => ({ ...event, value: board(event.value), error: worded(event.error, ["message", "fix"]) }),
    activity: (event) => ({ ...event, lines: event.lines.map(line) }),
  };

  /** Its `job`, its `jobs`, `lines` of activity and `job_types`. */
  function saidAnswer(answer) {
    if ("board" in answer) return { ...answer, value: board(answer.value) };
    const told = { ...answer };
    if (told.job) told.job = named(told.job);
    if (told.lines) told.lines = told.lines.map(line);
    for (const name of ["jobs", "job_types"]) if (told[name]) told[name] = told[name].map(named);
    return told;
  }

  const saidEvent = (event) => (Object.hasOwn(events, event.type) ? events[event.type](event) : event);
  return { said, saidEvent, saidAnswer };
}
