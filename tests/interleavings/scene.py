"""What operators and workers meet: jobs of every kind, each of which notes its runs in Redis. RQ's own calls only."""

import random
from datetime import timedelta

import redis
from rq import Queue, RateLimit
from rq.job import Job

QUEUES = ("ash", "birch", "cedar")
WORK = "tests.fixture_jobs.note_run"
LIMIT = RateLimit(key="shared", concurrency=2)
#: Kept for good, whatever becomes of them: the end is judged by what is there.
KEPT = {"result_ttl": -1, "failure_ttl": -1}


def runs_key(job_id: str) -> str:
    """string: how often the job ran."""
    return f"runs:{job_id}"


class Scene:
    """Makes jobs; remembers who waits for whom."""

    def __init__(self, client: redis.Redis, rng: random.Random) -> None:
        self.client = client
        self._rng = rng
        self._queues = [Queue(name, connection=client) for name in QUEUES]
        #: child -> parents
        self.parents: dict[str, list[str]] = {}
        self.ids: list[str] = []
        #: plain, fails, slow, later, after or limited
        self.kinds: dict[str, str] = {}

    def more(self, count: int) -> list[str]:
        """So many new jobs; their ids."""
        made = [self._one() for _ in range(count)]
        self.ids += made
        return made

    def _one(self) -> str:
        kind = self._rng.choices(("plain", "fails", "slow", "later", "after", "limited"), (45, 15, 10, 10, 10, 10))[0]
        job_id = self._of_kind(kind)
        self.kinds[job_id] = kind
        return job_id

    def _of_kind(self, kind: str) -> str:
        rng = self._rng
        queue = rng.choice(self._queues)
        args = (rng.uniform(0.05, 0.3) if kind == "slow" else 0.0, kind == "fails")
        if kind == "later":
            return queue.enqueue_in(timedelta(seconds=rng.choice((1, 2))), WORK, *args, **KEPT).id
        if kind == "after" and self.ids:
            parents = rng.sample(self.ids[-50:], min(len(self.ids), rng.choice((1, 2))))
            alive = [parent for parent in parents if Job.exists(parent, self.client)]
            job = self._after(queue, alive, args)
            if job is not None:
                return job
        limit = {"rate_limit": LIMIT} if kind == "limited" else {}
        return queue.enqueue(WORK, *args, **KEPT, **limit).id

    def _after(self, queue: Queue, parents: list[str], args: tuple) -> str | None:
        """A job that waits for these; None where one of them went away meanwhile."""
        if not parents:
            return None
        try:
            job = queue.enqueue(WORK, *args, depends_on=parents, **KEPT)
        except Exception:
            return None
        self.parents[job.id] = parents
        return job.id
