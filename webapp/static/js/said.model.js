/**
 * What the server says in English, in the language of the page: titles and forms of the job types that come along, what
 * they report, notes, and why something was refused. Pure: the sentences come from i18n/said.<lang>.json through setSaid().
 * What is not among them stays as it is: names, and the words of other people's jobs.
 */
import { has, t } from "./i18n.js";

/** Answers that are kept: a list asks for the same words with every frame. */
const KEPT = 2_000;
/** Characters of a sentence: what is longer, such as a traceback, is none of ours. */
const LONGEST = 1_000;
const GAP = /\{(\w+)\}/g;

let sentences = new Map();
let patterns = [];
let answers = new Map();

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** "It is {status} now." as what finds the gaps in a sentence. */
function patternOf([english, own]) {
  const gaps = [...english.matchAll(GAP)].map((match) => match[1]);
  const source = english.split(GAP).map((part, n) => (n % 2 ? "(.*?)" : literal(part))).join("");
  return { expression: new RegExp(`^${source}$`, "s"), gaps, own, weight: english.replace(GAP, "").length };
}

/** Takes {English: own}; gaps are `{name}`, those that end in `status` hold a status of RQ. The longer sentence wins. */
export function setSaid(own) {
  const entries = Object.entries(own);
  const isPattern = ([english]) => english.search(GAP) >= 0;
  sentences = new Map(entries.filter((entry) => !isPattern(entry)));
  patterns = entries.filter(isPattern).map(patternOf).sort((a, b) => b.weight - a.weight);
  answers = new Map();
}

function filler(name, text) {
  if (name.endsWith("status") && has(`job.status.${text}`)) return t(`job.status.${text}`);
  return sentences.get(text) ?? text;
}

function translated(text) {
  for (const { expression, gaps, own } of patterns) {
    const found = expression.exec(text);
    if (found) return own.replace(GAP, (_, name) => filler(name, found[gaps.indexOf(name) + 1]));
  }
  return text;
}

/** `text` in the language of the page; itself where it is not known, or no sentence. */
export function said(text) {
  if (!sentences.size || typeof text !== "string" || text.length > LONGEST) return text;
  const known = sentences.get(text) ?? answers.get(text);
  if (known !== undefined) return known;
  if (answers.size >= KEPT) answers = new Map();
  const answer = translated(text);
  answers.set(text, answer);
  return answer;
}

const worded = (value, names) => value && { ...value, ...Object.fromEntries(names.filter((name) => name in value).map((name) => [name, said(value[name])])) };

const stage = (value) => worded(value, ["message", "unit"]);

const progress = (value) => value && { ...stage(value), stages: value.stages?.map(stage) };

/** A job, its row, its line of activity, or a job type. */
function named(value) {
  const own = worded(value, ["title", "note", "actor", "error"]);
  if (own?.progress) own.progress = progress(own.progress);
  if (own?.attempts) own.attempts = own.attempts.map((attempt) => worded(attempt, ["error"]));
  if (own?.jobs) own.jobs = own.jobs.map(named);
  return own;
}

const OVERVIEW = { running: named, worker: named, queue: named, gathered: (functions) => functions?.map(named) };
const EVENTS = {
  hello: (event) => ({ ...event, server: worded(event.server, ["why_not"]) }),
  health: (event) => ({ ...event, health: worded(event.health, ["message"]) }),
  overview: (event) => (Object.hasOwn(OVERVIEW, event.part) ? { ...event, value: OVERVIEW[event.part](event.value) } : event),
  job: (event) => ({ ...event, job: named(event.job) }),
  row: (event) => ({ ...event, row: named(event.row) }),
  activity: (event) => ({ ...event, lines: event.lines.map(named) }),
};

/** An event of the socket, with its words in the language of the page. */
export const saidEvent = (event) => (sentences.size && Object.hasOwn(EVENTS, event.type) ? EVENTS[event.type](event) : event);

/** The answer of a request likewise: its `job`, `jobs`, `lines` of activity and `job_types`. */
export function saidAnswer(answer) {
  if (!sentences.size || !answer) return answer;
  const own = { ...answer };
  if (own.job) own.job = named(own.job);
  for (const name of ["jobs", "lines", "job_types"]) if (own[name]) own[name] = own[name].map(named);
  return own;
}
