/** One ticking second for everything that says "12 s ago", on the server's clock rather than this machine's. */
import { signal } from "@preact/signals";

let offset = 0;
let held = false;

/** Server time, epoch ms, once a second. Reading it repaints the reader once a second. */
export const now = signal(Date.now());

/** Takes the server's time as it was told just now. */
export function setServerTime(ms) {
  offset = ms - Date.now();
  tick();
}

/** Stops `now` where it is, or sets it going again. */
export function holdClock(value) {
  held = value;
  tick();
}

/** Server time at this instant, epoch ms. */
const serverTime = () => Date.now() + offset;

function tick() {
  if (!held) now.value = serverTime();
}

setInterval(() => document.hidden || tick(), 1000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
