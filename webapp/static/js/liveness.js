/** Whether what the page shows is true now, and the time to reckon ages with: it stands still while that is not known. */
import { computed } from "@preact/signals";
import { now } from "./clock.js";
import { isSameDay } from "./format.js";
import { heardAt, link } from "./socket.js";
import { status } from "./status.model.js";
import { health, slices } from "./store.js";

const SINGLES = ["totals", "figures", "gathered"];
const KEYED = ["queues", "workers", "running", "jobs", "rows"];

/** Latest Redis time of any value that came, or null. */
export const newest = computed(() => {
  const times = SINGLES.map((name) => slices[name].value?.as_of ?? 0);
  for (const name of KEYED) for (const entry of Object.values(slices[name].value)) times.push(entry.as_of);
  const latest = times.reduce((a, b) => Math.max(a, b), 0);
  return latest || null;
});

/** The worst hop, see status.model.js. */
export const condition = computed(() => {
  const at = now.value;
  return status({ link: { ...link.value, heardAt: heardAt() }, health: health.value, newest: newest.value, now: at, localNow: Date.now() });
});

/** True while what the page shows can be trusted to be now. */
export const live = computed(() => condition.value.live);

let last = now.peek();

/** Server time while live; else the last such moment: nobody knows how long the oldest job waits by now. */
export const liveNow = computed(() => {
  if (live.value) last = now.value;
  return last;
});

let dawn = now.peek();

/** Some moment of the present day: its readers are drawn again once a day. */
export const today = computed(() => {
  if (!isSameDay(dawn, liveNow.value)) dawn = liveNow.value;
  return dawn;
});
