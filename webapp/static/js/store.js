/** The state as signals: what came in is folded by the reducer at once, and shown frame by frame. No network here. */
import { batch, computed, signal } from "@preact/signals";
import { holdClock, now, setServerTime } from "./clock.js";
import { pace } from "./pace.js";
import { applyAll, initial, keepOnly, values } from "./reducer.js";
import { saidEvent } from "./said.js";

/** What streams on a busy system: painted at once when rare, four times a second when it pours. */
const CALM = ["totals", "figures", "gathered", "queues", "workers", "running", "rows", "lists", "boards", "activity"];
/** What somebody looks at closely: painted in the next frame. */
const NEAR = ["server", "epoch", "turns", "health", "error", "catalog", "jobs", "logs", "you", "presence"];

/** What a page asks for by name: the first answer is shown also while the page is frozen, changes of it are not. */
const NAMED = ["rows", "lists", "boards", "jobs", "logs"];
/** Whether the page may be believed is never held back. */
const HONEST = ["server", "epoch", "turns", "health", "error"];

/** How often a frozen page says how much waits. */
const COUNT_MS = 500;

const wait = pace({ burst: 12, perSecond: 4 });

let state = initial();
let calmTimer = null;
let nearFrame = null;

/** One signal per slice of the state. */
export const slices = Object.fromEntries([...CALM, ...NEAR].map((name) => [name, signal(state[name])]));

/** Since when the page holds still, in server time, and how many changes wait; null while it does not. */
export const frozen = signal(null);

let changes = 0;
let countTimer = null;
const hearers = new Set();

/** What a frozen page shows of a slice: what it showed, and what has been opened since. */
function held(name) {
  const [known, shown] = [state[name], slices[name].peek()];
  if (HONEST.includes(name)) return known;
  if (!NAMED.includes(name)) return shown ?? known;
  const opened = Object.entries(known).filter(([key]) => !Object.hasOwn(shown, key));
  return opened.length ? { ...shown, ...Object.fromEntries(opened) } : shown;
}

const shownOf = (name) => (frozen.peek() ? held(name) : state[name]);

function publish(names) {
  batch(() => {
    for (const name of names) slices[name].value = shownOf(name);
  });
}

const differs = (names) => names.some((name) => slices[name].peek() !== shownOf(name));

/** A hidden tab gets no frames: there the next turn of the loop does. */
const nextFrame = (run) => (document.hidden ? setTimeout(run, 0) : requestAnimationFrame(run));

function paintCalm() {
  calmTimer = null;
  publish(CALM);
}

function schedule() {
  if (nearFrame === null && differs(NEAR)) {
    nearFrame = nextFrame(() => {
      nearFrame = null;
      publish(NEAR);
    });
  }
  if (calmTimer === null && differs(CALM)) {
    const delay = wait(performance.now());
    calmTimer = delay ? setTimeout(() => nextFrame(paintCalmAfterWait), delay) : nextFrame(paintCalm);
  }
}

function paintCalmAfterWait() {
  wait(performance.now());
  paintCalm();
}

/** Folds events in and has what changed painted. */
export function receive(events) {
  for (const event of events) if (event.type === "hello") setServerTime(event.now);
  const after = applyAll(state, events.map(saidEvent));
  state = after.state;
  changes += after.changes;
  if (frozen.peek()) countTimer ??= setTimeout(count, COUNT_MS);
  for (const hear of hearers) hear(state);
  schedule();
}

function count() {
  countTimer = null;
  if (frozen.peek()) frozen.value = { ...frozen.peek(), changes };
}

/** Holds the page still; what comes in is kept. */
export function freeze() {
  changes = 0;
  holdClock(true);
  frozen.value = { since: now.peek(), changes };
}

/** Shows the present again. */
export function goOn() {
  frozen.value = null;
  holdClock(false);
  schedule();
}

/** Tells `hear` the state as it is known ({rows, lists…}), after whatever comes in and before it is painted. Returns how to end it. */
export function onNews(hear) {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

/** Forgets what nothing shows. */
export function prune(wanted) {
  state = keepOnly(state, wanted);
  schedule();
}

const valueOf = (name) => computed(() => slices[name].value?.value ?? null);
const listOf = (name) => computed(() => values(slices[name].value));

export const totals = valueOf("totals");
export const figures = valueOf("figures");
export const gathered = computed(() => slices.gathered.value?.value ?? []);
export const queues = listOf("queues");
export const workers = listOf("workers");
export const running = listOf("running");
export const { server, health, epoch, turns, error, catalog, jobs, rows, lists, boards, logs, activity, you, presence } = slices;

/** False only where the server said that actions are refused. */
export const mayWrite = computed(() => server.value?.may_write !== false);
