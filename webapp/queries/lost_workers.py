"""What RQ will do about lost workers: when it forgets each, and what becomes of the jobs that they ran. Never writes.

RQ does nothing at once. A run counts as abandoned when its deadline in the started registry has passed, which each
heartbeat moved on; then the next maintenance of any worker of that queue fails the job, or queues it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import redis

from webapp import rqkeys
from webapp.models_overview import Overview, WorkerInfo
from webapp.queries.fields import integer, reply, seconds_ms, text

LOST_MAX = 50
#: Runs of a queue that are looked at for those of lost workers: theirs have the earliest deadlines.
RUNS_MAX = 100


def ask(pipe: redis.client.Pipeline, lost: Sequence[WorkerInfo]) -> None:
    """Put one PTTL for each worker and one HMGET for each job that it ran into `pipe`."""
    for info in lost:
        pipe.pttl(rqkeys.worker(info.name))
    for info in lost:
        for job in info.jobs:
            pipe.hmget(rqkeys.job(job["id"]), "origin", "retries_left")


def jobs_of(lost: Sequence[WorkerInfo], replies: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """What they ran, by job id, from the replies to `ask`; `add_deadlines` completes it."""
    found = {}
    answers = iter(replies[len(lost) :])
    for info in lost:
        for job in info.jobs:
            origin, retries = reply(next(answers)) or (None, None)
            found[job["id"]] = job | {"queue": text(origin), "retries": integer(retries) or 0, "deadline": None}
    return found


def ask_runs(pipe: redis.client.Pipeline, queues: Iterable[str]) -> None:
    """Put one ZRANGE of RUNS_MAX runs for each queue into `pipe`."""
    for name in queues:
        pipe.zrange(rqkeys.registry("started", name), 0, RUNS_MAX - 1, withscores=True)


def add_deadlines(jobs: Mapping[str, dict[str, Any]], replies: Iterable[Any]) -> None:
    """Note when each of `jobs` counts as abandoned, from the replies to `ask_runs`; None where it never does."""
    for answer in replies:
        for run, score in reply(answer) or ():
            job = jobs.get(rqkeys.job_of_run(text(run) or ""))
            if job is not None:
                job["deadline"] = seconds_ms(score)


def ends(
    lost: Sequence[WorkerInfo],
    replies: Sequence[Any],
    jobs: Mapping[str, dict[str, Any]],
    overview: Overview,
    now_ms: int,
) -> list[dict[str, Any]]:
    """For each: when Redis forgets its hash, which of its queues nobody serves now, and its jobs with `listeners`."""

    def listeners(queue: str | None) -> int:
        return overview.queues[queue].workers if queue in overview.queues else 0

    found = []
    for info, ttl in zip(lost, replies, strict=False):
        left = reply(ttl)
        ran = [jobs[job["id"]] for job in info.jobs]
        found.append(
            {
                "worker": info.name,
                # To the second: a remainder that is asked for anew each time is never the same to the millisecond.
                "forgotten_at": round(now_ms + left, -3) if isinstance(left, int) and left >= 0 else None,
                "unserved": [queue for queue in info.queues if not listeners(queue)],
                "jobs": [job | {"listeners": listeners(job["queue"])} for job in ran],
            }
        )
    return found
