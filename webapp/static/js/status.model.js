/** Is what the page shows true now? The worst hop decides. Pure. */

/** Probes run every 10 s: after three of them without a sign the feed is not to be trusted. */
const QUIET_MS = 35_000;
/** The server says every 5 s how it is: after two words missed the way is not to be trusted, before a ping has told. */
const SILENT_MS = 11_000;

const of = (level, key, values = {}) => ({ level, key, values });

/** Newest moment (server time) at which the whole way from Redis to here was seen to work, or null. */
export function seenAt(health, newest) {
  const times = [health?.feed?.proved_at, health?.reconciled_at, newest].filter((ms) => ms != null);
  return times.length ? Math.max(...times) : null;
}

/**
 * What the status pill says.
 * @param {{link: object, health: object|null, newest: number|null, now: number, localNow: number}} hops
 *   `now` in server time, `localNow` on this machine's clock; `newest`: latest as_of of any value on the page
 * @returns {{level: "ok"|"ease"|"busy"|"bad", live: boolean, key: string, values: object}}
 */
export function status({ link, health, newest, now, localNow }) {
  const worst = page(link, localNow) ?? redis(health, now) ?? silent(link, localNow) ?? feed(health, newest, now);
  return { ...worst, live: worst.level === "ok" || worst.level === "ease" };
}

function page(link, localNow) {
  if (link.state === "open") return null;
  if (link.state === "connecting" && link.heardAt === null) return of("busy", "status.connecting");
  if (link.state === "connecting") return of("bad", "status.reconnecting");
  const seconds = Math.max(0, Math.ceil((link.retryAt - localNow) / 1000));
  return of("bad", "status.offline", { n: seconds, since: link.since });
}

function redis(health, now) {
  if (!health || health.redis === "connecting") return of("busy", "status.connecting");
  if (health.redis === "ok") return null;
  return of("bad", "status.redis_away", { since: health.redis_since ?? now });
}

function silent({ heardAt }, localNow) {
  const age = heardAt === null ? 0 : localNow - heardAt;
  return age > SILENT_MS ? of("bad", "status.quiet", { age: age / 1000 }) : null;
}

function feed(health, newest, now) {
  const seen = seenAt(health, newest);
  if (health.feed.mode === "starting" || seen === null) return of("busy", "status.starting");
  const age = Math.max(0, now - seen);
  if (age > QUIET_MS) return of("bad", "status.quiet", { age: age / 1000 });
  // What is shown is true, only later.
  if (health.easing) return of("ease", `status.easing.${health.easing.reason}`, { n: Math.max(1, Math.round(health.easing.every_ms / 1000)) });
  return of("ok", health.feed.mode === "sampling" ? "status.sampling" : "status.live", { age: age / 1000 });
}
