"""The four ways to run the same tasks: one after the other, asyncio, threads, processes. What they do is not known.

Each way is measured from before it begins to make threads or processes until they are gone.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import NamedTuple

from jobs._model_clock import AsyncWork, Span, Until, Work, timed, timed_async
from jobs._pool import process_pool


class Measured(NamedTuple):
    """One way, and what became of its tasks; those that never began are not among `spans`."""

    model: str
    began: float
    seconds: float
    spans: list[Span]
    #: Threads or processes that worked.
    workers: int


def one_after_the_other(work: Work, tasks: int, until: Until) -> Measured:
    """In this thread."""
    return _measure("sequential", 1, lambda: [timed(work, task, until) for task in range(tasks)])


def with_asyncio(work: AsyncWork, tasks: int, until: Until) -> Measured:
    """In this thread, in a loop made for it."""

    async def run() -> list[Span | None]:
        return await asyncio.gather(*(timed_async(work, task, until) for task in range(tasks)))

    return _measure("asyncio", 1, lambda: asyncio.run(run()))


def with_threads(work: Work, tasks: int, until: Until) -> Measured:
    """In a thread for each task."""

    def run() -> list[Span | None]:
        with ThreadPoolExecutor(tasks) as pool:
            try:
                return list(pool.map(partial(_timed, work, until), range(tasks)))
            except BaseException:
                # Leaving the block waits for the threads: they are not to work on for nobody.
                until.end()
                raise

    return _measure("threads", tasks, run)


def with_processes(work: Work, tasks: int, until: Until, workers: int) -> Measured:
    """In so many processes; `work` must be a function that can be pickled."""

    def run() -> list[Span | None]:
        with process_pool(workers) as pool:
            return list(pool.map(partial(_timed, work, until), range(tasks)))

    return _measure("processes", workers, run)


def _timed(work: Work, until: Until, task: int) -> Span | None:
    return timed(work, task, until)


def _measure(model: str, workers: int, run: Callable[[], Iterable[Span | None]]) -> Measured:
    began = monotonic()
    spans = [span for span in run() if span is not None]
    return Measured(model, began, monotonic() - began, spans, workers)
