"""A busy system without the cost of one: short jobs written as RQ 3.0 writes them, at a steady rate.

    python -m tests.e2e.journeys.load <redis url> <jobs a second>

Each job waits a moment, runs for 20 ms at one of three workers that never were, and finishes. Real workers at this
rate would take both cores from the browser that is to be watched. Runs until it is ended.
"""

import os
import socket
import sys
import threading
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import redis

from tests import raw_jobs
from tests.processes import Process

WORKERS = ("ant", "bee", "cricket")
RUN_S = 0.02
#: Seconds between two rounds of writing.
ROUND_S = 0.05
RESULT_TTL_S = 500
FUNCTIONS = ("mail.send_invoice", "search.index_page", "billing.tasks.close_day")


class Load:
    """Jobs on their way through the queue, and the pipeline that moves them."""

    def __init__(self, client: redis.Redis, rate: float) -> None:
        self.client = client
        self.rate = rate
        self.number = 0
        self.owed = 0.0
        self.waiting: deque[tuple[float, str]] = deque()
        self.running: deque[tuple[float, str, str]] = deque()

    def begin(self) -> None:
        """Three idle workers that hear commands, as stock ones do."""
        for name in WORKERS:
            raw_jobs.worker(self.client, name, "busy", pid=os.getpid(), hostname=socket.gethostname(), version="3.0.0")
        channels = self.client.pubsub()
        channels.subscribe(*(f"rq:pubsub:{name}" for name in WORKERS))
        threading.Thread(target=lambda: [None for _ in channels.listen()], daemon=True).start()
        self.client.sadd("rq:queues", "rq:queue:default")

    def round(self, seconds: float) -> None:
        """Write what happens in so many seconds."""
        now = time.monotonic()
        self.owed += self.rate * seconds
        with self.client.pipeline(transaction=False) as pipe:
            while self.running and self.running[0][0] <= now:
                self._finish(pipe, *self.running.popleft()[1:])
            while self.waiting and self.waiting[0][0] <= now:
                self._start(pipe, self.waiting.popleft()[1], now)
            while self.owed >= 1:
                self.owed -= 1
                self._enqueue(pipe, now)
            pipe.execute()

    @staticmethod
    def _now() -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _enqueue(self, pipe: redis.client.Pipeline, now: float) -> None:
        self.number += 1
        job_id = str(uuid4())
        data = raw_jobs.payload(FUNCTIONS[self.number % len(FUNCTIONS)], (self.number,))
        pipe.hset(f"rq:job:{job_id}", mapping=raw_jobs.fields("queued", data=data, enqueued_at=self._now()))
        pipe.rpush("rq:queue:default", job_id)
        self.waiting.append((now + 0.1, job_id))

    def _start(self, pipe: redis.client.Pipeline, job_id: str, now: float) -> None:
        worker = WORKERS[self.number % len(WORKERS)]
        pipe.lrem("rq:queue:default", 1, job_id)
        pipe.hset(f"rq:job:{job_id}", mapping={"status": "started", "started_at": self._now(), "worker_name": worker})
        run = raw_jobs.execution(pipe, job_id, worker)
        self.running.append((now + RUN_S, job_id, run))

    def _finish(self, pipe: redis.client.Pipeline, job_id: str, run: str) -> None:
        pipe.zrem("rq:wip:default", f"{job_id}:{run}")
        pipe.delete(f"rq:execution:{job_id}:{run}", f"rq:executions:{job_id}")
        pipe.hset(f"rq:job:{job_id}", mapping={"status": "finished", "ended_at": self._now(), "worker_name": ""})
        pipe.expire(f"rq:job:{job_id}", RESULT_TTL_S)
        pipe.zadd("rq:finished:default", {job_id: time.time() + RESULT_TTL_S})


class LoadProcess(Process):
    """The load in a process of its own."""

    def __init__(self, redis_url: str, rate: float, folder: Path) -> None:
        super().__init__([sys.executable, "-m", "tests.e2e.journeys.load", redis_url, str(rate)], folder)


def main(url: str, rate: str) -> None:
    load = Load(redis.Redis.from_url(url), float(rate))
    load.begin()
    before = time.monotonic()
    while True:
        time.sleep(ROUND_S)
        now = time.monotonic()
        load.round(now - before)
        before = now


if __name__ == "__main__":
    main(*sys.argv[1:])
