"""Arrivals against completions, queue by queue, from the recorded figures."""

from collections.abc import Mapping, Sequence
from typing import Any

import redis

from webapp import figure_fields as ff
from webapp.queries.figures import MINUTES_A_READ, READ_EVERY_MS, FiguresCache
from webapp.queries.figures_maths import EMPTY, FAILURES_MINUTES, RATE_MINUTES, Minute
from webapp.queries.titles import Titles
from webapp.rights import EVERYTHING, Rights

#: Queues that are told, those with most to do first.
QUEUES_MAX = 60
WINDOWS = {"recent": RATE_MINUTES, "hour": FAILURES_MINUTES}
#: Every way in which a run ends. A retry arrives again.
ENDED = (ff.FINISHED, ff.FAILED, ff.RETRIED, ff.STOPPED)
BAD = (ff.FAILED, ff.RETRIED)

Minutes = Mapping[int, Minute]


class FlowReader:
    """Keeps the minutes that were read: one per web process, and for the one thread that reads its board."""

    def __init__(self) -> None:
        self._figures = FiguresCache(Titles())

    def read(self, reader: redis.Redis, now_ms: int, rights: Rights = EVERYTHING) -> dict[str, Any]:
        """What came and what ended in the last five minutes and the last hour, of the queues that `rights` cover.

        One round trip, three at first.
        """
        reads = 1 if self._figures.minutes else -(-FAILURES_MINUTES // MINUTES_A_READ)
        for turn in range(reads):
            # It reads no more than so many minutes at once, and not twice in the same moment.
            at = now_ms + turn * READ_EVERY_MS
            with reader.pipeline(transaction=False) as pipe:
                self._figures.ask(pipe, at)
                self._figures.absorb(pipe.execute(raise_on_error=False) if len(pipe) else [], at)
        at_ms, recording = self._figures.last_word(now_ms)
        return {"recording": recording} | flow(_within(self._figures.minutes, rights), at_ms)


def _within(minutes: Minutes, rights: Rights) -> Minutes:
    if not rights.is_narrowed:
        return minutes
    return {minute: known.of(rights.sees_queue) for minute, known in minutes.items()}


def flow(minutes: Minutes, at_ms: int) -> dict[str, Any]:
    """The figures at `at_ms`: pure. Bounded by QUEUES_MAX; `more` queues are left out, those with least to do."""
    last = at_ms // 60_000
    windows = {name: [minutes.get(last - back, EMPTY) for back in range(length)] for name, length in WINDOWS.items()}
    busy = {queue: _busy(windows["hour"], queue) for queue in _names(windows["hour"])}
    shown = sorted(busy, key=lambda queue: (-busy[queue], queue))[:QUEUES_MAX]
    return {
        "windows": {
            name: {
                "window_s": WINDOWS[name] * 60,
                "covered_s": sum(minute.covered_ms for minute in window) // 1_000,
                "arrivals_s": sum(minute.arrivals_ms for minute in window) // 1_000,
            }
            for name, window in windows.items()
        },
        "queues": [
            {"name": queue} | {name: _counts(window, queue) for name, window in windows.items()} for queue in shown
        ],
        "more": len(busy) - len(shown),
    }


def _names(window: Sequence[Minute]) -> set[str]:
    return {queue for minute in window for counts in minute.counts.values() for queue in counts}


def _busy(window: Sequence[Minute], queue: str) -> int:
    return _sum(window, queue, ff.ARRIVED, *ENDED)


def _counts(window: Sequence[Minute], queue: str) -> dict[str, int]:
    return {
        "arrived": _sum(window, queue, ff.ARRIVED),
        "ended": _sum(window, queue, *ENDED),
        "failed": _sum(window, queue, *BAD),
        "canceled": _sum(window, queue, ff.CANCELED),
    }


def _sum(window: Sequence[Minute], queue: str, *metrics: str) -> int:
    return sum(minute.counts.get(metric, {}).get(queue, 0) for minute in window for metric in metrics)
