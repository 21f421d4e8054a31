"""Is a job where its status says that it is? Asked for many jobs at once, and never answered "nowhere" on a guess.

A queue is a list, and to find an id in it Redis walks it. A short one is read whole. In a long one only jobs are looked
for that were enqueued before the job at its head, since these should have been at the head before it.
"""

from dataclasses import dataclass

import redis

from jobs import _keys
from webapp import rqkeys
from webapp.models_overview import Overview
from webapp.queries.fields import reply, text
from webapp.queries.job_detail import dependencies
from webapp.queries.plan import Plan

#: Places of a queue that are read whole.
SHORT_QUEUE = 1_000
#: Places that are looked through from either end, and jobs of one look that are looked for so: 1 to 2 ms each.
PLACES_MAX, SEARCHED_MAX = 50_000, 5
#: Runs of a queue that are looked through, and parents that are asked.
RUNS_MAX, PARENTS_MAX = 500, 20
#: Jobs of one pipeline.
CHUNK = 200


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job that must lie somewhere."""

    id: str
    status: str
    queue: str
    created_at: int | None
    enqueued_at: int | None
    started_at: int | None
    limit: str | None
    #: `dependency_ids` and `dependency_id` as they are stored.
    dependencies: tuple[bytes | None, bytes | None]


class Places:
    """The lists as they are at one look."""

    def __init__(self, reader: redis.Redis, overview: Overview, now_ms: int) -> None:
        self._reader = reader
        self._overview = overview
        self._now = f"({now_ms / 1000:.3f}"

    def nowhere(self, jobs: list[Job], thorough: bool = False) -> list[Job]:
        """Those that no list has and no worker runs. `thorough`: look for them in long queues too, whatever their age.

        Four round trips for each CHUNK of jobs, up to two more where queued ones are looked for in long queues.
        """
        missing: list[Job] = []
        for start in range(0, len(jobs), CHUNK):
            missing += self._not_registered(jobs[start : start + CHUNK])
        missing = self._without_queued([job for job in missing if job.status != "started"], thorough) + [
            job for job in missing if job.status == "started"
        ]
        missing = self._without_runs(missing)
        return self._without_known(missing)

    def _not_registered(self, jobs: list[Job]) -> list[Job]:
        """Without those that the registry of their status has. Queued and started ones stay."""
        plan = Plan(self._reader)
        for job in jobs:
            if job.status == "rate_limited" and job.limit:
                plan.ask(job.id, lambda pipe, job: pipe.zscore(rqkeys.rate_limited(job.limit), job.id), job)
            elif job.status in rqkeys.REGISTRIES and job.status != "started":
                plan.ask(job.id, lambda pipe, job: pipe.zscore(rqkeys.registry(job.status, job.queue), job.id), job)
        plan.execute()
        return [job for job in jobs if job.id not in plan or reply(plan[job.id][0], 0) is None]

    def _without_queued(self, jobs: list[Job], thorough: bool) -> list[Job]:
        """Without those that lie in their queue, or may: who cannot be looked for at this cost is given up."""
        queued = [job for job in jobs if job.status == "queued"]
        others = [job for job in jobs if job.status != "queued"]
        plan = Plan(self._reader)
        for name in dict.fromkeys(job.queue for job in queued):
            plan.ask(f"length {name}", lambda pipe, key: pipe.llen(key), rqkeys.queue(name))
            plan.ask(f"first {name}", lambda pipe, key: pipe.lrange(key, 0, SHORT_QUEUE - 1), rqkeys.queue(name))
            plan.ask(f"taken {name}", lambda pipe, key: pipe.lrange(key, 0, SHORT_QUEUE - 1), rqkeys.intermediate(name))
        plan.execute()
        left, long = [], []
        for job in queued:
            length, first = reply(plan[f"length {job.queue}"][0]), reply(plan[f"first {job.queue}"][0])
            taken = reply(plan[f"taken {job.queue}"][0])
            if length is None or first is None or taken is None or job.id.encode() in {*first, *taken}:
                continue
            if length <= SHORT_QUEUE:
                left.append(job)
            elif length <= 2 * PLACES_MAX and (thorough or self._was_before_the_head(job)):
                long.append(job)
        return others + self._not_aside(left + self._not_in_long_queues(long[:SEARCHED_MAX]))

    def _not_aside(self, jobs: list[Job]) -> list[Job]:
        """Without those that are held or parked, or may be: as in a long queue, few are looked for."""
        stats = self._overview.queues
        apart = [job for job in jobs if job.queue in stats and (stats[job.queue].held or stats[job.queue].paused)]
        looked_for = apart[:SEARCHED_MAX]
        plan = Plan(self._reader)
        for job in looked_for:
            plan.ask(job.id, _ask_aside, job)
        plan.execute()
        gone = {job.id for job in looked_for if all(reply(found, 0) is None for found in plan[job.id])}
        return [job for job in jobs if job not in apart or job.id in gone]

    def _was_before_the_head(self, job: Job) -> bool:
        stats = self._overview.queues.get(job.queue)
        head = stats.oldest_enqueued_at if stats else None
        return head is not None and job.enqueued_at is not None and job.enqueued_at < head

    def _not_in_long_queues(self, jobs: list[Job]) -> list[Job]:
        plan = Plan(self._reader)
        for job in jobs:
            for rank in (1, -1):
                plan.ask(
                    f"{rank} {job.id}",
                    lambda pipe, job, rank: pipe.lpos(rqkeys.queue(job.queue), job.id, rank=rank, maxlen=PLACES_MAX),
                    job,
                    rank,
                )
        plan.execute()
        return [job for job in jobs if all(reply(plan[f"{rank} {job.id}"][0], 0) is None for rank in (1, -1))]

    def _without_runs(self, jobs: list[Job]) -> list[Job]:
        """Without those of which a run lives or has its place in the started registry."""
        plan = Plan(self._reader)
        for job in jobs:
            plan.ask(job.id, lambda pipe, job: pipe.zcount(rqkeys.executions(job.id), self._now, "+inf"), job)
        for name in dict.fromkeys(job.queue for job in jobs if job.status == "started"):
            key = rqkeys.registry("started", name)
            plan.ask(f"runs of {name}", lambda pipe, key: pipe.zrange(key, 0, RUNS_MAX - 1), key)
        plan.execute()
        idle = [job for job in jobs if reply(plan[job.id][0], 1) == 0]
        return [
            job for job in idle if job.status != "started" or not _runs(job, reply(plan[f"runs of {job.queue}"][0]))
        ]

    def _without_known(self, jobs: list[Job]) -> list[Job]:
        """Without deferred ones that a parent knows: it starts them from its own set, and not from the registry."""
        plan = Plan(self._reader)
        for job in jobs:
            if job.status == "deferred":
                plan.ask(job.id, _ask_parents, job)
        plan.execute()
        return [job for job in jobs if job.id not in plan or not any(reply(one, 1) for one in plan[job.id])]


def _runs(job: Job, members: list[bytes] | None) -> bool:
    """Whether the registry has a run of the job, or may have one beyond what was looked through."""
    if members is None or len(members) >= RUNS_MAX:
        return True
    return any(rqkeys.job_of_run(text(member) or "") == job.id for member in members)


def _ask_aside(pipe: redis.client.Pipeline, job: Job) -> None:
    pipe.lpos(_keys.held(job.queue), job.id, maxlen=PLACES_MAX)
    pipe.lpos(_keys.parked(job.queue), job.id, maxlen=PLACES_MAX)
    pipe.lpos(_keys.resuming(job.queue), job.id, maxlen=PLACES_MAX)


def _ask_parents(pipe: redis.client.Pipeline, job: Job) -> None:
    for parent in dependencies(*job.dependencies)[:PARENTS_MAX]:
        pipe.sismember(rqkeys.dependents(parent), job.id)
