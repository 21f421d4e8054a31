/** One page of a list of jobs: fetched when asked for, and again when a push says that the list changed. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api.js";
import { frozen, health, lists, onNews, rows, turns } from "./store.js";
import { useWatch } from "./watch.js";
import { listName } from "./watch.model.js";

const PAGE = 50;
/** A thousand tabs that see one list must not all ask their server in the same instant; a few may. */
const [JITTER_MS, JITTER_MAX_MS] = [2, 300];
const jitter = () => Math.random() * Math.min(JITTER_MS * (health.peek()?.pages_here ?? 1), JITTER_MAX_MS);

const clean = (query) => Object.fromEntries(Object.entries(query).filter(([, value]) => value));

/**
 * Calls `fetchPage` at once, and again after a jitter for each poke; never two at a time, and never one too few: a poke
 * during a request is answered by another after it. A `cause` pokes once.
 */
function fetcher(fetchPage) {
  let [busy, dirty, ended, timer, known] = [false, false, false, null, null];
  async function run() {
    timer = null;
    [busy, dirty] = [true, false];
    await fetchPage();
    busy = false;
    if (dirty && !ended) soon();
  }
  function soon() {
    if (busy) dirty = true;
    else timer ??= setTimeout(run, jitter());
  }
  function poke(cause) {
    if (cause && cause === known) return;
    known = cause ?? known;
    soon();
  }
  function end() {
    ended = true;
    clearTimeout(timer);
  }
  run();
  return { poke, end };
}

/** The page of `query`, and again whenever the list `name` has changed since. */
function usePage(query, name) {
  const [key, changed] = [JSON.stringify(query), lists.value[name]];
  const [state, setState] = useState({ page: null, of: "", error: null, loading: true });
  const [again, setAgain] = useState(0);
  const running = useRef(null);
  useEffect(() => {
    const ended = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    const fetchPage = () =>
      api.jobList({ ...clean(query), limit: PAGE }, ended.signal).then(
        (page) => ended.signal.aborted || setState({ page, of: key, error: null, loading: false }),
        (error) => ended.signal.aborted || setState((before) => ({ page: before.of === key ? before.page : null, of: key, error, loading: false })),
      );
    running.current = fetcher(fetchPage);
    return () => {
      running.current.end();
      ended.abort();
    };
  }, [key, again]);
  const page = useRef(null);
  page.current = state.of === key ? state.page : null;
  const hear = (entry) => {
    if (entry && !(page.current?.as_of >= entry.as_of)) running.current.poke(entry);
  };
  useEffect(() => hear(changed), [changed?.value.version]);
  // At once: told through what is painted, it would come two frames later.
  useEffect(() => {
    let last = lists.peek()[name];
    return onNews((known) => {
      if (known.lists[name] === last || frozen.peek()) return;
      last = known.lists[name];
      hear(last);
    });
  }, [name]);
  useEffect(() => {
    if (turns.value) running.current.poke();
  }, [turns.value]);
  return { ...state, isOther: state.of !== key, retry: () => setAgain((n) => n + 1) };
}

/** The row as it is now: what was pushed since, or what the page brought. */
function current(row, as_of) {
  const entry = rows.value[row.id];
  return entry && entry.as_of >= as_of ? entry.value : row;
}

/**
 * The list that `query` {queue, status, cursor, order} names, kept fresh while mounted.
 * @returns {{page: object|null, of: string, items: object[], error: Error|null, loading: boolean, isOther: boolean, retry}}
 *   `of`: names the query that `items` are of; `isOther`: it is still the one before
 */
export function useListing(query) {
  const name = listName(query.queue ?? "", query.status ?? "");
  const state = usePage(query, name);
  const ids = state.page?.jobs.map((row) => row.id) ?? [];
  useWatch({ lists: [name], rows: ids });
  const items = (state.page?.jobs ?? []).map((row) => current(row, state.page.as_of)).filter((row) => row !== null);
  return { ...state, items };
}

/**
 * Rows that came once, as they are by now: `gone` names those whose job is no longer there.
 * @returns {{items: object[], gone: Set<string>}}
 */
export function useLiveRows(jobs) {
  useWatch({ rows: jobs.map(({ id }) => id) });
  const gone = new Set(jobs.map(({ id }) => id).filter((id) => rows.value[id]?.value === null));
  return { items: jobs.map((row) => rows.value[row.id]?.value ?? row), gone };
}
