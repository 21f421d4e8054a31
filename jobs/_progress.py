"""`track` and `report_progress`: how far the job is, in stages.

A loop only writes a number into its stage; the courier looks at it ten times a second. So a turn costs some tens of
nanoseconds, a slow turn is seen as well as a fast one, and the last value is always written. Outside a job they do
nothing.

What is stored, the field `live_progress` of the job's hash, outermost stage first: {"run": 8 hex digits, "at": epoch
ms, "stages": [{"message", "done", "total" or null, "unit", "rate" per second or null, "left" seconds or null}, …]}.
"""

import math
from _thread import get_ident
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sized
from contextlib import suppress
from time import monotonic
from typing import Any, Generic, TypeVar

from jobs import _run
from jobs._meter import Meter

T = TypeVar("T")

#: Stages shown at once: the outermost of those that are open.
STAGES_MAX = 4
#: Characters kept of a message and of a unit: four stages of the widest characters stay under PROGRESS_BYTES.
MESSAGE_CHARS, UNIT_CHARS = 120, 16


class Stage:
    """One line of progress. The loop writes `done`, the courier reads it."""

    __slots__ = ("done", "message", "meter", "reported", "thread", "total", "unit")

    def __init__(self, message: str, total: float | None, unit: str, done: float = 0, reported: bool = False) -> None:
        self.message, self.total, self.unit, self.done = message, total, unit, done
        #: True where `report_progress` opened it.
        self.reported = reported
        self.thread = get_ident()
        self.meter = Meter(monotonic(), _number(done) or 0)

    def report(self, done: float, total: float | None, message: str, unit: str) -> None:
        """Another figure for the same stage, or for the one that takes its place."""
        if total != self.total:
            self.meter = Meter(monotonic(), _number(done) or 0)
        self.message, self.total, self.unit, self.done = message, total, unit, done


class track(Generic[T]):
    """Iterates over `iterable` and shows how far it is: done, total, speed, time left.

    `total` is its length where it has one. Stages nest: a `track` within a `track` is shown below it. A loop that ends
    early, raises or is abandoned closes its stage. `async for` works over an async iterable. No round trip to Redis.
    """

    def __init__(self, iterable: Iterable[T], message: str = "", total: float | None = None, unit: str = "") -> None:
        self._iterable = iterable
        self._message, self._unit = message, unit
        self._total = len(iterable) if total is None and isinstance(iterable, Sized) else total

    def __iter__(self) -> Iterator[T]:
        run = _run.current
        if run is None:
            yield from self._iterable
            return
        stage = _open(run, Stage(self._message, self._total, self._unit))
        try:
            for done, item in enumerate(self._iterable, 1):
                yield item
                stage.done = done
        finally:
            _close(run, stage)

    async def __aiter__(self: "track[T] | AsyncIterable[T]") -> AsyncIterator[T]:
        run = _run.current
        stage = _open(run, Stage(self._message, self._total, self._unit)) if run is not None else None
        try:
            async for item in self._iterable:
                yield item
                if stage is not None:
                    stage.done += 1
        finally:
            if run is not None and stage is not None:
                _close(run, stage)


def report_progress(done: float, total: float | None = None, message: str = "", unit: str = "") -> None:
    """Show that `done` of `total` is done. For work that is not a loop; for a loop, `track` is simpler.

    A job has one such stage, within the `track` loop that it was first reported in. Its speed is measured anew when
    `total` changes or `done` falls. Cheap enough for each turn of a loop; the last call is always written. It never
    raises.
    """
    run = _run.current
    if run is None:
        return
    for stage in run.stages:
        if stage.reported:
            stage.report(done, total, message, unit)
            return
    _open(run, Stage(message, total, unit, done, reported=True))


def snapshot(run: "_run.Run", now: float) -> list[dict[str, Any]]:
    """The stages to show, outermost first, those of child processes last. The last one that closed if none is open."""
    stages = list(run.stages)
    guests = [stage for shown in list(run.guests.values()) for stage in shown]
    if not stages and not guests and run.final is not None:
        stages = [run.final]
    return [_as_json(stage, now) for stage in stages[:STAGES_MAX]] + guests[: max(0, STAGES_MAX - len(stages))]


def essence(stage: dict[str, Any]) -> tuple:
    """What makes a snapshot worth writing: speed and time left change by themselves, and readers can tell."""
    return stage["message"], stage["done"], stage["total"], stage["unit"]


def _open(run: "_run.Run", stage: Stage) -> Stage:
    run.stages.append(stage)
    run.changed()
    return stage


def _close(run: "_run.Run", stage: Stage) -> None:
    """Close a stage, and with it what its thread reported within it."""
    with suppress(ValueError):
        inner = run.stages[run.stages.index(stage) + 1 :]
        run.stages.remove(stage)
        for other in inner:
            if other.reported and other.thread == stage.thread:
                run.stages.remove(other)
        if not run.stages:
            run.final = stage
        run.changed()


def _as_json(stage: Stage, now: float) -> dict[str, Any]:
    done, total = _number(stage.done) or 0, _number(stage.total)
    stage.meter.add(now, done)
    rate, left = stage.meter.rate(now), stage.meter.left(now, total)
    return {
        "message": str(stage.message)[:MESSAGE_CHARS],
        "done": done,
        "total": total,
        "unit": str(stage.unit)[:UNIT_CHARS],
        "rate": None if rate is None else float(f"{rate:.4g}"),
        "left": None if left is None else round(left, 1),
    }


def _number(value: Any) -> int | float | None:
    """A number that JSON can carry, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else round(number, 6)
