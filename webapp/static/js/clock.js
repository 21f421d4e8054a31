/** One ticking second for everything that says "12 s ago", on the server's clock rather than this machine's. */
import { signal } from "@preact/signals";

let offset = 0;

/** Server time, epoch ms, once a second. Reading it repaints the reader once a second. */
export const now = signal(Date.now());

/** Takes the server's time as it was told just now. */
export function setServerTime(ms) {
  offset = ms - Date.now();
  now.value = serverTime();
}

/** Server time at this instant, epoch ms. */
const serverTime = () => Date.now() + offset;

setInterval(() => {
  if (!document.hidden) now.value = serverTime();
}, 1000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) now.value = serverTime();
});
