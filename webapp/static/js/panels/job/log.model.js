/** Log lines in blocks and runs. Pure. */

/** Lines of one block: only the last block is drawn anew when a line comes. */
const BLOCK = 200;

export const LEVEL_TONES = { WARNING: "s-warn", ERROR: "s-bad", CRITICAL: "s-bad", ERR: "s-bad", DEBUG: "level-debug" };

/**
 * Blocks whose keys stay the same while lines are added at the end and dropped from the beginning.
 * A line that begins another run than the line before it carries `runStarts`.
 */
export function blocks(lines, dropped) {
  const made = [];
  lines.forEach((line, n) => {
    const key = Math.floor((n + dropped) / BLOCK);
    if (made.at(-1)?.key !== key) made.push({ key, lines: [] });
    made.at(-1).lines.push({ ...line, runStarts: n > 0 && lines[n - 1].run !== line.run });
  });
  return made;
}

/** A run's first line may be written a moment before RQ counts it as begun, its last a moment after its end. */
const SLACK_MS = 2_000;

/** The runs that these lines come from, in their order: {run, from, to}. */
export function runsOf(lines) {
  const runs = new Map();
  for (const { run, at } of lines) {
    const known = runs.get(run);
    if (known) known.to = at;
    else runs.set(run, { run, from: at, to: at });
  }
  return [...runs.values()];
}

/** The run that began between `from` and `to` (null: it goes on), the one nearest to `from`; null where there is none. */
export function runWithin(runs, { from, to }) {
  const near = runs.filter((run) => run.from >= from - SLACK_MS && run.from <= (to ?? Infinity) + SLACK_MS);
  return near.sort((a, b) => Math.abs(a.from - from) - Math.abs(b.from - from))[0] ?? null;
}

/** The whole log as text, for the clipboard. */
export const asText = (lines, timeOf) => lines.map(({ at, level, text }) => `${timeOf(at)} ${level} ${text}`).join("\n");
