"""A caution: two tasks that each hold what the other waits for. A timeout ends it; until then they can be looked at.

Beside it the same two tasks that take their locks in one order. What stands in a task's stack is read while it waits.
"""

import asyncio
import linecache
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from time import monotonic, thread_time
from typing import Any, NamedTuple

#: Seconds until two tasks that wait for each other are ended.
LIMIT = 1.0
#: Seconds for which a task works with what it has taken.
PAUSE = 0.1


class Held(NamedTuple):
    """What a task did for a while: it `holds` or `waits` for the locks named."""

    task: int
    does: str
    locks: str
    began: float
    ended: float


class Waits(NamedTuple):
    """Where a task stood when the time was over."""

    task: int
    file: str
    line: int
    text: str


class Embrace(NamedTuple):
    """Two tasks, and what became of them. `lines` is empty where both ended by themselves."""

    model: str
    began: float
    seconds: float
    cpu: float
    held: list[Held]
    lines: list[Waits]


def crossed() -> Embrace:
    """One task takes A, then B; the other takes B, then A."""
    meeting = asyncio.Barrier(2)
    return _embrace("crossed", lambda a, b: (a_then_b(a, b, meeting.wait), b_then_a(a, b, meeting.wait)))


def in_one_order() -> Embrace:
    """Both take A, then B."""
    return _embrace("ordered", lambda a, b: (a_then_b(a, b, _nobody), a_then_b(a, b, _nobody)))


async def a_then_b(lock_a: "Lock", lock_b: "Lock", meet: Callable[[], Awaitable[Any]]) -> None:
    """Take A and work; wait for whoever else has taken one; take B and work."""
    async with lock_a:
        await asyncio.sleep(PAUSE)
        await meet()
        async with lock_b:
            await asyncio.sleep(PAUSE)


async def b_then_a(lock_a: "Lock", lock_b: "Lock", meet: Callable[[], Awaitable[Any]]) -> None:
    """The same the other way round."""
    async with lock_b:
        await asyncio.sleep(PAUSE)
        await meet()
        async with lock_a:
            await asyncio.sleep(PAUSE)


async def _nobody() -> None:
    """Nobody to meet."""


class Board:
    """Who holds what and waits for what, and since when."""

    def __init__(self) -> None:
        self.held: list[Held] = []
        self._now: dict[int, tuple[str, str, float]] = {}
        self._locks: dict[int, list[str]] = {}

    def waits(self, lock: str) -> None:
        """The present task begins to wait."""
        self._turn("waits", lock)

    def takes(self, lock: str) -> None:
        """The present task has it."""
        locks = self._locks.setdefault(_number(), [])
        locks.append(lock)
        self._turn("holds", ", ".join(locks))

    def gives(self, lock: str) -> None:
        """The present task has given it back, or was ended while it had it: then its time is over."""
        self._locks[_number()].remove(lock)
        self._turn("", "")

    def _turn(self, does: str, locks: str) -> None:
        task, now = _number(), monotonic()
        before = self._now.pop(task, None)
        if before is not None:
            self.held.append(Held(task, *before[:2], before[2], now))
        if does:
            self._now[task] = (does, locks, now)


class Lock:
    """An asyncio.Lock that writes on the board."""

    def __init__(self, name: str, board: Board) -> None:
        self._name, self._board, self._lock = name, board, asyncio.Lock()

    async def __aenter__(self) -> None:
        if self._lock.locked():
            self._board.waits(self._name)
        await self._lock.acquire()
        self._board.takes(self._name)

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
        self._board.gives(self._name)


def _embrace(model: str, make: Callable[[Lock, Lock], tuple[Coroutine, Coroutine]]) -> Embrace:
    board = Board()

    async def run() -> list[Waits]:
        return await _watch(*make(Lock("A", board), Lock("B", board)))

    began, cpu = monotonic(), thread_time()
    lines = asyncio.run(run())
    return Embrace(model, began, monotonic() - began, thread_time() - cpu, board.held, lines)


async def _watch(*works: Coroutine) -> list[Waits]:
    """Wait until all have ended, or until LIMIT: then tell where each of them stands, and cancel it."""
    tasks = [asyncio.create_task(work, name=str(number)) for number, work in enumerate(works, 1)]
    _, waiting = await asyncio.wait(tasks, timeout=LIMIT)
    lines = [_line(number, task) for number, task in enumerate(tasks, 1) if task in waiting]
    for task in waiting:
        task.cancel()
    for task in (await asyncio.wait(tasks))[0]:
        if not task.cancelled():
            task.result()
    return lines


def _line(number: int, task: asyncio.Task) -> Waits:
    frame = task.get_stack()[-1]
    path = Path(frame.f_code.co_filename)
    text = linecache.getline(str(path), frame.f_lineno).strip()
    return Waits(number, f"{path.parent.name}/{path.name}", frame.f_lineno, text)


def _number() -> int:
    return int(asyncio.current_task().get_name())
