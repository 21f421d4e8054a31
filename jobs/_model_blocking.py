"""A caution: a blocking call inside `async def` stops the whole loop. Beside it, the same call in `asyncio.to_thread`.

A heartbeat runs in the same loop; its longest silence is what anything else in that loop would have suffered.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from jobs._model_clock import AsyncWork, Until, timed_async
from jobs._model_ways import Measured

#: Seconds between two beats.
BEAT = 0.01


class Beside(NamedTuple):
    """One way to sleep, and the heartbeat beside it: when it beat, the last time when all tasks had ended."""

    measured: Measured
    beats: list[float]

    @property
    def seconds(self) -> float:
        return self.measured.seconds

    @property
    def silence(self) -> float:
        """The longest time without a beat, s."""
        return max(later - earlier for earlier, later in zip(self.beats, self.beats[1:], strict=False))


def sleep_in_loop(seconds: float, tasks: int, until: Until) -> Beside:
    """`time.sleep` inside `async def`."""

    async def nap(until: Until) -> None:
        _sleep(seconds, until)

    return _beside("sleep", 1, nap, tasks, until)


def sleep_in_threads(seconds: float, tasks: int, until: Until) -> Beside:
    """The same through `asyncio.to_thread`, with a thread for each task."""

    async def nap(until: Until) -> None:
        await asyncio.to_thread(_sleep, seconds, until)

    return _beside("to_thread", tasks, nap, tasks, until)


def _sleep(seconds: float, until: Until) -> None:
    time.sleep(min(seconds, until.left()))
    if until.over():
        raise TimeoutError


def _beside(model: str, workers: int, nap: AsyncWork, tasks: int, until: Until) -> Beside:
    beats: list[float] = []

    async def run() -> list:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(workers))
        heart = asyncio.create_task(_beat(beats.append))
        # Its first beat comes before the tasks, which may not let it run for long.
        await asyncio.sleep(0)
        spans = await asyncio.gather(*(timed_async(nap, task, until) for task in range(tasks)))
        beats.append(time.monotonic())
        heart.cancel()
        with suppress(asyncio.CancelledError):
            await heart
        return spans

    began = time.monotonic()
    spans = [span for span in asyncio.run(run()) if span is not None]
    return Beside(Measured(model, began, time.monotonic() - began, spans, workers), beats)


async def _beat(note: Callable[[float], None]) -> Awaitable[None]:
    while True:
        note(time.monotonic())
        await asyncio.sleep(BEAT)
