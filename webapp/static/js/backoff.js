/** How long to wait before the next attempt to connect. Pure. */

const FIRST_MS = 500;
/** Long enough to spare a server that is down, short enough that every page is right within five seconds of its return. */
const MOST_MS = 4_000;

/**
 * Milliseconds before attempt number `tries` (0 is the first retry): doubles up to a ceiling, and is spread over
 * its upper half, so that a thousand tabs that lost one server do not come back in one instant.
 */
export function backoff(tries, random = Math.random) {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(tries, 10));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
