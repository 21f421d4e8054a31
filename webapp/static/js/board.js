/** One board: a bounded value about the installation, pushed whole when it changes. */
import { useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { isLinked } from "./socket.js";
import { boards, receive } from "./store.js";
import { useWatch } from "./watch.js";

/**
 * The board `name` ("stuck", "group/night"), kept fresh while mounted; none while `name` is empty.
 * @returns {{value: object|null, as_of: number, error: {code, message, fix}|null, loading: boolean, retry: () => void}}
 *   value null with an error: there is no such thing. Both: what was last known, and why it is not newer.
 */
export function useBoard(name) {
  useWatch(name && { boards: [name] });
  const { failed, retry } = useFallback(name);
  const entry = name ? boards.value[name] : null;
  const error = entry?.value?.error ?? (entry ? null : failed);
  return { value: entry?.value?.value ?? null, as_of: entry?.as_of ?? 0, error, loading: !entry && !failed, retry };
}

/** Without a socket it comes over HTTP: not live, but not empty. */
function useFallback(name) {
  const [failed, setFailed] = useState(null);
  const [again, setAgain] = useState(0);
  const isOpen = isLinked.value;
  useEffect(() => {
    setFailed(null);
    if (isOpen || !name || boards.peek()[name]) return undefined;
    const ended = new AbortController();
    api.board(name, ended.signal).then(
      ({ value, as_of }) => boards.peek()[name] || receive([{ type: "board", board: name, value, error: null, as_of }]),
      (error) => ended.signal.aborted || setFailed(error),
    );
    return () => ended.abort();
  }, [name, isOpen, again]);
  return { failed, retry: () => setAgain((n) => n + 1) };
}
