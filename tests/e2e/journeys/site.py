"""A running RQ Live as a journey finds it: Redis, a web process, the catalog of this code. No browser here."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import redis
from rq import Queue
from rq.job import Job

from jobs import _keys
from tests import in_redis
from tests.processes import WebServer
from tests.support import clean_env, eventually

#: The package of job types that the journeys add to the project's own.
JOB_TYPES = "tests.e2e.journeys.job_types"
#: Settings of a web process that may do everything.
OWN = {"RQLIVE_OWN_REDIS": 1}


def publish(redis_url: str) -> None:
    """Write the catalog, as `make run` does."""
    command = [sys.executable, "-m", "jobs", "publish"]
    env = clean_env({"RQ_REDIS_URL": redis_url, "RQLIVE_JOBS": JOB_TYPES})
    subprocess.run(command, env=env, check=True, capture_output=True, timeout=30)


class Site:
    """Where a visitor goes, and what lies behind it."""

    def __init__(self, web: WebServer, redis_url: str, client: redis.Redis) -> None:
        self.web = web
        self.url = web.url
        self.redis_url = redis_url
        self.redis = client

    def queue(self, name: str = "default") -> Queue:
        return Queue(name, connection=self.redis)

    def enqueue(self, func: Any, *args: Any, queue: str = "default", **options: Any) -> Job:
        """As any program does."""
        return self.queue(queue).enqueue(func, *args, **options)

    def status(self, job: Job | str) -> str | None:
        """What Redis says."""
        return in_redis.status(self.redis, job)

    def comes_to(self, job: Job | str, *statuses: str, timeout: float = 15.0) -> str:
        """Wait until Redis says that the job has one of these statuses."""
        return eventually(
            lambda: (now := self.status(job)) in statuses and now, timeout, f"{job} becomes {' or '.join(statuses)}"
        )

    def ids(self) -> set[str]:
        """Of every job that has a hash."""
        return {key.decode().removeprefix("rq:job:") for key in self.redis.scan_iter("rq:job:*")}

    def waits_behind_a_gate(self, gate: str = "gate", queue: str = "default", **options: Any) -> Job:
        """A job that runs until `opens_gate`."""
        return self.enqueue("tests.fixture_jobs.wait_for_key", gate, queue=queue, **options)

    def opens_gate(self, gate: str = "gate") -> None:
        self.redis.set(gate, 1)


def catalog_of(client: redis.Redis) -> dict[bytes, bytes]:
    """The catalog as it is stored."""
    return client.hgetall(_keys.CATALOG)


def restore_catalog(client: redis.Redis, stored: dict[bytes, bytes]) -> None:
    """Publishing costs a second; writing what was published costs nothing."""
    client.hset(_keys.CATALOG, mapping=stored)


class Successor(WebServer):
    """A web process on the port of one that has ended."""

    def __init__(self, before: WebServer, redis_url: str, folder: Path, env: dict) -> None:
        super().__init__(redis_url, folder, env | {"PORT": before.port})
        self.port, self.url = before.port, before.url
