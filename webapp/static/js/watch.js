/** Gathers what the mounted parts of the page want to see, and passes the whole of it on when it changes. */
import { useEffect } from "preact/hooks";
import { compose, composeHidden } from "./watch.model.js";

/** Parts mount and unmount in groups: one message for the group. */
const SETTLE_MS = 30;

const wishes = new Map();
let listener = () => {};
let timer = null;
let said = "";

/** Names who hears the composed watch, and what of it lasts while the tab is hidden: called once, by main.js. */
export function onWatch(callback) {
  listener = callback;
}

function tell() {
  timer = null;
  const watch = compose(wishes.values());
  const hidden = composeHidden(wishes.values());
  const text = JSON.stringify([watch, hidden]);
  if (text === said) return;
  said = text;
  listener(watch, hidden);
}

function change(key, wish) {
  if (wish) wishes.set(key, wish);
  else wishes.delete(key);
  timer ??= setTimeout(tell, SETTLE_MS);
}

/** Asks for `wish` while the calling component is mounted; a falsy wish asks for nothing. */
export function useWatch(wish) {
  const text = wish ? JSON.stringify(wish) : "";
  useEffect(() => {
    if (!text) return undefined;
    const key = Symbol(text);
    change(key, JSON.parse(text));
    return () => change(key, null);
  }, [text]);
}
