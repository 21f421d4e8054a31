/** The graph of a job's dependencies: what is laid out, where its lines run, and what it says in words. Pure. */

/** Every box is as large: names are cut, not boxes grown. */
export const BOX = { width: 168, height: 46 };

/** What decides where things stand: a change of a status moves nothing. */
export const shapeOf = ({ jobs, edges }) => JSON.stringify([jobs.map(({ id }) => id).sort(), [...edges].sort()]);

/** For dagre: every box with its size, every edge between two boxes that are there. */
export function layoutInput({ jobs, edges }) {
  const known = new Set(jobs.map(({ id }) => id));
  return { nodes: jobs.map(({ id }) => [id, { ...BOX }]), edges: edges.filter(([from, to]) => known.has(from) && known.has(to) && from !== to) };
}

/** A line through the points that the layout found, with rounded corners. */
export function pathOf(points) {
  const [first, ...rest] = points;
  const at = ({ x, y }) => `${round(x)} ${round(y)}`;
  if (rest.length < 2) return `M ${at(first)} ${rest.map((point) => `L ${at(point)}`).join(" ")}`;
  const middle = rest.slice(0, -1).map((point, n) => {
    const next = rest[n + 1];
    const end = n === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q ${at(point)} ${at(end)}`;
  });
  return `M ${at(first)} ${middle.join(" ")}`;
}

const round = (n) => Math.round(n * 10) / 10;

const OVER = new Set(["failed", "stopped", "canceled"]);

/** What a line says by its look: met, waits, broken (the child waits for what will not come by itself), or past. */
export function edgeKind(parent, child) {
  if (parent?.status === "finished") return "met";
  if (child?.status !== "deferred") return "past";
  if (!parent || parent.gone) return "broken";
  if (!OVER.has(parent.status)) return "waits";
  return parent.status === "failed" && child.allow_failure ? "met" : "broken";
}

/** Whether something waits here for what will not come by itself. */
export function hasBroken({ jobs, edges }) {
  const byId = Object.fromEntries(jobs.map((job) => [job.id, job]));
  return edges.some(([from, to]) => edgeKind(byId[from], byId[to]) === "broken");
}

/** The jobs on one side of the one that is shown, nearest first: those it waits for, or those that wait for it. */
export const above = (jobs) => jobs.filter(({ level }) => level < 0).sort((a, b) => b.level - a.level);
export const below = (jobs) => jobs.filter(({ level }) => level > 0).sort((a, b) => a.level - b.level);
