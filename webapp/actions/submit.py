"""New jobs of a job type in the catalog.

RQ builds the job and spells its hash; one script of ours writes it, so that an id is never taken twice and the hash
says from the first moment who submitted it. The function is only ever named: nothing of the job's code is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from rq import Queue, RateLimit, Repeat, Retry
from rq.job import Dependency, Job

from jobs import _keys
from webapp import files, outcomes
from webapp.actions import placing
from webapp.actions.door import Door, Entry
from webapp.actions.job_keys import JobKeys
from webapp.actions.known_types import KnownType
from webapp.actions.options import Options
from webapp.actions.placing import NewJob, Place, Written
from webapp.actions.request import Request, check, type_of
from webapp.errors import BadInput, Refused, StateChanged
from webapp.offload import is_small, offload

#: Fields that belong to the place, so the script writes them.
PLACED = ("status", "enqueued_at")


@dataclass(frozen=True)
class Submitted:
    """The job that now exists; `created` is False where the id was taken and nothing was done."""

    job_id: str
    created: bool
    #: What was written, where nothing can have become of it in the same step.
    told: "Told | None" = None


@dataclass(frozen=True)
class Told:
    """A job as it was written."""

    #: What it calls, by name and arguments.
    func: str
    args: dict[str, Any]
    #: Its hash.
    fields: Mapping[str, Any]
    #: Its index in its queue, where it joined one.
    position: int | None
    #: Jobs in that queue then.
    queued: int
    #: Epoch seconds at which it is due.
    due: int | None
    #: Redis time of it, epoch ms.
    at: int


def enqueue(door: Door, type_name: Any, args: Any, options: Options) -> Submitted:
    """A job of the type waits in its queue, for its time, its limit or other jobs. An id that is taken changes nothing.

    `args` are JSON values by name; those left out get the function's own defaults. Raises BadInput with `fields`,
    Refused for a type that cannot run. One round trip; one more for a type that was not submitted before or is refused,
    for a queue that the settings do not name, for a rate limit, and for an id that is taken.
    """
    with door.act("enqueue", options.id or "", options.queue) as line:
        job_id = options.id or str(uuid4())
        known = door.types.get(type_name)
        if known is not None and not known.entry["error"]:
            try:
                return _enqueue(door, line, known, args, job_id, options)
            except (BadInput, Refused, placing.Outdated):
                # Not by what may be said no more.
                if door.types.read(door.writer, type_name) is known:
                    raise
        return _enqueue(door, line, type_of(door, type_name), args, job_id, options)


def _enqueue(door: Door, line: Entry, kind: KnownType, args: Any, job_id: str, options: Options) -> Submitted:
    request = check(door, kind, args, options)
    line.queue = request.queue
    door.authorize("enqueue", queue=request.queue, function=request.entry["func"])
    placing.check_parents(door, options.after)
    line.job = job_id
    small = is_small(args)
    fields = _fields(door, request, job_id, options, beside=not small)
    files.store(door.config).claim(request.uploads, job_id)
    place = replace(placing.place_of(options, request.queue), kind=(kind.entry["name"], kind.digest))
    written = placing.put(door, place, {}, [NewJob(0, job_id, fields)], door.line("enqueue", line))
    line.is_left = written.flags[0]
    if not written.flags[0]:
        check_seen(door, job_id)
        line.outcome = outcomes.ALREADY_THERE
        return Submitted(job_id, created=False)
    # What is large is read again, with the limits of reading; what waits for a limit may be in its queue by now.
    return Submitted(job_id, True, _told(request, fields, place, written) if small and not place.limit else None)


def _told(request: Request, fields: Mapping[str, Any], place: Place, written: Written) -> Told:
    waits = {"status": "deferred"} if written.deferred else {"status": place.status}
    if place.enqueued_at and not written.deferred:
        waits["enqueued_at"] = place.enqueued_at
    position = None
    if waits["status"] == "queued":
        position = 0 if place.where == "front" else written.length - 1
    due = place.score if waits["status"] == "scheduled" else None
    return Told(request.entry["func"], request.args, fields | waits, position, written.length, due, written.at)


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


def _fields(door: Door, request: Request, job_id: str, options: Options, beside: bool) -> dict[str, Any]:
    def made() -> dict[str, Any]:
        return hash_of(door, new_job(door, request, job_id, options), options)

    return offload(made) if beside else made()


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
