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

/** The whole log as text, for the clipboard. */
export const asText = (lines, timeOf) => lines.map(({ at, level, text }) => `${timeOf(at)} ${level} ${text}`).join("\n");
