/** What all parts of the page ask for, as the one `watch` of the wire. Pure. */

/** The wire takes no more; a page of a list is 50. */
export const MOST_ROWS = 200;

/**
 * One watch out of many wishes: {overview}, {activity}, {job}, {looking: {job, name, key}}, {log: {job, after}}, {rows: […]}, {lists: […]}, {boards: […]}.
 * Of jobs and logs the last wish counts: one is open at a time. A wish with `always` lasts while the tab is hidden.
 */
export function compose(wishes) {
  const watch = {};
  const rows = new Set();
  const lists = new Set();
  const boards = new Set();
  for (const wish of wishes) {
    if (wish.overview) watch.overview = true;
    if (wish.activity) watch.activity = true;
    if (wish.job) watch.job = wish.job;
    if (wish.looking) watch.looking = wish.looking;
    if (wish.log) watch.log = wish.log;
    for (const id of wish.rows ?? []) rows.add(id);
    for (const list of wish.lists ?? []) lists.add(list);
    for (const board of wish.boards ?? []) boards.add(board);
  }
  if (rows.size) watch.rows = [...rows].slice(0, MOST_ROWS);
  if (lists.size) watch.lists = [...lists];
  if (boards.size) watch.boards = [...boards];
  return watch;
}

/** What is still asked for while nobody sees the page. */
export const composeHidden = (wishes) => compose([...wishes].filter(({ always }) => always));

/** What of the state is worth keeping under this watch. */
export const wanted = (watch) => ({
  rows: new Set(watch.rows),
  jobs: new Set(watch.job ? [watch.job] : []),
  lists: new Set(watch.lists),
  boards: new Set(watch.boards),
  logs: new Set(watch.log ? [watch.log.job] : []),
  activity: watch.activity === true,
});

/** The name of a list on the wire; an empty queue or status means all. */
export const listName = (queue, status) => `${queue}/${status}`;
