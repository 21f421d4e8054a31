"""How many scheduled jobs come due in each span of the next hour and day: what is asked, and what the replies say."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import redis

from webapp import rqkeys
from webapp.queries.fields import reply

MINUTE_MS = 60_000
#: Spans of the hour and of the day: each costs a ZCOUNT for each queue whose jobs were not all read.
HOUR, HOUR_STEP_MS = 12, 5 * MINUTE_MS
DAY, DAY_STEP_MS = 24, 60 * MINUTE_MS
#: Queues that are counted so: the largest.
COUNTED_MAX = 12

Span = tuple[int, int]


@dataclass(frozen=True)
class Queue:
    """One queue that has scheduled jobs."""

    name: str
    total: int
    overdue: int
    #: (job id, when it is due as epoch ms), the next first; not all of them.
    heads: list[tuple[str, int | None]]
    #: The name in the lock of its scheduler.
    lock: str | None


def spans(now_ms: int, number: int, step: int) -> list[Span]:
    """[from, to) of each, epoch ms: on the full five minutes and hours; the first begins now."""
    start = now_ms - now_ms % step
    return [(max(now_ms, start + step * at), start + step * (at + 1)) for at in range(number)]


def _all_spans(now_ms: int) -> list[Span]:
    return spans(now_ms, HOUR, HOUR_STEP_MS) + spans(now_ms, DAY, DAY_STEP_MS)


def _counted(queues: Iterable[Queue]) -> list[Queue]:
    return [queue for queue in queues if queue.total > len(queue.heads)][:COUNTED_MAX]


def ask(pipe: redis.client.Pipeline, queues: list[Queue], now_ms: int) -> None:
    """Put at most 432 ZCOUNTs into `pipe`; none for a queue whose jobs were all read. Each O(log N)."""
    for queue in _counted(queues):
        for start, end in _all_spans(now_ms):
            pipe.zcount(rqkeys.registry("scheduled", queue.name), f"{start / 1000:.3f}", f"({end / 1000:.3f}")


def told(queues: list[Queue], replies: list[Any], now_ms: int) -> dict[str, Any]:
    """The counts from the heads and the replies to `ask`; `looked_at` of `of` jobs are in queues that were counted."""
    counted, whole = _counted(queues), [queue for queue in queues if queue.total <= len(queue.heads)]
    due = [at for queue in whole for _, at in queue.heads if at is not None]
    wanted = _all_spans(now_ms)
    counts = [sum(start <= at < end for at in due) for start, end in wanted]
    for at, answer in enumerate(replies):
        counts[at % len(wanted)] += reply(answer, 0) or 0
    return {
        "hour": {"from": now_ms - now_ms % HOUR_STEP_MS, "step": HOUR_STEP_MS // 1000, "counts": counts[:HOUR]},
        "day": {"from": now_ms - now_ms % DAY_STEP_MS, "step": DAY_STEP_MS // 1000, "counts": counts[HOUR:]},
        "looked_at": sum(queue.total for queue in [*counted, *whole]),
        "of": sum(queue.total for queue in queues),
    }
