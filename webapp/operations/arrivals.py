"""Many new jobs at once, as `enqueue_many` makes them: learned from the end of their queue, thousands in one command.

To read each of them as it comes would cost Redis as much as they cost RQ. They are read when their turn comes, a few
before they run. Reads only.
"""

from collections.abc import Collection, Iterable

import redis

from webapp import rqkeys
from webapp.queries.fields import reply, text

#: New jobs at once from which on their queues are asked.
BULK_MIN = 100
#: Ids of one command: half a millisecond of Redis.
STEP = 2_000
#: What comes next is new only here and there, when less than one part in so many was: the rest is not worth the walk.
WORTH = 4
#: Jobs of a queue that are read before their turn, beside as many as have changed since the last look.
AHEAD = 50
#: Queues that a look asks, and jobs that it may meet meanwhile that wait in none.
QUEUES_MAX, MISSES_MAX = 100, 3


def at_the_end(reader: redis.Redis, queue: str, wanted: Collection[str]) -> list[str]:
    """Which of `wanted` lie together at the end of a queue, in their order there. One round trip per STEP ids read.

    Raises redis.ConnectionError or TimeoutError; of a key that is no list there are none.
    """
    found: list[str] = []
    for start in range(0, len(wanted) + STEP, STEP):
        pipe = reader.pipeline(transaction=False)
        pipe.lrange(rqkeys.queue(queue), -start - STEP, -start - 1)
        ids = [text(job_id) or "" for job_id in reply(pipe.execute(raise_on_error=False)[0]) or ()]
        here = [job_id for job_id in ids if job_id in wanted]
        found = here + found
        if len(ids) < STEP or len(here) < len(ids) // WORTH or len(found) >= len(wanted):
            break
    # What was pushed between two commands moves the rest by as much, so that some of it is read twice.
    return list(dict.fromkeys(found))


class Unread:
    """Jobs that were seen in their queue and not read yet, by queue, in the order of their turns. No I/O."""

    def __init__(self) -> None:
        self._queues: dict[str, dict[str, None]] = {}

    def add(self, queue: str, ids: Iterable[str]) -> None:
        self._queues.setdefault(queue, {}).update(dict.fromkeys(ids))

    def discard(self, queue: str, job_id: str) -> bool:
        """Forget one; whether it was there."""
        ids = self._queues.get(queue, {})
        if job_id not in ids:
            return False
        del ids[job_id]
        if not ids:
            del self._queues[queue]
        return True

    def has(self, queue: str) -> bool:
        return queue in self._queues

    def first(self, queue: str, count: int) -> list[str]:
        """Those whose turn comes next, at most `count`."""
        return [job_id for job_id, _ in zip(self._queues.get(queue, ()), range(count), strict=False)]
