"""A caution: with very many very small tasks, handing them over costs more than doing them.

The task is always the same function, timed by itself. What is kept of thousands of tasks is how many ended when, and
who did them.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from typing import NamedTuple

from jobs._model_clock import Until
from jobs._pool import process_pool

#: Moments for which the ended tasks are counted.
BINS = 48


class Done(NamedTuple):
    """One tiny task."""

    began: float
    ended: float
    pid: int
    thread: int


class Heap(NamedTuple):
    """All tiny tasks of one way."""

    model: str
    seconds: float
    #: How many were done; fewer than asked for where the limit ended it.
    tasks: int
    #: Seconds that the tasks themselves took, added up.
    work: float
    #: (pid, thread) -> for each of BINS equal parts of `seconds`, how many of its tasks ended in it.
    density: dict[tuple[int, int], list[int]]


def tiny(number: int) -> Done:
    """Hardly any work."""
    began = monotonic()
    sum(range(number % 16))
    return Done(began, monotonic(), os.getpid(), threading.get_ident())


async def _tiny_async(number: int) -> Done:
    return tiny(number)


def in_a_loop(tasks: int) -> Heap:
    """A plain loop, in which each is a call."""
    return _heap("loop", lambda done: done.extend(tiny(number) for number in range(tasks)))


def in_asyncio(tasks: int) -> Heap:
    """An asyncio task for each."""

    async def gather() -> list[Done]:
        return await asyncio.gather(*(_tiny_async(number) for number in range(tasks)))

    return _heap("asyncio", lambda done: done.extend(asyncio.run(gather())))


def in_threads(tasks: int, until: Until, workers: int) -> Heap:
    """Each is handed to a pool of threads."""

    def run(done: list[Done]) -> None:
        with ThreadPoolExecutor(workers) as pool:
            try:
                done.extend(pool.map(tiny, range(tasks), timeout=until.left()))
            except TimeoutError:
                pass
            finally:
                pool.shutdown(cancel_futures=True)

    return _heap("threads", run)


def in_processes(tasks: int, until: Until, workers: int, bundle: int = 1) -> Heap:
    """Each, or each bundle of so many, is sent to a pool of processes."""

    def run(done: list[Done]) -> None:
        # Its limit is no failure: the pool is left in order, and its processes are not killed.
        with process_pool(workers) as pool, suppress(TimeoutError):
            done.extend(pool.map(tiny, range(tasks), timeout=until.left(), chunksize=bundle))

    return _heap("processes" if bundle == 1 else "bundles", run)


def _heap(model: str, run: Callable[[list[Done]], None]) -> Heap:
    done: list[Done] = []
    began = monotonic()
    run(done)
    seconds = monotonic() - began
    return Heap(model, seconds, len(done), sum(one.ended - one.began for one in done), _density(done, began, seconds))


def _density(done: Iterable[Done], began: float, seconds: float) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = {}
    for one in done:
        bins = found.setdefault((one.pid, one.thread), [0] * BINS)
        bins[min(BINS - 1, int((one.ended - began) / seconds * BINS))] += 1
    return found
