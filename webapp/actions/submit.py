"""New jobs of a job type in the catalog.

RQ builds the job and spells its hash; one script of ours writes it, so that an id is never taken twice and the hash
says from the first moment who submitted it. The function is only ever named: nothing of the job's code is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from rq import Queue, RateLimit, Repeat, Retry
from rq.job import Dependency, Job

from jobs import _keys
from webapp import files, outcomes
from webapp.actions import placing
from webapp.actions.door import Door
from webapp.actions.job_keys import JobKeys
from webapp.actions.options import Options
from webapp.actions.placing import NewJob, Place
from webapp.actions.request import Request, check
from webapp.errors import StateChanged
from webapp.offload import offload

#: Fields that belong to the place, so the script writes them.
PLACED = ("status", "enqueued_at")


@dataclass(frozen=True)
class Submitted:
    """The job that now exists; `created` is False where the id was taken and nothing was done."""

    job_id: str
    created: bool


def enqueue(door: Door, type_name: Any, args: Any, options: Options) -> Submitted:
    """A job of the type waits in its queue, for its time, its limit or other jobs. An id that is taken changes nothing.

    `args` are JSON values by name; those left out get the function's own defaults. Raises BadInput with `fields`,
    Refused for a type that cannot run. Three round trips; one more for a queue that the settings do not name, and for a
    rate limit.
    """
    with door.act("enqueue", options.id or "", options.queue) as line:
        request = check(door, type_name, args, options)
        line.queue = request.queue
        door.authorize("enqueue", queue=request.queue, function=request.entry["func"])
        placing.check_parents(door, options.after)
        line.job = job_id = options.id or str(uuid4())
        fields = offload(_fields, door, request, job_id, options)
        files.store(door.config).claim(request.uploads, job_id)
        place = placing.place_of(options, request.queue)
        written = placing.put(door, place, {}, [NewJob(0, job_id, fields)])
        if not written.flags[0]:
            check_seen(door, job_id)
            line.outcome = outcomes.ALREADY_THERE
        return Submitted(job_id, written.flags[0])


def check_seen(door: Door, job_id: str) -> None:
    """Return where the job that has this id already may be shown; else the id is taken, and no more is said."""
    if door.unseen([job_id]):
        raise StateChanged("This id is taken.", fix="Choose another, or leave it out.", code="exists")


def new_job(door: Door, request: Request, job_id: str, options: Options) -> Job:
    """RQ's job, not stored anywhere. No round trip; up to 50 ms for a large body (pickle and zlib)."""
    entry = request.entry
    job = Queue(request.queue, connection=door.writer).create_job(
        entry["func"],
        kwargs=request.args,
        timeout=entry["timeout"] if options.timeout is None else options.timeout,
        result_ttl=entry["result_ttl"] if options.result_ttl is None else options.result_ttl,
        ttl=options.ttl,
        failure_ttl=options.failure_ttl,
        description=options.description,
        depends_on=_depends_on(options),
        job_id=job_id,
        meta=options.meta,
        retry=Retry(options.retries, list(options.intervals)) if options.retries else None,
        repeat=Repeat(options.repeats, list(options.repeat_intervals)) if options.repeats else None,
        group_id=options.group,
        rate_limit=RateLimit(*options.limit) if options.limit else None,
    )
    # Whoever puts it on its queue later, scheduler or limit, looks here.
    if options.at_front and (options.run_at or options.limit):
        job.enqueue_at_front = True
    return job


def _depends_on(options: Options) -> list[str] | Dependency | None:
    """As a program would say it: RQ tells a plain list from a Dependency that asks for nothing."""
    if options.allow_failure or options.at_front:
        return Dependency(options.after, options.allow_failure, options.at_front) if options.after else None
    return list(options.after) or None


def hash_of(door: Door, job: Job, options: Options) -> dict[str, Any]:
    """The job's hash as RQ spells it, and who submitted it; without what belongs to its place."""
    told = job.to_dict() | door.submitted(retries=options.retries, repeats=options.repeats)
    if options.meta:
        told[_keys.META_FIELD] = told["meta"]
    return {name: value for name, value in told.items() if name not in PLACED}


def _fields(door: Door, request: Request, job_id: str, options: Options) -> dict[str, Any]:
    return hash_of(door, new_job(door, request, job_id, options), options)


def write(
    door: Door,
    keys: JobKeys,
    fields: Mapping[str, Any],
    place: str,
    waits_in: str | None = None,
    score: datetime | None = None,
) -> bool:
    """Write one job to the back or front of its queue, or into a sorted set; False where its id is taken."""
    own = {name: value for name, value in fields.items() if name not in PLACED}
    where = Place(
        queue=keys.queue_name,
        where=place,
        waits_in=waits_in,
        score=int(score.timestamp()) if score else 0,
        status=fields["status"],
        enqueued_at=fields.get("enqueued_at"),
        ttl=int(fields.get("ttl") or 0),
    )
    return placing.put(door, where, {}, [NewJob(0, keys.job_id, own)]).flags[0]
