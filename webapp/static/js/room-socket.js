/**
 * The WebSocket of the Room: open while somebody is in it, and back after any break. Carries what is said there;
 * what that means is room.model.js.
 */
import { signal } from "@preact/signals";
import { backoff } from "./backoff.js";
import { lang } from "./i18n.js";
import { base } from "./router.js";
import { link } from "./socket.js";

/** `state`: away (nobody is in the Room), connecting, open or waiting; `retryAt` in ms of this machine's clock; `again`: after a break. */
export const roomLink = signal({ state: "away", retryAt: null, again: false });

let socket = null;
let speaker = {};
let deliver = () => {};
let tries = 0;
let timer = null;

function address() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${base}/ws/chat/?${new URLSearchParams({ lang: lang(), ...speaker })}`;
}

/** Enters as `who` ({key, name}) and stays until `leave`; `onWord` gets each message of the server. Again: under another name. */
export function enter(who, onWord) {
  speaker = who;
  deliver = onWord;
  tries = 0;
  open();
}

export function leave() {
  drop();
  roomLink.value = { state: "away", retryAt: null, again: false };
}

/** Sends one message. False where there is no connection. */
export function send(message) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
}

/** Does not wait for the next attempt. */
export function retryRoom() {
  if (roomLink.peek().state === "waiting") open();
}

function drop() {
  clearTimeout(timer);
  const old = socket;
  socket = null;
  old?.close();
}

function open() {
  drop();
  roomLink.value = { state: "connecting", retryAt: null, again: tries > 0 };
  const opened = new WebSocket(address());
  socket = opened;
  opened.onmessage = ({ data }) => opened === socket && onWord(JSON.parse(data));
  opened.onclose = () => opened === socket && comeBack();
}

function onWord(word) {
  if (roomLink.peek().state !== "open") roomLink.value = { state: "open", retryAt: null, again: false };
  tries = 0;
  deliver(word);
}

function comeBack() {
  drop();
  const delay = backoff(tries);
  tries += 1;
  roomLink.value = { state: "waiting", retryAt: Date.now() + delay, again: true };
  timer = setTimeout(open, delay);
}

/** Both sockets lead to one server, and the page's is watched for silence: where that way is broken, this one is too. */
link.subscribe(({ state }) => {
  if (state === "waiting" && roomLink.peek().state === "open") comeBack();
  if (state === "open") retryRoom();
});
addEventListener("online", retryRoom);
