/** The first picture where the socket is not there in time. Pure; loaded when that is so. */

/** The answer of GET /api/overview as the events that would say the same. */
export function eventsOf(answer) {
  const part = (name, key, value, as_of) => ({ type: "overview", part: name, key, value, as_of });
  const { as_of } = answer;
  return [
    { type: "health", health: answer.health },
    part("totals", null, answer.totals, as_of),
    part("figures", null, answer.figures, as_of),
    part("gathered", null, answer.gathered, as_of),
    ...answer.queues.map((queue) => part("queue", queue.name, queue, as_of)),
    ...answer.workers.map((worker) => part("worker", worker.name, worker, as_of)),
    ...answer.running.map((row) => part("running", row.id, row, as_of)),
    {
      type: "overview", part: "complete", as_of,
      keys: {
        queue: answer.queues.map((queue) => queue.name),
        worker: answer.workers.map((worker) => worker.name),
        running: answer.running.map((row) => row.id),
      },
    },
  ];
}
