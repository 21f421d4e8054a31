"""From recorded minutes to the figures of the Overview. Pure: no Redis, no clock; all windows are here.

Everything is reckoned at `at_ms`, the recorder's last write: so a figure changes when there is something new to
tell, and not with each tick of a clock.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from webapp import figure_fields as ff
from webapp.models_figures import Failures, Figures, Gathered, Rate, Series, StartIn

MINUTE_MS = 60_000
#: Minutes of a rate, of the failures, and of the chart.
RATE_MINUTES = 5
FAILURES_MINUTES = 60
SERIES_MINUTES = 30
#: Less than this tells nothing about a minute.
ENOUGH_MS = 10_000
#: A drain rate is taken over the last minutes that hold so many starts, at most RATE_MINUTES.
ENOUGH_STARTS = 20
#: A function is gathered when its runs last less than this, and there were so many in the last one to two minutes.
SHORT_MS = 1_000
ENOUGH_RUNS = 3
GATHERED_MINUTES = 2
GATHERED_MAX = 20
#: Runs that did not end well.
BAD = (ff.FAILED, ff.RETRIED)


@dataclass
class Minute:
    """One recorded minute, as far as figures need it."""

    covered_ms: int = 0
    arrivals_ms: int = 0
    #: metric -> queue -> count
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    #: queue -> milliseconds that its runs took, and how many runs that were
    run_ms: dict[str, int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)

    def total(self, *metrics: str) -> int:
        """The sum over all queues."""
        return sum(sum(self.counts.get(metric, {}).values()) for metric in metrics)

    def of(self, is_meant: Callable[[str], bool]) -> "Minute":
        """The minute as it would be without the other queues; what is summed beyond the cap of names is of none."""

        def kept(by_queue: Mapping[str, int]) -> dict[str, int]:
            return {queue: count for queue, count in by_queue.items() if queue != ff.OTHER and is_meant(queue)}

        counts = {metric: kept(by_queue) for metric, by_queue in self.counts.items()}
        return replace(self, counts=counts, run_ms=kept(self.run_ms), runs=kept(self.runs))


Minutes = Mapping[int, Minute]
#: (queue, function) -> histogram of run times
Functions = Mapping[tuple[str, str], Mapping[float, int]]

EMPTY = Minute()


class QueueLoad(Protocol):
    """What is needed of a queue; models.QueueStats has it."""

    name: str
    queued: int


class WorkerLoad(Protocol):
    """What is needed of a worker; models.WorkerInfo has it."""

    state: str
    queues: Sequence[str]


def figures(
    minutes: Minutes, at_ms: int, recording: bool, queues: Iterable[QueueLoad], workers: Iterable[WorkerLoad]
) -> Figures:
    """All figures at `at_ms`."""
    last = at_ms // MINUTE_MS
    hour = range(last - FAILURES_MINUTES + 1, last + 1)
    return Figures(
        recording=recording,
        since=next((minute * MINUTE_MS for minute in hour if minutes.get(minute, EMPTY).covered_ms), None),
        finished=_rate(minutes, last, ff.FINISHED),
        arrived=_rate(minutes, last, ff.ARRIVED),
        failed=_failures(_back(minutes, last, FAILURES_MINUTES)),
        start_in=start_in(minutes, last, list(queues), list(workers)),
        series=_series(minutes, last),
    )


def gathered(functions: Iterable[Functions], covered_ms: int, title: Callable[[str], str]) -> tuple[Gathered, ...]:
    """Functions with short runs in the last one to two minutes, of which `covered_ms` were recorded; busiest first."""
    merged: dict[tuple[str, str], list[Mapping[float, int]]] = {}
    for minute in functions:
        for name, histogram in minute.items():
            merged.setdefault(name, []).append(histogram)
    short = []
    for (queue, function), parts in merged.items():
        histogram = ff.merged(parts)
        count, median = sum(histogram.values()), ff.quantile(histogram, 0.5)
        if count >= ENOUGH_RUNS and median is not None and median < SHORT_MS:
            per_minute = _rounded(count * MINUTE_MS / max(covered_ms, ENOUGH_MS))
            short.append((-count, function, queue, per_minute, round(median)))
    return tuple(
        Gathered(func=function, title=title(function), queue=queue, per_minute=per_minute, median_ms=median)
        for _, function, queue, per_minute, median in sorted(short)[:GATHERED_MAX]
    )


def start_in(
    minutes: Minutes, last: int, queues: Sequence[QueueLoad], workers: Sequence[WorkerLoad]
) -> tuple[StartIn, ...]:
    """How soon a job sent now would start, per queue: `default` first, then by name."""
    queued = {queue.name: queue.queued for queue in queues}
    names = sorted(queued, key=lambda name: (name != "default", name))
    recent = _back(minutes, last, RATE_MINUTES)
    listening: dict[str, list[WorkerLoad]] = {}
    for worker in workers:
        if worker.state not in ("lost", "no signal"):
            for name in {*worker.queues}:
                listening.setdefault(name, []).append(worker)
    return tuple(_start_in(name, queued, listening.get(name, ()), recent) for name in names)


def _start_in(
    queue: str, queued: Mapping[str, int], listening: Sequence[WorkerLoad], recent: Sequence[Minute]
) -> StartIn:
    if not listening:
        return StartIn(queue=queue, seconds=None, why="no worker")
    if any(worker.state == "idle" and not _ahead(queue, queued, worker) for worker in listening):
        return StartIn(queue=queue, seconds=0, why="idle worker")
    seconds = _drain(queue, queued[queue], recent) if queued[queue] else _next_free(queue, len(listening), recent)
    if seconds is None:
        return StartIn(queue=queue, seconds=None, why="unknown")
    return StartIn(queue=queue, seconds=_rounded(seconds), why="estimate")


def _ahead(queue: str, queued: Mapping[str, int], worker: WorkerLoad) -> int:
    """Jobs that this worker takes before one that is sent to `queue` now: it serves its queues in order."""
    order = list(worker.queues)
    return sum(queued.get(name, 0) for name in order[: order.index(queue) + 1])


def _drain(queue: str, waiting: int, recent: Sequence[Minute]) -> float | None:
    """Seconds until all that wait have started, at the rate of the last minutes with enough starts."""
    starts = covered = 0
    for minute in recent:
        starts += minute.counts.get(ff.STARTED, {}).get(queue, 0)
        covered += minute.covered_ms
        if starts >= ENOUGH_STARTS and covered >= ENOUGH_MS:
            break
    return (waiting + 1) * covered / starts / 1000 if starts and covered >= ENOUGH_MS else None


def _next_free(queue: str, workers: int, recent: Sequence[Minute]) -> float | None:
    """Seconds until one of several busy workers is free, by the mean run of this queue."""
    runs = sum(minute.runs.get(queue, 0) for minute in recent)
    spent = sum(minute.run_ms.get(queue, 0) for minute in recent)
    return spent / runs / workers / 1000 if runs else None


def _back(minutes: Minutes, last: int, count: int) -> list[Minute]:
    """The `count` minutes that end with `last`, newest first."""
    return [minutes.get(minute, EMPTY) for minute in range(last, last - count, -1)]


def _rate(minutes: Minutes, last: int, metric: str) -> Rate:
    recent = _back(minutes, last, RATE_MINUTES)
    covered = sum(minute.arrivals_ms if metric == ff.ARRIVED else minute.covered_ms for minute in recent)
    count = sum(minute.total(metric) for minute in recent)
    per_minute = _rounded(count * MINUTE_MS / covered) if covered >= ENOUGH_MS else None
    return Rate(count=count, per_minute=per_minute, window_s=RATE_MINUTES * 60, covered_s=covered // 1000)


def _failures(hour: Sequence[Minute]) -> Failures:
    return Failures(
        count=sum(minute.total(*BAD) for minute in hour),
        of=sum(minute.total(ff.FINISHED, *BAD) for minute in hour),
        retried=sum(minute.total(ff.RETRIED) for minute in hour),
        window_s=FAILURES_MINUTES * 60,
        covered_s=sum(minute.covered_ms for minute in hour) // 1000,
    )


def _series(minutes: Minutes, last: int) -> Series:
    first = last - SERIES_MINUTES + 1
    return Series(
        start=first * MINUTE_MS,
        step_s=60,
        finished=_points(minutes, first, last, (ff.FINISHED,)),
        failed=_points(minutes, first, last, BAD),
    )


def _points(minutes: Minutes, first: int, last: int, metrics: tuple[str, ...]) -> tuple[int | None, ...]:
    """One number per minute. The last is of the last 60 s, so that a minute that has just begun draws no fall."""
    values = [_per_minute(minutes.get(minute, EMPTY), metrics) for minute in range(first, last + 1)]
    now, before = minutes.get(last, EMPTY), values[-2]
    if before is not None and now.covered_ms < MINUTE_MS:
        values[-1] = now.total(*metrics) + before * (1 - now.covered_ms / MINUTE_MS)
    return tuple(None if value is None else round(value) for value in values)


def _per_minute(minute: Minute, metrics: tuple[str, ...]) -> float | None:
    """What was counted, scaled to a whole minute where only a part was recorded."""
    if minute.covered_ms < ENOUGH_MS:
        return None
    return minute.total(*metrics) * max(1.0, MINUTE_MS / minute.covered_ms)


def _rounded(value: float) -> float:
    """Two digits that matter: more would claim to know more, and change with each look."""
    return round(value) if value >= 100 else float(f"{value:.2g}")
