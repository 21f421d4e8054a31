/** How often numbers may change before the eye. Pure: the caller brings the clock. */

/**
 * A token bucket: `burst` changes pass at once, then `perSecond` each second. What happens now and then is painted in
 * the next frame; what streams is painted a few times a second, and nothing strobes.
 *
 * Returns a function (now ms) → ms to wait; 0 takes a token.
 */
export function pace({ burst, perSecond }) {
  let tokens = burst;
  let at = null;
  return (now) => {
    tokens = Math.min(burst, tokens + (at === null ? 0 : ((now - at) / 1000) * perSecond));
    at = now;
    if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * 1000);
    tokens -= 1;
    return 0;
  };
}
