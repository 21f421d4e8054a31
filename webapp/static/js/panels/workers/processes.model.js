/** What the queues say about processes that should be there. Pure. */

/** {names, jobs}: queues on which jobs are scheduled and that no scheduler serves, and how many jobs that are. */
export function unscheduled(queues) {
  const waiting = queues.filter((queue) => queue.scheduled && !queue.scheduler);
  return { names: waiting.map(({ name }) => name).sort(), jobs: waiting.reduce((sum, { scheduled }) => sum + scheduled, 0) };
}
