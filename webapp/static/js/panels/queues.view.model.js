/** How the table of queues is shown: sorted by a column, grouped or not, which groups are open. Pure. */
import { group } from "../queue-groups.model.js";

const PLAIN = { sort: "", down: true, flat: false, open: [] };

/** The view that was kept as text; whatever was kept there. */
export function viewOf(text) {
  try {
    const { sort, down, flat, open } = { ...PLAIN, ...JSON.parse(text || "{}") };
    return { sort: String(sort), down: Boolean(down), flat: Boolean(flat), open: Array.isArray(open) ? open.map(String) : [] };
  } catch {
    return PLAIN;
  }
}

/** The view after a click on a column: largest first, then smallest first, then as before. Names begin with A. */
export function sorted(view, column) {
  const first = column !== "name";
  if (view.sort !== column) return { ...view, sort: column, down: first };
  return view.down === first ? { ...view, down: !first } : { ...view, sort: "", down: true };
}

/** The view with a group opened or closed; so many names are remembered. */
export const toggled = (view, name) => ({ ...view, open: view.open.includes(name) ? view.open.filter((one) => one !== name) : [...view.open, name].slice(-100) });

/** How long the oldest waits, as a number that grows with it. */
const measure = (of, column) => (column === "oldest" ? (of.queued ? -(of.oldest_enqueued_at ?? 0) : -Infinity) : (of[column] ?? 0));

function by({ sort, down }, nameOf, valuesOf) {
  if (!sort) return () => 0;
  const sign = down ? -1 : 1;
  if (sort === "name") return (a, b) => sign * (nameOf(a) < nameOf(b) ? -1 : 1);
  return (a, b) => sign * (measure(valuesOf(a), sort) - measure(valuesOf(b), sort) || 0);
}

/** The entries of queue-groups.model.js for `queues` in their usual order, as `view` wants them. */
export function arranged(queues, view) {
  const entries = view.flat ? queues.map((queue) => ({ name: queue.name, queues: [queue], sums: queue })) : group(queues);
  const members = by(view, (queue) => queue.name, (queue) => queue);
  return entries
    .map((entry) => ({ ...entry, queues: [...entry.queues].sort(members) }))
    .sort(by(view, (entry) => entry.name, (entry) => entry.sums));
}
