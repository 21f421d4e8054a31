/** When a change is worth interrupting who listens. Pure. */

/** A busy installation changes at every look: its summary is said so often. */
const CALM_MS = 30_000;

/** Two leading digits: "1,284 waiting" that becomes 1,285 is no news. */
const coarse = (n) => (n < 100 ? n : Number(n.toPrecision(2)));

/**
 * Told the state now and then, it answers what to say, or null. That the page is no longer live, or is again, is said at
 * once; figures that changed, when nothing was said for 30 s.
 * @returns {(state: {isLive: boolean, totals: object|null, at: number}) => {isLive: boolean, queued?: number, started?: number, failed?: number}|null}
 */
export function announcer() {
  let last = { text: "", isLive: true, at: -Infinity };
  return ({ isLive, totals, at }) => {
    if (isLive && !totals) return null;
    const said = isLive ? { isLive, queued: coarse(totals.queued), started: coarse(totals.started), failed: coarse(totals.failed) } : { isLive };
    const text = JSON.stringify(said);
    const isUrgent = isLive !== last.isLive;
    if (text === last.text || (!isUrgent && at - last.at < CALM_MS)) return null;
    last = { text, isLive, at };
    return said;
  };
}
