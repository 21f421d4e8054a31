/** An operation between the wish and its start: collected, counted, and given up where nobody starts it. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../../api.js";
import { useBoard } from "../../board.js";
import { mine } from "../../operations.js";

const giveUp = (id) => api.turnOperation(id, "cancel").catch(() => {});

/** The operation that was asked for with `options`, and how to ask with others; what is left behind is given up. */
function useCollecting(wish) {
  const [state, setState] = useState({ first: null, asked: null, error: null });
  const current = useRef({ id: "", isLeft: false });
  const forget = () => {
    if (current.current.id) giveUp(current.current.id);
    current.current.id = "";
  };
  const collect = async (options) => {
    forget();
    setState({ first: null, asked: JSON.stringify(options), error: null });
    try {
      const { operation } = await api.askOperation(wish.verb, wish.of, options);
      if (current.current.isLeft) return giveUp(operation.id);
      current.current.id = operation.id;
      setState((before) => ({ ...before, first: operation }));
    } catch (error) {
      if (!current.current.isLeft) setState({ first: null, asked: null, error });
    }
    return undefined;
  };
  useEffect(() => {
    addEventListener("pagehide", forget);
    return () => {
      removeEventListener("pagehide", forget);
      current.current.isLeft = true;
      forget();
    };
  }, []);
  const keep = () => (current.current.id = "");
  return { ...state, collect, keep };
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

  useEffect(() => {
    if (text && asked === null && !error) collect(options);
  }, [text === null]);

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
    if (promised === null || !operation || asked !== text) return;
    if (operation.state === "ready" && operation.total === promised) run();
    else if (operation.state === "ready" || operation.state === "failed") {
      setPromised(null);
      setChanged(true);
    }
  }, [promised, operation?.id, operation?.state]);

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
