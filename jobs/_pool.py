"""A pool of processes for one job: every core works, and nobody is left behind, however the job ends.

The standard `ProcessPoolExecutor`, with two things added: its processes end at once when the job ends by an exception
(a timeout of RQ is one), and by themselves when the process of the job is killed. No job's own work in here.
"""

import multiprocessing
import os
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import ForkContext, ForkProcess
from typing import Any

DIED = "A process of the job was killed, perhaps for lack of memory. Run it again with fewer processes, or less to do."


@contextmanager
def process_pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of `count` forked processes. None of them lives on when the block is left, in whatever way.

    Raises RuntimeError where one of them died.

    Fork, because the other ways import the program's main module in each child, and a worker script without
    `if __name__ == "__main__"`, as in RQ's own manual, would start a second worker there.
    """
    context = _Context()
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_leave_with_parent)
    try:
        yield pool
    except BaseException as error:
        for process in context.started:
            process.kill()
        # A result that was half sent never ends while this process, too, keeps the pipe open for writing.
        pool._result_queue._writer.close()
        if isinstance(error, BrokenProcessPool):
            raise RuntimeError(DIED) from None
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def cores() -> int:
    """Processors that this process may use: `taskset` or a container may give it fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Process(ForkProcess):
    """Forked on purpose, although Python 3.12 and later warn of the courier's thread: the child uses nothing of it."""

    def start(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            super().start()


class _Context(ForkContext):
    """Remembers what it started: the pool itself tells nobody."""

    def __init__(self) -> None:
        self.started: list[_Process] = []

    def Process(self, *args: Any, **kwargs: Any) -> _Process:
        process = _Process(*args, **kwargs)
        self.started.append(process)
        return process


def _leave_with_parent() -> None:
    """In a child: end with the process of the job, also when that was killed and could tell nobody."""

    def wait() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, name="leave-with-parent", daemon=True).start()
