"""A worker: what `rq worker --with-scheduler` does, with this project's Redis and queues. No worker class, no gevent.

    python worker.py [queue …]        the queues of RQLIVE_QUEUES where none is named

Its queues are of a class that skips paused ones, so that a pause is exact: two short round trips a job, see
docs/decisions/pause.md. The one other thing it adds is patience. Under `rq worker` of RQ 3.0, ten seconds without
Redis end the scheduler for ten minutes, and end the worker itself, with its job left `started`, if the job finishes
meanwhile. Here every command to Redis waits until Redis is back. It exits with 0 when it was asked to end, with 1
otherwise.
"""

import logging
import os
import sys
import time

from redis import Redis
from redis.backoff import AbstractBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Worker
from rq.logutils import setup_loghandlers

from jobs._address import client
from jobs._pausable import PausableQueue
from webapp.config import Config, ConfigError
from webapp.redis_address import public_url, redis_url

log = logging.getLogger("rq.worker")


class Patience(AbstractBackoff):
    """Waits between attempts: 0.1 s, twice as long each time, at most 2 s. Says once in ten seconds that it waits."""

    worker: Worker | None = None
    said_at = 0.0

    def __init__(self, url: str) -> None:
        self._where = public_url(url)

    def compute(self, failures: int) -> float:
        """Seconds to wait after so many failures; the error itself goes on once the worker was asked to end."""
        error = sys.exc_info()[1]
        if _asked_to_end(self.worker):
            raise error or RedisError("asked to end")
        if failures > 2 and time.monotonic() > Patience.said_at + 10:
            Patience.said_at = time.monotonic()
            log.error("Redis at %s does not answer (%s). Trying again until it does.", self._where, error)
        return min(0.1 * 2**failures, 2.0)


def connect(url: str) -> Redis:
    """A client whose commands wait for Redis instead of failing."""
    return client(url, retry=Retry(Patience(url), retries=-1))


def main(queues: list[str]) -> int:
    """Work until asked to end; returns the exit code."""
    setup_loghandlers("INFO", name="rq.worker")
    try:
        config = Config.from_env()
    except ConfigError as error:
        log.error("%s", error)
        return 1
    connection = connect(redis_url() or "redis://localhost:6379/0")
    name = os.environ.get("RQLIVE_WORKER_NAME") or None
    try:
        worker = Patience.worker = Worker(
            queues or list(config.queues), name=name, connection=connection, queue_class=PausableQueue
        )
        worker.work(with_scheduler=True, logging_level="INFO")
    except KeyboardInterrupt:
        return 0
    except RedisError as error:
        log.error("Ended without telling Redis: %s", error)
    return 0 if _asked_to_end(Patience.worker) else 1


def _asked_to_end(worker: Worker | None) -> bool:
    """True after SIGTERM, SIGINT or RQ's shutdown command, in the worker and in its scheduler process alike."""
    if worker is None:
        return False
    return bool(worker._shutdown_requested_date or (worker.scheduler and worker.scheduler._stop_requested))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
