/**
 * Many queues as few groups with sums, by what their names share before a delimiter. Pure.
 *
 * What has no second queue beside it stays alone: an entry of one queue is drawn as that queue, an entry of several as a group.
 */

/** What names are cut at. `-` and `_` are not among them: they stand within words. */
export const DELIMITERS = [":", ".", "/"];
/** So many queues are read at a glance: grouping would only hide them. */
export const FEW_QUEUES = 8;
/** Fields of a queue that can be added up; workers cannot, since one may listen to several. */
const COUNTED = ["queued", "started", "scheduled", "deferred", "failed", "finished", "canceled", "ready", "stalled"];

/** How many leading parts all names have in common, the last part of each left out: "prod:a", "prod:b" → 1. */
function shared(names) {
  const [first, ...others] = names;
  const isShared = (part, at) => others.every((name) => at < name.length - 1 && name[at] === part);
  const differs = first.slice(0, -1).findIndex((part, at) => !isShared(part, at));
  return differs < 0 ? first.length - 1 : differs;
}

function sumsOf(queues) {
  const sums = Object.fromEntries(COUNTED.map((field) => [field, queues.reduce((sum, queue) => sum + (queue[field] ?? 0), 0)]));
  const waiting = queues.map((queue) => queue.oldest_enqueued_at).filter((ms) => ms != null);
  return { ...sums, oldest_enqueued_at: waiting.length ? Math.min(...waiting) : null };
}

const entry = (name, queues) => ({ name: queues.length > 1 ? name : queues[0].name, queues, sums: sumsOf(queues) });

const alone = (queues) => queues.map((queue) => entry(queue.name, [queue]));

function by(delimiter, queues, cut = queues.map(({ name }) => name.split(delimiter)), depth = 1) {
  const groups = new Map();
  queues.forEach((queue, at) => {
    const name = cut[at].slice(0, depth).join(delimiter);
    groups.set(name, [...(groups.get(name) ?? []), queue]);
  });
  return [...groups].map(([name, members]) => entry(name, members));
}

/** Below what all names begin with, which tells nothing. */
function deeper(delimiter, queues) {
  const cut = queues.map(({ name }) => name.split(delimiter));
  return by(delimiter, queues, cut, shared(cut) + 1);
}

/**
 * The entries of a list of queues, in the order of their first queue.
 * @param {{name: string}[]} queues in the order in which they are shown
 * @param {string} [delimiter] group by this one whatever comes of it; without it by the one that leaves the fewest
 *   entries, and not at all where the queues are few or it would not halve them
 * @returns {{name: string, queues: object[], sums: object}[]} `sums`: its counts added up, and its earliest `oldest_enqueued_at`
 */
export function group(queues, delimiter) {
  if (delimiter && queues.length) return by(delimiter, queues);
  if (queues.length <= FEW_QUEUES) return alone(queues);
  const [best] = DELIMITERS.map((candidate) => deeper(candidate, queues)).sort((a, b) => a.length - b.length);
  return best.length <= queues.length / 2 ? best : alone(queues);
}
