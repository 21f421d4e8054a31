"""How many jobs a queue and its registries hold, without the ids whose job has expired.

RQ's own `.count` cleans up while it counts: it fails abandoned jobs and runs their callbacks. These are the bare
commands. A score between 0 and now is a deadline that has passed; RQ also writes -1 and +inf for "never".
"""

from collections.abc import Collection, Iterator
from typing import Any

import redis

from webapp import rqkeys
from webapp.models_overview import Hold, Pause, QueueStats
from webapp.queries.fields import reply

#: Runs of one queue that are looked at; the rest is only counted.
RUNNING_PER_QUEUE = 100


#: Whose list each of the replies about a queue is about, in their order; "" is its scheduler, of which nothing tells.
_COUNTED = ("started", "scheduled", "deferred", "failed", "finished", "canceled", "ready_to_enqueue")
_OVER = ("started", "failed", "finished")
ALL = ("queued", *_COUNTED, *_OVER, "queued", "", "started")


def ask(pipe: redis.client.Pipeline, queue: str, now_ms: int, statuses: Collection[str] = ALL) -> None:
    """Put 14 commands into `pipe`, or those about some statuses alone: each O(1) or O(log N)."""
    for status, command in zip(ALL, _commands(queue, now_ms), strict=True):
        if status in statuses:
            pipe.execute_command(*command)


def merged(known: list[Any], replies: list[Any], statuses: Collection[str]) -> list[Any]:
    """All 14 replies: those that `ask` asked for now, and for other statuses what was known."""
    fresh = iter(replies)
    return [next(fresh) if status in statuses else old for status, old in zip(ALL, known, strict=True)]


def _commands(queue: str, now_ms: int) -> Iterator[tuple[Any, ...]]:
    now = f"({now_ms / 1000:.3f}"
    yield "LLEN", rqkeys.queue(queue)
    for status in _COUNTED:
        yield "ZCARD", rqkeys.registry(status, queue)
    for status in _OVER:
        yield "ZCOUNT", rqkeys.registry(status, queue), 0, now
    yield "LINDEX", rqkeys.queue(queue), 0
    yield "GET", rqkeys.scheduler_lock(queue)
    yield "ZRANGE", rqkeys.registry("started", queue), 0, RUNNING_PER_QUEUE - 1


class QueueReplies:
    """The 14 replies of one queue, named."""

    def __init__(self, replies: list[Any]) -> None:
        #: As they came: the same once more tell nothing new.
        self.raw = replies
        self._broken = [value for value in replies if isinstance(value, redis.RedisError)]
        values = [reply(value) for value in replies]
        counts = [value or 0 for value in values[:11]]
        self.queued, self.started, self.scheduled, self.deferred = counts[:4]
        self.failed, self.finished, self.canceled, self.ready = counts[4:8]
        self.stalled, expired_failed, expired_finished = counts[8:11]
        self.failed -= expired_failed
        self.finished -= expired_finished
        self.head: bytes | None = values[11]
        self.scheduler = values[12] is not None
        self.runs: list[bytes] = values[13] or []

    def stats(
        self, name: str, oldest: int | None, workers: int, held: Hold | None = None, paused: Pause | None = None
    ) -> QueueStats:
        return QueueStats(
            name=name,
            queued=self.queued,
            started=self.started,
            scheduled=self.scheduled,
            deferred=self.deferred,
            failed=self.failed,
            finished=self.finished,
            canceled=self.canceled,
            ready=self.ready,
            stalled=self.stalled,
            oldest_enqueued_at=oldest,
            workers=workers,
            scheduler=self.scheduler,
            held=held,
            paused=paused,
            note=f"Some of its keys cannot be read: {str(self._broken[0])[:120]}" if self._broken else None,
        )
