/**
 * What the page knows, and how one event of the wire changes it. Pure: no clock, no network, nothing vendored.
 * The golden messages in tests/contract/events hold this file and the server together.
 *
 * Everything is kept as {value, as_of}: as_of is the Redis time of the read, and the newer one wins, whether it came
 * over the socket or over HTTP. A value of null is a tombstone: "gone" must not be undone by an older read. A hello
 * begins the time anew: Redis' clock may have been set back, and what follows it is the present.
 *
 * @typedef {{value: any, as_of: number}} Entry
 * @typedef {ReturnType<typeof initial>} State a slice is an Entry, or a Record of them by name; `turns`: hellos after the first
 */

/** More lines than a log keeps in Redis (256 KiB) at 50 characters a line; what is older is counted, not kept. */
export const LOG_LINES = 5_000;

/** Lines of activity, newest first, that a page keeps up to date; older ones are fetched when they are asked for. */
export const ACTIVITY_LINES = 500;

const SINGLE = { totals: "totals", figures: "figures", gathered: "gathered" };
const KEYED = { queue: "queues", worker: "workers", running: "running" };

/** @returns {State} */
export const initial = () => ({
  server: null, epoch: null, turns: 0, health: null, error: null, catalog: 0,
  totals: null, figures: null, gathered: null,
  queues: {}, workers: {}, running: {},
  jobs: {}, rows: {}, lists: {}, boards: {}, logs: {}, activity: null, you: null, presence: {},
});

const isNewer = (entry, as_of) => !entry || as_of >= entry.as_of;

/** The same state where nothing changed, so that "did this slice change" is one comparison. */
function put(state, slice, key, value, as_of) {
  const entries = state[slice];
  if (!isNewer(entries[key], as_of)) return state;
  const copy = state.copied?.has(entries) ? entries : { ...entries };
  copy[key] = { value, as_of };
  state.copied?.add(copy);
  return { ...state, [slice]: copy };
}

function overview(state, event) {
  const { part, key, value, as_of } = event;
  if (part === "complete") return complete(state, event);
  if (part in KEYED) return put(state, KEYED[part], key, value, as_of);
  const name = SINGLE[part];
  if (!name || !isNewer(state[name], as_of)) return state;
  return { ...state, [name]: { value, as_of } };
}

/** After a snapshot: what it did not name is gone, unless it was read later than the snapshot. */
function complete(state, { keys, as_of }) {
  const next = { ...state };
  for (const [part, slice] of Object.entries(KEYED)) {
    const named = new Set(keys[part] ?? []);
    const kept = Object.entries(state[slice]).filter(([key, entry]) => named.has(key) || entry.as_of > as_of);
    if (kept.length !== Object.keys(state[slice]).length) next[slice] = Object.fromEntries(kept);
  }
  return next;
}

/** An open job is also a row of the list behind it. */
function job(state, { job: value, as_of }) {
  const next = put(state, "jobs", value.id, value, as_of);
  return value.id in next.rows ? put(next, "rows", value.id, value, as_of) : next;
}

function gone(state, { id, as_of }) {
  let next = state;
  for (const slice of ["jobs", "rows", "running"]) if (id in next[slice]) next = put(next, slice, id, null, as_of);
  return next;
}

/** Stream ids are "<ms>-<n>": compared as two numbers. */
export function isAfter(id, last) {
  const [a, b] = [id, last || "0-0"].map((text) => text.split("-").map(Number));
  return a[0] === b[0] ? a[1] > b[1] : a[0] > b[0];
}

function log(state, { job: id, lines, last, reset }) {
  const before = (!reset && state.logs[id]) || { lines: [], last: "0-0", dropped: 0 };
  const fresh = lines.filter((line) => isAfter(line.id, before.last));
  if (!fresh.length && !reset && state.logs[id]) return state;
  const all = before.lines.concat(fresh);
  const dropped = Math.max(0, all.length - LOG_LINES);
  const entry = { lines: dropped ? all.slice(dropped) : all, last: last ?? before.last, dropped: before.dropped + dropped };
  return { ...state, logs: { ...state.logs, [id]: entry } };
}

