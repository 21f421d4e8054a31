"""Machines that lose power at the worst moment. What RQ then leaves behind is hard to meet otherwise.

RQ's own worker runs all of this, with one of the queue classes (`--queue-class`) or with a function that takes its
worker along, so everything up to the crash is RQ's doing. Nobody serves these queues afterwards, so it stays.
"""

import os
import signal
from typing import Any

from rq import Queue


class CrashingQueue(Queue):
    """Kills the process that would put the ready jobs on their queue: they stay `ready_to_enqueue`."""

    def enqueue_ready_jobs_by_queue(self, job_ids_by_queue_name: dict[str, list[str]]) -> None:
        if any(job_ids_by_queue_name.values()):
            os.kill(os.getpid(), signal.SIGKILL)


class DroppingQueue(Queue):
    """Kills the worker that has just taken a job.

    One of a single queue leaves it in RQ's intermediate list; one of several queues leaves it in no list at all.
    """

    @classmethod
    def dequeue_any(cls, *args: Any, **kwargs: Any) -> Any:
        taken = super().dequeue_any(*args, **kwargs)
        if taken is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return taken


def read_feed(supplier: str) -> int:
    """Read the price list of a supplier."""
    return len(supplier) * 100


def import_prices(supplier: str) -> str:
    """Take over the prices that were read."""
    return f"prices of {supplier} imported"


def declare(parcel: str) -> str:
    """Declare a parcel to customs. The power goes before it is done, for the worker too: nobody hears of it."""
    os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    return parcel
