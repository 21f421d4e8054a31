/** What runs now, in order and in words. Pure. */

/** Rows on the Overview; the rest is one link away. */
export const MOST = 8;

/** Lines of gathered functions, busiest first. */
export const MOST_GATHERED = 4;

/** Runs a minute from which a rate per second says something. */
export const WORTH_A_RATE = 6;

const started = (row) => row.started_at ?? Number.MAX_SAFE_INTEGER;

/** Longest running first; of equal age by id, so that the order does not flicker. */
export const longestFirst = (rows) => [...rows].sort((a, b) => started(a) - started(b) || (a.id < b.id ? -1 : 1));

/** Seconds since the row started, or null. */
export const runningFor = (row, now) => (row.started_at == null ? null : Math.max(0, (now - row.started_at) / 1000));

/** A worker by the name that its panel shows: short where RQ made it up. */
export const placeOf = (row, nameOf) => [row.args, row.queue, row.worker && nameOf(row.worker)].filter(Boolean).join(" · ");

/** Jobs wait and nobody is there to run them. */
export const isStuck = (totals) => totals.queued > 0 && !totals.workers;
