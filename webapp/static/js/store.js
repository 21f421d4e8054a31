/** The state as signals: what came in is folded by the reducer at once, and shown frame by frame. No network here. */
import { batch, computed, signal } from "@preact/signals";
import { setServerTime } from "./clock.js";
import { pace } from "./pace.js";
import { apply, initial, keepOnly, values } from "./reducer.js";
import { saidEvent } from "./said.js";

/** What streams on a busy system: painted at once when rare, four times a second when it pours. */
const CALM = ["totals", "figures", "gathered", "queues", "workers", "running", "rows", "lists", "boards", "activity"];
/** What somebody looks at closely: painted in the next frame. */
const NEAR = ["server", "epoch", "health", "error", "catalog", "jobs", "logs"];

const wait = pace({ burst: 12, perSecond: 4 });

let state = initial();
let calmTimer = null;
let nearFrame = null;

/** One signal per slice of the state. */
export const slices = Object.fromEntries([...CALM, ...NEAR].map((name) => [name, signal(state[name])]));

function publish(names) {
  batch(() => {
    for (const name of names) slices[name].value = state[name];
  });
}

const differs = (names) => names.some((name) => slices[name].peek() !== state[name]);

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
  for (const event of events) {
    if (event.type === "hello") setServerTime(event.now);
    state = apply(state, saidEvent(event));
  }
  schedule();
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
export const { server, health, epoch, error, catalog, jobs, rows, lists, boards, logs, activity } = slices;

/** False only where the server said that actions are refused. */
export const mayWrite = computed(() => server.value?.may_write !== false);
