"""How a task is measured: when it began and ended, how long it had a processor, where it ran. No tasks in here.

All times are seconds of `time.monotonic`, which every process and thread of a machine shares.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Generator
from time import monotonic, thread_time
from typing import Any, NamedTuple


class Until:
    """The moment at which a measurement must end. The threads of a process share it; a child process has a copy."""

    def __init__(self, seconds: float) -> None:
        self.at = monotonic() + seconds

    def left(self) -> float:
        """Seconds; never less than a millisecond, since a socket takes 0 for no waiting at all."""
        return max(0.001, self.at - monotonic())

    def over(self) -> bool:
        return monotonic() >= self.at

    def end(self) -> None:
        """Now: whoever still works stops at the next look."""
        self.at = 0.0


class Span(NamedTuple):
    """One task as it was run."""

    task: int
    began: float
    ended: float
    #: Seconds for which it had a processor.
    cpu: float
    #: False where the limit ended it.
    whole: bool
    pid: int
    thread: int
    #: The processor on which it ended; None where the system does not tell.
    core: int | None


Work = Callable[[Until], object]
AsyncWork = Callable[[Until], Awaitable[object]]


def timed(work: Work, task: int, until: Until) -> Span | None:
    """Run a task in this thread. None if its time was over before it could begin."""
    if until.over():
        return None
    began, cpu, whole = monotonic(), thread_time(), True
    try:
        work(until)
    except TimeoutError:
        whole = False
    return _span(task, began, thread_time() - cpu, whole)


async def timed_async(work: AsyncWork, task: int, until: Until) -> Span | None:
    """Run a task in this loop. None if its time was over before it could begin."""
    if until.over():
        return None
    began, whole = monotonic(), True
    steps = Steps(work(until))
    try:
        async with asyncio.timeout(until.left()):
            await steps
    except TimeoutError:
        whole = False
    return _span(task, began, steps.cpu, whole)


class Steps:
    """Awaits something, and adds up the processor time of its steps: between them the loop runs other tasks."""

    def __init__(self, work: Awaitable[object]) -> None:
        self.cpu = 0.0
        self._work = work

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._work.__await__()
        step, given = steps.send, None
        while True:
            began = thread_time()
            try:
                waits_for = step(given)
            except StopIteration as end:
                return end.value
            finally:
                self.cpu += thread_time() - began
            try:
                step, given = steps.send, (yield waits_for)
            except BaseException as error:
                step, given = steps.throw, error


def _span(task: int, began: float, cpu: float, whole: bool) -> Span:
    return Span(task, began, monotonic(), cpu, whole, os.getpid(), threading.get_ident(), _core())


def _core() -> int | None:
    """Linux only: the 39th field of a thread's stat, counted behind the name, which may hold spaces."""
    try:
        with open("/proc/thread-self/stat", "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[36])
    except OSError:
        return None
