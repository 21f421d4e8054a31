"""New jobs of a job type in the catalog.

RQ builds the job and spells its hash; one script of ours writes it, so that an id is never taken twice and the hash
says from the first moment who submitted it. The function is only ever named: nothing of the job's code is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from rq import Queue, Retry
from rq.job import JobStatus

from webapp import files, outcomes, rqkeys
from webapp.actions import scripts
from webapp.actions.door import Door
from webapp.actions.job_keys import JobKeys
from webapp.actions.options import Options
from webapp.actions.request import Request, check
from webapp.offload import offload


@dataclass(frozen=True)
class Submitted:
    """The job that now exists; `created` is False where the id was taken and nothing was done."""

    job_id: str
    created: bool


def enqueue(door: Door, type_name: Any, args: Any, options: Options) -> Submitted:
    """A job of the type waits in its queue, or is scheduled. An id that is taken changes nothing and says so.

    `args` are JSON values by name; those left out get the function's own defaults. Raises BadInput with `fields`,
    Refused for a type that cannot run. Three round trips; one more for a queue that the settings do not name.
    """
    with door.act("enqueue", options.id or "", options.queue) as line:
        request = check(door, type_name, args, options)
        line.queue = request.queue
        line.job = job_id = options.id or str(uuid4())
        fields = offload(_fields, door, request, job_id, options)
        files.store(door.config).claim(request.uploads, job_id)
        keys = JobKeys(job_id, request.queue)
        if options.run_at is None:
            created = write(door, keys, fields, "front" if options.at_front else "back")
        else:
            created = write(door, keys, fields, "wait", keys.registry("scheduled"), options.run_at)
        if not created:
            line.outcome = outcomes.ALREADY_THERE
        return Submitted(job_id, created)


def _fields(door: Door, request: Request, job_id: str, options: Options) -> Mapping[str, Any]:
    """The hash of the new job, as RQ spells it. No round trip; up to 50 ms for a large body (pickle and zlib)."""
    entry = request.entry
    job = Queue(request.queue, connection=door.writer).create_job(
        entry["func"],
        kwargs=request.args,
        timeout=entry["timeout"] if options.timeout is None else options.timeout,
        result_ttl=entry["result_ttl"] if options.result_ttl is None else options.result_ttl,
        description=options.description,
        job_id=job_id,
        retry=Retry(options.retries, list(options.intervals)) if options.retries else None,
        status=JobStatus.SCHEDULED if options.run_at else JobStatus.QUEUED,
    )
    if options.run_at is None:
        job.enqueued_at = datetime.now(UTC)
    elif options.at_front:
        job.enqueue_at_front = True
    return job.to_dict() | door.submitted(retries=options.retries)


def write(
    door: Door,
    keys: JobKeys,
    fields: Mapping[str, Any],
    place: str,
    waits_in: str | None = None,
    score: datetime | None = None,
) -> bool:
    """Write the job and put it to the back or front of its queue, or into a sorted set; False where its id is taken."""
    pairs = [part for pair in fields.items() for part in pair]
    seconds = int(score.timestamp()) if score else 0
    args = [keys.job_id, place, seconds, fields.get("ttl", ""), *pairs]
    return bool(scripts.run(door.writer, "submit", [keys.job, rqkeys.QUEUES, keys.queue, waits_in or keys.queue], args))
