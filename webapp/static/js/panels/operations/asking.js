/** An operation between the wish and its start: collected, counted, and given up where nobody starts it. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../../api.js";
import { useBoard } from "../../board.js";
import { mine } from "../../operations.js";

/** Whoever still types asks for nothing. */
const PAUSE_MS = 400;

const giveUp = (id) => id && api.turnOperation(id, "cancel").catch(() => {});

/**
 * The operation that was asked for last, and how to ask with other options; what is left behind is given up.
 * @returns {{first: object|null, asked: string|null, error: Error|null, collect, keep}} `asked`: the options, as text;
 *   `keep()`: it is no longer given up
 */
function useCollecting(wish) {
  const [state, setState] = useState({ first: null, asked: null, error: null });
  const held = useRef({ id: "", turn: 0 });
  const leave = () => {
    giveUp(held.current.id);
    held.current = { id: "", turn: held.current.turn + 1 };
  };
  const collect = async (options) => {
    leave();
    const { turn } = held.current;
    const asked = JSON.stringify(options);
    setState({ first: null, asked, error: null });
    try {
      const { operation } = await (wish.ask?.() ?? api.askOperation(wish.verb, wish.of, options));
      if (held.current.turn !== turn) return giveUp(operation.id);
      held.current.id = operation.id;
      return setState({ first: operation, asked, error: null });
    } catch (error) {
      return held.current.turn === turn && setState({ first: null, asked, error });
    }
  };
  useEffect(() => {
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return { ...state, collect, keep: () => (held.current.id = "") };
}

/**
 * `wish`: see operations.js. `options`: as they are read, null while they cannot be. Collects as soon as there are some.
 * @returns {{operation, error, isBusy, changed, start, again}} `changed`: it holds another number by now than was to be
 *   started; `start()` does it, and calls `onStarted`
 */
export function useAsking(wish, options, onStarted) {
  const { first, asked, error, collect, keep } = useCollecting(wish);
  const [promised, setPromised] = useState(null);
  const [changed, setChanged] = useState(false);
  const [failure, setFailure] = useState(null);
  const board = useBoard(first && `operation/${first.id}`);
  const operation = board.value?.operation ?? first;
  const text = options && JSON.stringify(options);

  // What is typed later is asked for at the start only.
  useEffect(() => {
    if (!text || first || asked === text) return undefined;
    const timer = setTimeout(() => collect(options), wish.verb === "move" ? PAUSE_MS : 0);
    return () => clearTimeout(timer);
  }, [text, first?.id]);

  const run = async () => {
    try {
      await api.turnOperation(operation.id, "start", { total: operation.total });
      mine.add(operation.id);
      keep();
      onStarted(operation);
    } catch (problem) {
      setFailure(problem);
    }
    setPromised(null);
  };
  // Asked anew with other options: it runs if it is about as many jobs as the button said.
  useEffect(() => {
    if (promised === null) return;
    const isReady = operation?.state === "ready" && asked === text;
    if (isReady && operation.total === promised) run();
    else if (isReady || error || operation?.state === "failed") {
      setPromised(null);
      setChanged(Boolean(isReady));
    }
  }, [promised, operation?.id, operation?.state, error]);

  const start = () => {
    setFailure(null);
    setChanged(false);
    setPromised(operation.total);
    if (asked !== text) collect(options);
  };
  const again = () => {
    setFailure(null);
    collect(options);
  };
  return { operation, error: error ?? failure, isBusy: promised !== null, changed, start, again };
}
