/** A search that runs while somebody looks at it: started, followed as it finds, and stopped when nobody does any longer. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api.js";
import { useBoard } from "./board.js";
import { MOST_ROWS } from "./watch.model.js";

/** Found jobs that are shown at first, and more with each step. */
const STEP = 50;

const NOTHING = { id: "", first: null, exact: null, error: null };

/** {id, first, exact, error} of the search for `query`; `attempt` counts how often it was asked for. */
function useStarted(query, attempt) {
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    setState(NOTHING);
    if (!query) return undefined;
    let [id, left] = ["", false];
    const leave = () => {
      left = true;
      if (id) api.stopSearch(id).catch(() => {});
      id = "";
    };
    api.search(query).then(
      (answer) => {
        id = answer.search?.id ?? "";
        if (left) leave();
        else setState({ id, first: answer.search ?? null, exact: answer.exact ?? null, error: null });
      },
      (error) => left || setState({ ...NOTHING, error }),
    );
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, [query, attempt]);
  return state;
}

/** The first `wanted` of the `kept` jobs that the search `id` has found so far, fetched as they are found. */
function useFound(id, kept, wanted) {
  const [state, setState] = useState({ of: "", jobs: [], after: 0, error: null });
  const known = state.of === id ? state : { of: id, jobs: [], after: 0, error: null };
  const isBehind = Boolean(id) && known.after < Math.min(kept, wanted) && !known.error;
  useEffect(() => {
    if (!isBehind) return undefined;
    const ended = new AbortController();
    api.found(id, { after: known.after, limit: STEP }, ended.signal).then(
      (page) => setState({ of: id, jobs: [...known.jobs, ...page.jobs], after: page.next ?? known.after + page.jobs.length, error: null }),
      (error) => ended.signal.aborted || setState({ ...known, error }),
    );
    return () => ended.abort();
  }, [id, isBehind, known.after]);
  return { jobs: known.jobs, error: known.error, retry: () => setState({ ...known, error: null }) };
}

/**
 * The search for `query`, none while that is empty.
 * @returns {{search: object|null, exact: string|null, jobs: object[], error: Error|null, more: (() => void)|null, stop, again}}
 *   `search`: how far it is, see docs/api.md; `exact`: the id of the one job that is meant; `more`: shows further ones
 */
export function useSearch(query) {
  const [attempt, setAttempt] = useState(0);
  const [wanted, setWanted] = useState({ of: "", n: STEP });
  const { id, first, exact, error } = useStarted(query, attempt);
  const board = useBoard(id && `search/${id}`);
  const last = useRef({ of: "", value: null });
  if (board.value) last.current = { of: id, value: board.value };
  // A search is forgotten some time after its end: what it found still stands here.
  const search = last.current.of === id && last.current.value ? last.current.value : first;
  const lost = search?.ended_at ? null : board.error;
  const most = wanted.of === id ? wanted.n : STEP;
  const found = useFound(id, search?.kept ?? 0, most);
  return {
    search, exact, jobs: found.jobs,
    error: error ?? found.error ?? (id ? lost : null),
    more: (search?.kept ?? 0) > most && most < MOST_ROWS ? () => setWanted({ of: id, n: most + STEP }) : null,
    stop: () => api.stopSearch(id).catch(() => {}),
    again: () => (found.error ? found.retry() : setAttempt((n) => n + 1)),
  };
}
