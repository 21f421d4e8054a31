"""Counts of the minutes that are not written yet. Pure: no Redis, no clock. Bounded by its caps."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from jobs import _keys
from webapp import figure_fields as ff
from webapp.operations.runs import Event

#: Queues told apart within one minute; the rest is summed as "other".
QUEUES_MAX = 100
#: A minute takes counts for this long after its end; later ones are dropped, so that readers may keep what they read.
LATE_MS = 5_000

#: What is told apart by function too; arrivals and starts would double what a function costs.
BY_FUNCTION = frozenset({ff.FINISHED, ff.FAILED, ff.RETRIED, ff.STOPPED, ff.RUN, ff.WAIT})


class Increment(NamedTuple):
    """One HINCRBY."""

    key: str
    field: str
    amount: int
    minute: int


def still_open(minute: int, now_ms: int) -> bool:
    """Whether counts of an epoch minute may still be written."""
    return (minute + 1) * 60_000 + LATE_MS >= now_ms


@dataclass
class _Minute:
    """What is not written yet of one minute, and the names that it has told apart, also in what is written."""

    figures: Counter[str] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)
    queue_names: set[str] = field(default_factory=set)
    function_names: set[str] = field(default_factory=set)


class Tally:
    """Collects events until `take()`. Not thread-safe: it belongs to the recorder's thread."""

    def __init__(self) -> None:
        self._minutes: defaultdict[int, _Minute] = defaultdict(_Minute)
        #: Whether anything but covered time waits to be written.
        self.has_counts = False

    def add(self, at_ms: int, queue: str, function: str | None, events: Iterable[Event]) -> None:
        """Count `events` of one job in the minute of `at_ms`."""
        minute = self._minutes[at_ms // 60_000]
        queue = _capped(queue, minute.queue_names, QUEUES_MAX)
        if function is not None:
            function = _capped(function, minute.function_names, _keys.FIGURES_FUNCTIONS_MAX)
        for metric, amount in events:
            self.has_counts = True
            self._count(minute, metric, amount, queue, function)

    def cover(self, start_ms: int, end_ms: int, arrivals: bool) -> None:
        """Note that ends of runs, and with `arrivals` arrivals too, were counted from `start_ms` to `end_ms`."""
        while start_ms < end_ms:
            minute = start_ms // 60_000
            stop = min(end_ms, (minute + 1) * 60_000)
            for metric in (ff.COVERED, ff.ARRIVALS_COVERED) if arrivals else (ff.COVERED,):
                self._minutes[minute].figures[ff.field(metric, "")] += stop - start_ms
            start_ms = stop

    def take(self, now_ms: int) -> list[Increment]:
        """All that was counted since the last `take()`, without what came too late for its minute."""
        self.has_counts = False
        taken: list[Increment] = []
        for minute in sorted(self._minutes):
            waiting = self._minutes[minute]
            if still_open(minute, now_ms):
                for key, counts in (
                    (_keys.figures(minute), waiting.figures),
                    (_keys.functions(minute), waiting.functions),
                ):
                    taken += [Increment(key, name, count, minute) for name, count in counts.items()]
                    counts.clear()
            else:
                del self._minutes[minute]
        return taken

    @staticmethod
    def _count(minute: _Minute, metric: str, amount: int, queue: str, function: str | None) -> None:
        by_function = function if metric in BY_FUNCTION else None
        if metric == ff.RUN:
            minute.figures[ff.field(ff.RUN_SUM, queue)] += amount
        if metric in (ff.RUN, ff.WAIT):
            metric, amount = ff.bucket(metric, amount), 1
        minute.figures[ff.field(metric, queue)] += amount
        if by_function is not None:
            minute.functions[ff.field(metric, queue, by_function)] += amount


def _capped(name: str, known: set[str], most: int) -> str:
    if name in known:
        return name
    if len(known) >= most:
        return ff.OTHER
    known.add(name)
    return name
