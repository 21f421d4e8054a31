"""How the figures of a minute are spelt in their hashes: metrics, histogram buckets, field names. No I/O, no clock.

The recorder writes by it and `queries/figures.py` reads by it. What each metric means stands in docs/operations.md.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping

#: Stands between the parts of a field name; it cannot be typed into a queue's name by accident.
SEPARATOR = "\x1f"
#: Queues and functions beyond the cap are summed under this name.
OTHER = "other"
#: Longest part of a field name; longer names are cut.
NAME_CHARS = 200

#: A job was put on its queue: first, by a scheduler, by a retry or by hand.
ARRIVED = "arrived"
#: A run began.
STARTED = "started"
#: A run ended well.
FINISHED = "finished"
#: A run ended badly, and its job with it.
FAILED = "failed"
#: A run ended badly, and its job runs again.
RETRIED = "retried"
#: A run was stopped by a user.
STOPPED = "stopped"
#: A job was canceled.
CANCELED = "canceled"
COUNTS = frozenset({ARRIVED, STARTED, FINISHED, FAILED, RETRIED, STOPPED, CANCELED})

#: Histogram of enqueued -> started, and of started -> ended; `run_ms` is the sum of the latter.
WAIT = "wait"
RUN = "run"
RUN_SUM = "run_ms"

#: Milliseconds of the minute in which ends of runs were counted, and in which arrivals were. They have no queue.
COVERED = "covered_ms"
ARRIVALS_COVERED = "arrivals_ms"

#: Upper bounds of the histograms' buckets: steps of 1-2-5 from 1 ms to 1 day. A duration belongs to the first bound
#: that it does not exceed; a longer one to LONGEST.
BOUNDS_MS = (*(step * 10**power for power in range(8) for step in (1, 2, 5)), 86_400_000)
LONGEST = "inf"


def field(metric: str, queue: str, function: str | None = None) -> str:
    """The name of a count in a minute's hash: `<metric>\\x1f<queue>`, and `\\x1f<function>` where it is told apart."""
    parts = (metric, queue) if function is None else (metric, queue, function)
    return SEPARATOR.join(part.replace(SEPARATOR, " ")[:NAME_CHARS] for part in parts)


def split(name: bytes) -> list[str]:
    """The parts of a field's name."""
    return name.decode("utf-8", "replace").split(SEPARATOR)


def bucket(metric: str, duration_ms: int) -> str:
    """The metric that counts a duration: `run:50` for 21 to 50 ms."""
    index = bisect_left(BOUNDS_MS, duration_ms)
    return f"{metric}:{BOUNDS_MS[index] if index < len(BOUNDS_MS) else LONGEST}"


def bound_of(metric: str, histogram: str) -> float | None:
    """The upper bound in ms that `run:50` stands for, or None where `metric` is not of this histogram."""
    kind, _, bound = metric.partition(":")
    if kind != histogram or not bound:
        return None
    try:
        return float(bound)
    except ValueError:
        return None


def quantile(buckets: Mapping[float, int], share: float) -> float | None:
    """The duration in ms that `share` of the runs did not exceed; None where nothing was counted.

    Interpolated within its bucket, so it is right to about a fifth.
    """
    wanted = share * sum(buckets.values())
    below = 0
    for bound, count in sorted(buckets.items()):
        if count and below + count >= wanted:
            low, high = _edges(bound)
            return low + (high - low) * (wanted - below) / count
        below += count
    return None


def merged(parts: Iterable[Mapping[float, int]]) -> dict[float, int]:
    """The sum of several histograms."""
    total: dict[float, int] = {}
    for part in parts:
        for bound, count in part.items():
            total[bound] = total.get(bound, 0) + count
    return total


def _edges(bound: float) -> tuple[float, float]:
    index = bisect_left(BOUNDS_MS, bound)
    if index >= len(BOUNDS_MS):
        return BOUNDS_MS[-1], BOUNDS_MS[-1]
    return (BOUNDS_MS[index - 1] if index else 0), bound
