"""A crash at the one moment that leaves a job `ready_to_enqueue`: after its parent finished, before it is queued.

In real life a machine loses power there. RQ's own worker runs with this queue class (`--queue-class`), so everything
up to the crash is RQ's doing; the job stays until a worker that serves its queue does RQ's maintenance.
"""

import os
import signal

from rq import Queue


class CrashingQueue(Queue):
    """Kills the process that would put the ready jobs on their queue."""

    def enqueue_ready_jobs_by_queue(self, job_ids_by_queue_name: dict[str, list[str]]) -> None:
        if any(job_ids_by_queue_name.values()):
            os.kill(os.getpid(), signal.SIGKILL)


def read_feed(supplier: str) -> int:
    """Read the price list of a supplier."""
    return len(supplier) * 100


def import_prices(supplier: str) -> str:
    """Take over the prices that were read."""
    return f"prices of {supplier} imported"
