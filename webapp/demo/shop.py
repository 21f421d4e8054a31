"""The demo's way to enqueue: by dotted name, with short lives, and never more than a queue can bear."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import redis
from rq import Queue
from rq.group import Group
from rq.job import Job

from jobs import _keys
from webapp import rqkeys
from webapp.config import Config

#: Seconds that results and failures are kept: what the demo holds stays at some thousands of jobs.
RESULT_TTL = 90
FAILURE_TTL = 1800
#: Jobs that wait in one queue; more are not sent.
BACKLOG_MAX = 150
PACKAGE = "demo"


class Shop:
    """Queues and registries of the demo's Redis. Every method raises redis.RedisError where it is away."""

    def __init__(self, connection: redis.Redis, config: Config) -> None:
        self.redis = connection
        self.config = config

    def queue(self, name: str) -> Queue:
        """RQ's queue."""
        return Queue(name, connection=self.redis)

    def send(self, queue: str, function: str, *args: Any, **options: Any) -> Job | None:
        """Enqueue `demo.<function>(*args)`; None where the queue is too long."""
        if self.waiting(queue) >= BACKLOG_MAX:
            return None
        lives = {"result_ttl": RESULT_TTL, "failure_ttl": FAILURE_TTL}
        return self.queue(queue).enqueue(f"{PACKAGE}.{function}", *args, **(lives | options))

    def send_many(self, queue: str, function: str, calls: Iterable[tuple], group: str | None = None) -> None:
        """Enqueue one job for each tuple of arguments in one transaction, as a group where it has a name."""
        if self.waiting(queue) >= BACKLOG_MAX:
            return
        data = [
            Queue.prepare_data(f"{PACKAGE}.{function}", args, result_ttl=RESULT_TTL, failure_ttl=FAILURE_TTL)
            for args in calls
        ]
        if group is None:
            self.queue(queue).enqueue_many(data)
        else:
            Group.create(self.redis, name=group).enqueue_many(self.queue(queue), data)

    def send_later(self, queue: str, seconds: int, function: str, *args: Any) -> None:
        """Schedule `demo.<function>(*args)`."""
        self.queue(queue).enqueue_in(
            timedelta(seconds=seconds), f"{PACKAGE}.{function}", *args, result_ttl=RESULT_TTL, failure_ttl=FAILURE_TTL
        )

    def waiting(self, queue: str) -> int:
        """Jobs in the queue itself."""
        return self.redis.llen(rqkeys.queue(queue))

    def count(self, status: str, queue: str) -> int:
        """Jobs in the registry of a status."""
        return self.redis.zcard(rqkeys.registry(status, queue))

    def ids(self, status: str, queue: str) -> list[str]:
        """Ids in the registry of a status, in its order; the execution of a started job is left out."""
        members = self.redis.zrange(rqkeys.registry(status, queue), 0, -1)
        return [member.decode().partition(":")[0] for member in members]

    def exists(self, job_id: str) -> bool:
        """Whether the job is kept."""
        return bool(self.redis.exists(_keys.job(job_id)))
