"""A cron job enqueued now, beside its schedule: what its process says that it runs, by name and never imported."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from rq import Queue
from rq.defaults import DEFAULT_CRON_JOB_HISTORY_LIMIT, DEFAULT_CRON_JOB_HISTORY_TTL, DEFAULT_CRON_SCHEDULER_TTL
from rq.job import JobStatus
from rq.webhook import Webhook

from jobs import _keys
from webapp import cron_jobs, rqkeys
from webapp.actions import submit
from webapp.actions.door import Door
from webapp.actions.job_keys import JobKeys
from webapp.cron_jobs import CronJob
from webapp.errors import BadInput, NotFound, StateChanged
from webapp.offload import offload

#: Cron processes that are looked at, those that wrote last.
SCHEDULERS_MAX = 50


def run_now(door: Door, name: str, key: str | None = None) -> str:
    """A job of the cron job `name` waits in its queue, and stands in its history; returns its id. Its schedule stays.

    `key` tells apart several that share the name. Its arguments are what its process tells of them: JSON, so that a
    tuple within them has become a list. Raises NotFound, BadInput, StateChanged. Five round trips.
    """
    with door.act("run_now") as line:
        wanted = _one(_carried(door, name), name, key)
        line.queue = wanted.queue
        job_id, now = str(uuid4()), datetime.now(UTC)
        fields = offload(_fields, door, wanted, job_id, now)
        submit.write(door, JobKeys(job_id, wanted.queue), fields, "back")
        line.job = job_id
        history = rqkeys.cron_history(name)
        with door.writer.pipeline() as pipe:
            pipe.zadd(history, {job_id: now.timestamp()})
            pipe.zremrangebyrank(history, 0, -(DEFAULT_CRON_JOB_HISTORY_LIMIT + 1))
            pipe.expire(history, DEFAULT_CRON_JOB_HISTORY_TTL)
            pipe.execute()
        return job_id


def _carried(door: Door, name: str) -> dict[str, CronJob]:
    """Every cron job of this name that a live process carries, by key. Two round trips."""
    now, _ = door.writer.time()
    since = now - DEFAULT_CRON_SCHEDULER_TTL
    alive = door.writer.zrevrangebyscore(rqkeys.CRON_SCHEDULERS, "+inf", since, start=0, num=SCHEDULERS_MAX)
    with door.writer.pipeline(transaction=False) as pipe:
        for scheduler in alive:
            pipe.hget(rqkeys.cron_scheduler(scheduler.decode(errors="replace")), "cron_jobs")
        told = pipe.execute()
    rights = door.actor.rights
    found = (job for raw in told if len(raw or b"") <= cron_jobs.JOBS_BYTES for job in cron_jobs.parse(raw)[0])
    return {job.key: job for job in found if job.name == name and rights.sees_job(job.queue, job.func)}


def _one(carried: dict[str, CronJob], name: str, key: str | None) -> CronJob:
    found = carried.get(key) if key else next(iter(carried.values()), None)
    if found is None:
        raise NotFound(
            f"No live cron process carries {name[:100]!r} like this.",
            fix="Run the newest job of its history again, or start its cron process: `rq cron`.",
        )
    if not key and len(carried) > 1:
        keys = ", ".join(sorted(carried)[:20])
        raise BadInput(f"Several cron jobs are called {name[:100]!r}.", fix=f"Name one of them as `key`: {keys}.")
    if not found.whole:
        raise StateChanged(
            f"RQ keeps no arguments of {name[:100]!r} that could be read: they are no JSON.",
            fix="Run the newest job of its history again: that copies its payload.",
            code="no_payload",
        )
    return found


def _fields(door: Door, wanted: CronJob, job_id: str, now: datetime) -> dict[str, Any]:
    """The hash of the new job, as RQ's cron spells it. No round trip."""
    options = dict(wanted.options)
    try:
        webhooks = [Webhook.from_dict(told) for told in options.pop("webhooks", [])]
        job = Queue(wanted.queue, connection=door.writer).create_job(
            wanted.func,
            args=tuple(wanted.args or ()),
            kwargs=wanted.kwargs,
            timeout=options.pop("job_timeout", None),
            job_id=job_id,
            webhooks=webhooks or None,
            status=JobStatus.QUEUED,
            **options,
        )
    except (ValueError, TypeError, KeyError) as problem:
        raise StateChanged(f"RQ refuses this cron job: {problem}.", fix="Correct it in its cron process.") from problem
    job.enqueued_at = now
    return job.to_dict() | {_keys.ACTOR_FIELD: door.actor.name}