/**
 * Newest first. `breaks` counts how often the oldest line that is kept is no longer followed by what was fetched
 * beyond it: after a gap, and when lines were dropped.
 */
function activity(state, { lines, total, reset, note }) {
  const before = state.activity ?? { lines: [], breaks: 0 };
  if (!state.activity && !reset) return state;
  const oldest = lines.at(-1)?.id;
  const joins = !reset || before.lines.some(({ id }) => id === oldest);
  const known = joins ? before.lines.filter(({ id }) => !lines.some((line) => line.id === id)) : [];
  const all = [...lines, ...known].sort((a, b) => (isAfter(a.id, b.id) ? -1 : 1));
  const broken = !joins || all.length > ACTIVITY_LINES;
  return { ...state, activity: { lines: all.slice(0, ACTIVITY_LINES), total, note, breaks: before.breaks + (broken ? 1 : 0) } };
}

const aged = (entry) => entry && { ...entry, as_of: 0 };
const allAged = (entries) => Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, aged(entry)]));

/** `turns` counts the hellos after the first: what was fetched before one is to be fetched again. */
function hello(state, { server, epoch }) {
  const next = { ...state, server, epoch, turns: state.turns + (state.server ? 1 : 0) };
  for (const slice of Object.values(SINGLE)) next[slice] = aged(state[slice]);
  for (const slice of [...Object.values(KEYED), "jobs", "rows", "lists", "boards"]) next[slice] = allAged(state[slice]);
  return next;
}

const HANDLERS = {
  hello,
  health: (state, { health }) => ({ ...state, health }),
  overview,
  job,
  row: (state, { row, as_of }) => put(state, "rows", row.id, row, as_of),
  gone,
  log,
  board: (state, { board, value, error, as_of }) => put(state, "boards", board, { value, error }, as_of),
  list: (state, { list, version, total, as_of }) => put(state, "lists", list, { version, total }, as_of),
  activity,
  you: (state, { you }) => ({ ...state, you }),
  presence: (state, { job: id, here, count }) => ({ ...state, presence: { ...state.presence, [id]: { here, count } } }),
  catalog: (state) => ({ ...state, catalog: state.catalog + 1 }),
  error: (state, { code, message, fix }) => ({ ...state, error: { code, message, fix } }),
};

/**
 * The state after `event`; the same object where nothing changed or the type is not known here.
 * @param {State} state
 * @returns {State}
 */
export function apply(state, event) {
  const handler = Object.hasOwn(HANDLERS, event.type) ? HANDLERS[event.type] : null;
  return handler ? handler(state, event) : state;
}

/**
 * The state after all of `events`, and how many changed it. A hundred rows in one frame are copied once, not each.
 * @param {State} state
 * @returns {{state: State, changes: number}}
 */
export function applyAll(state, events) {
  const start = { ...state, copied: new WeakSet() };
  let [last, changes] = [start, 0];
  for (const event of events) {
    const next = apply(last, event);
    if (next !== last && event.type !== "health") changes += 1;
    last = next;
  }
  const { copied, ...kept } = last;
  return { state: last === start ? state : kept, changes };
}

/** The types of event this page understands. */
export const TYPES = Object.keys(HANDLERS);

/** Forgets rows, jobs, who looks at them, logs, lists, boards and activity that nothing shows any longer, so that a tab open for a week stays small. */
export function keepOnly(state, { rows, jobs, lists, boards, logs, activity: watched }) {
  const pick = (entries, wanted) => Object.fromEntries(Object.entries(entries).filter(([key]) => wanted.has(key)));
  return {
    ...state,
    rows: pick(state.rows, rows),
    jobs: pick(state.jobs, jobs),
    presence: pick(state.presence, jobs),
    lists: pick(state.lists, lists),
    boards: pick(state.boards, boards),
    logs: pick(state.logs, logs),
    activity: watched ? state.activity : null,
  };
}

/** The living values of a keyed slice. */
export const values = (entries) => Object.values(entries).map((entry) => entry.value).filter((value) => value !== null);
