/**
 * The one WebSocket: connects, asks for what is watched, notices silence, and comes back after any break.
 * A break, a gap in the numbering and a long-hidden tab are one path: ask anew for everything and be told it whole.
 */
import { computed, signal } from "@preact/signals";
import { backoff } from "./backoff.js";
import { base } from "./router.js";

const PING_MS = 10_000;
/** Close code of a server that asks anew who is there. */
const NOT_ALLOWED = 1008;
/** A ping unanswered for this long: the way is broken, even where TCP has not noticed. */
const SILENCE_MS = 9_000;
/** The server says every 5 s how it is. After a cut TCP may wait as long again as that lasted: a new way is sooner. */
const SILENT_MS = 11_000;
/** A glance at another tab costs nothing; after this a hidden page asks only for what somebody waits for. */
const HIDDEN_MS = 15_000;

/**
 * The hop from this page to the web process. `state`: connecting, open or waiting; `since` and `retryAt` in ms of this
 * machine's clock.
 */
export const link = signal({ state: "connecting", since: Date.now(), retryAt: null });

export const isLinked = computed(() => link.value.state === "open");

/** When the last frame came, in the same ms, or null. No signal: it would repaint its readers 20 times a second. */
export const heardAt = () => framed;

let socket = null;
let deliver = () => {};
let whoAmI = () => {};
/** What early.js has asked for, until the page says more. */
let watch = { overview: true };
let watchHidden = {};
let asked = 0;
let seq = 0;
let tries = 0;
let unanswered = null;
let heard = 0;
let framed = null;
let timer = null;
let hiddenTimer = null;
let resting = false;

const address = () => `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${base}/live`;

const isOpen = () => socket?.readyState === WebSocket.OPEN;

function mark(changes) {
  link.value = { ...link.peek(), ...changes };
}

function send(message) {
  if (isOpen()) socket.send(JSON.stringify(message));
}

function ask(wanted) {
  asked += 1;
  send({ id: asked, watch: wanted });
}

/** Dropping every wish first makes all of them new, and what is new is told whole. */
function askAnew() {
  ask({});
  ask(wish());
}

/** Connects for good; `onEvents` gets the events of each frame. `onDoubt`: the login may have ended, or its rights have changed. */
export function connect(onEvents, onDoubt) {
  deliver = onEvents;
  whoAmI = onDoubt;
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("online", retryNow);
  setInterval(beat, PING_MS);
  setInterval(listen, 1_000);
  open();
}

/** Replaces what is watched, and what of it while the page is hidden. */
export function setWatch(wanted, wantedHidden) {
  watch = wanted;
  watchHidden = wantedHidden;
  ask(wish());
}

const wish = () => (resting ? watchHidden : watch);

/** Does not wait for the next attempt. */
export function retryNow() {
  if (link.peek().state === "waiting") open();
}

function open() {
  clearTimeout(timer);
  if (link.peek().state === "waiting") mark({ state: "connecting", retryAt: null });
  seq = 0;
  unanswered = null;
  const { socket: opened, messages } = takeEarly() ?? { socket: new WebSocket(address()), messages: [] };
  socket = opened;
  opened.onopen = () => {
    if (opened !== socket) return;
    heard = Date.now();
    ask(wish());
  };
  opened.onmessage = (message) => opened === socket && onFrame(message.data);
  opened.onclose = (event) => opened === socket && onClose(event.code);
  if (isOpen()) opened.onopen();
  messages.forEach(onFrame);
}

/** The socket of early.js and what it has said; null where it is gone. */
function takeEarly() {
  const { early } = window;
  window.early = null;
  return early?.socket.readyState <= WebSocket.OPEN ? early : null;
}

function onFrame(text) {
  const frame = JSON.parse(text);
  const missed = frame.seq !== seq + 1;
  seq = frame.seq;
  tries = 0;
  unanswered = null;
  heard = Date.now();
  framed = heard;
  if (!isLinked.peek()) mark({ state: "open", since: heard });
  deliver(frame.events.filter((event) => event.type !== "pong"));
  if (missed) askAnew();
}

function onClose(code) {
  if (code === NOT_ALLOWED || link.peek().state !== "open") whoAmI();
  const delay = backoff(tries);
  tries += 1;
  const { state, since } = link.peek();
  mark({
    state: "waiting",
    since: state === "open" ? Date.now() : since,
    retryAt: Date.now() + delay,
  });
  timer = setTimeout(open, delay);
}

/** Counts from the first unanswered ping, not from the last frame: a hidden tab is woken once a minute only. */
function beat() {
  if (!isOpen()) return;
  if (unanswered !== null && Date.now() - unanswered > SILENCE_MS) {
    giveUp();
    return;
  }
  unanswered ??= Date.now();
  send({ ping: Date.now() });
}

/** Not while hidden: what has come may wait to be delivered. */
function listen() {
  if (isOpen() && !document.hidden && Date.now() - heard > SILENT_MS) giveUp();
}

/** A dead way never reports its own close in time: leave it and start another. */
function giveUp() {
  const dead = socket;
  socket = null;
  dead.close();
  onClose();
}

function onVisibility() {
  clearTimeout(hiddenTimer);
  if (document.hidden) {
    hiddenTimer = setTimeout(() => {
      resting = true;
      ask(wish());
    }, HIDDEN_MS);
    return;
  }
  if (resting) {
    resting = false;
    ask(wish());
  }
  retryNow();
}
