"""Work by RQ: a stock `rq worker`, which all dashboards for RQ show."""

import time
from datetime import datetime

from rq import Queue
from rq.job import Job

from bench import _seed
from bench._stage import worker_command
from bench.peers._work import Work
from tests.support import eventually

FINISHED = "rq:finished:default"


class RqWork(Work):
    """Jobs of RQ."""

    name = "rq 3.0.0"

    def start(self, busy: bool = False) -> None:
        if not busy:
            self.stage.worker()
            return
        # RQ's own worker that does not fork: the forking one does not reach a hundred jobs a second on two cores.
        self.stage.run(worker_command(self.stage.url, "--worker-class", "rq.SimpleWorker", "default"))
        eventually(lambda: self.stage.redis.scard("rq:workers"), 20, "the worker is registered")

    def create(self, seconds: float) -> str:
        job = Job.create("time.sleep", args=(seconds,), connection=self.stage.redis, origin="default", timeout=180)
        job.save()
        return job.id

    def begin(self, job_id: str) -> None:
        Queue("default", connection=self.stage.redis).enqueue_job(self._job(job_id))

    def running_since(self, job_id: str) -> dict[str, float]:
        """Its execution's stamp, which is written where jobs are counted, and its own, with its status a fork later."""
        job = self._job(job_id)
        eventually(lambda: job.get_status() == "started", 30, "the job has started")
        redis = self.stage.redis
        member = next(m for m in redis.zrange("rq:wip:default", 0, -1) if m.startswith(job_id.encode()))
        taken = float(redis.hget(b"rq:execution:" + member, "created_at"))
        started = datetime.fromisoformat(redis.hget(job.key, "started_at").decode())
        return {"taken": taken * 1000, "started": started.timestamp() * 1000}

    def ended_at(self, job_id: str) -> float:
        """By Redis' own clock: the id of its result."""
        job = self._job(job_id)
        eventually(lambda: job.get_status() == "finished", 60, "the job has finished")
        ((entry, _),) = self.stage.redis.xrevrange(f"rq:results:{job_id}", count=1)
        return float(entry.partition(b"-")[0])

    def finished(self) -> int:
        return self.stage.redis.zcard(FINISHED)

    def seed(self, count: int, queue: str = "default") -> None:
        _seed.finished(self.stage.redis, count, prefix=f"seeded-{queue}", queue=queue)

    def feed(self, rate: float, seconds: float) -> None:
        queue = Queue("default", connection=self.stage.redis)
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            queue.enqueue("time.sleep", 0, result_ttl=500)

    def _job(self, job_id: str) -> Job:
        return Job.fetch(job_id, connection=self.stage.redis)
