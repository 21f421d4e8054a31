/** What rights say, in a line. Pure. */

/** What they are narrowed to; "" where they reach everything. */
export const reachOf = ({ queues, functions }) => [...queues, ...functions].filter((one) => one !== "*").join(", ");

/** Patterns as somebody types them; all where there is none. */
export function patternsOf(text) {
  const found = text.split(/[\s,]+/).filter(Boolean);
  return found.length ? found : ["*"];
}
