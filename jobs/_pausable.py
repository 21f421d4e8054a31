"""A queue class whose workers skip paused queues: `rq worker --queue-class jobs._pausable.PausableQueue`.

With it a pause is exact: no job slips to an idle worker, whoever pauses and however many jobs come at once. It costs
two short round trips a job. Everything else is RQ's own queue. What is paused is told by RQ Live, in `_keys.PAUSED`.
"""

import os
import socket
import time
from collections.abc import Iterable
from typing import Any, ClassVar

from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue
from rq.exceptions import DequeueTimeout

from jobs import _keys

#: Seconds between looks for the end of a pause: as RQ's own suspension.
LOOK = 1
#: Seconds between words that this worker skips paused queues.
TELL = 60.0

#: Give a job that was popped while its queue was paused back, as the first of those that are parked.
#: KEYS: 1 names of paused queues, 2 parked, 3 intermediate. ARGV: 1 name of the queue, 2 id. 1 where it was.
GIVE_BACK = """
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('LREM', KEYS[3], 1, ARGV[2])
redis.call('LPUSH', KEYS[2], ARGV[2])
return 1
"""


class PausableQueue(Queue):
    """RQ's queue, but that `dequeue_any` takes no job of a paused one."""

    _told_at: ClassVar[float] = -TELL

    @classmethod
    def dequeue_any(
        cls, queues: Iterable[Queue], timeout: int | None, connection: Redis, **more: Any
    ) -> tuple[Any, Queue] | None:
        """As RQ's own, in two round trips more. While one of them is paused, DequeueTimeout comes each LOOK seconds."""
        queues = list(queues)
        while True:
            cls._tell(connection)
            paused = _paused(connection)
            open_queues = [queue for queue in queues if queue.name not in paused]
            if len(open_queues) < len(queues) and timeout is not None:
                timeout = LOOK
            if not open_queues:
                return _wait(timeout, queues)
            # RQ takes from a single queue by way of its intermediate list, which only a worker of one queue clears.
            single = len(open_queues) == 1 and len(queues) > 1
            found = super().dequeue_any(open_queues * (2 if single else 1), timeout, connection, **more)
            if found is None or not _given_back(connection, *found):
                return found

    @staticmethod
    def _tell(connection: Redis) -> None:
        """Say that this process skips paused queues, once in TELL seconds; a Redis that refuses is not told."""
        if time.monotonic() < PausableQueue._told_at + TELL:
            return
        PausableQueue._told_at = time.monotonic()
        now = time.time()
        with connection.pipeline(transaction=False) as pipe:
            pipe.zadd(_keys.PAUSABLE, {f"{socket.gethostname()}:{os.getpid()}": now})
            pipe.zremrangebyscore(_keys.PAUSABLE, "-inf", now - _keys.PAUSABLE_TTL)
            pipe.zremrangebyrank(_keys.PAUSABLE, 0, -_keys.PAUSABLE_MAX - 1)
            pipe.expire(_keys.PAUSABLE, _keys.PAUSABLE_TTL)
            pipe.execute(raise_on_error=False)


def _paused(connection: Redis) -> set[str]:
    """Names of the paused queues; none for a Redis user that may not ask: its worker works as any other."""
    try:
        return {member.decode() for member in connection.smembers(_keys.PAUSED)}
    except ResponseError:
        return set()


def _wait(timeout: int | None, queues: list[Queue]) -> None:
    """A worker that only takes what there is gets nothing; any other asks again in a moment."""
    if timeout is None:
        return
    time.sleep(timeout)
    raise DequeueTimeout(timeout, [queue.key for queue in queues])


def _given_back(connection: Redis, job: Any, queue: Queue) -> bool:
    """Whether its queue was paused while the worker waited. One round trip."""
    keys = [_keys.PAUSED, _keys.parked(queue.name), queue.intermediate_queue_key]
    try:
        return bool(connection.register_script(GIVE_BACK)(keys=keys, args=[queue.name, job.id]))
    except ResponseError:
        return False
