"""New jobs: of a job type in the catalog, or the same again as an earlier one.

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
from rq.rate_limit import RateLimitRegistry
from rq.utils import utcformat

from webapp import files, outcomes, rqkeys
from webapp.actions import lookup, refusals, scripts
from webapp.actions.door import Door
from webapp.actions.job_keys import JobKeys
from webapp.actions.lookup import Found
from webapp.actions.options import Options
from webapp.actions.request import Request, check
from webapp.models import ENDED, WAITING
from webapp.offload import offload

#: What "run again" takes from the hash of the first job. Not what belongs to its life: results, meta, dependencies,
#: group, and retries and repeats that it may have used up.
COPIED = (
    "data",
    "description",
    "timeout",
    "result_ttl",
    "failure_ttl",
    "ttl",
    "success_callback_name",
    "failure_callback_name",
    "stopped_callback_name",
    "success_callback_timeout",
    "failure_callback_timeout",
    "stopped_callback_timeout",
    "webhooks",
    "origin",
    "rate_limit_key",
    "rate_limit_concurrency",
)
#: Fields that RQ always writes, empty where they are unset.
UNSET = dict.fromkeys(("started_at", "ended_at", "last_heartbeat", "worker_name", "group_id"), b"")


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


def run_again(door: Door, first_id: str, new_id: str | None = None) -> Submitted:
    """A new job with the payload, queue and lifetimes of the first; the payload is copied, never read.

    It keeps the first one's callbacks and rate limit, and starts without its meta, dependencies, group and retries.
    Raises StateChanged where the first runs or a run of it may live, NotFound. Four round trips, seven with a limit.
    """
    with door.act("run_again", first_id) as line:
        first = lookup.find(door.writer, first_id, ("status", *COPIED))
        line.queue = first.keys.queue_name
        _check_idle(door, first)
        line.job = job_id = new_id or str(uuid4())
        files.store(door.config).claim(files.uploads_in(first.fields["data"]), job_id)
        created = _write_again(door, first, JobKeys(job_id, first.text("origin")))
        line.outcome = outcomes.again_of(first_id) if created else outcomes.ALREADY_THERE
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


def _check_idle(door: Door, first: Found) -> None:
    """Raise StateChanged where another run could meet the first, or there is nothing to run."""
    status = first.text("status")
    if status not in ENDED | WAITING:
        raise refusals.instead("run_again", status)
    if not first.fields.get("data"):
        raise refusals.no_payload(first.keys.job_id)
    if not first.keys.queue_name:
        raise refusals.no_queue(first.keys.job_id)
    with door.writer.pipeline(transaction=False) as pipe:
        pipe.time().zrange(first.keys.executions, -1, -1, withscores=True)
        now, deadlines = pipe.execute()
    if deadlines and deadlines[0][1] > now[0]:
        raise refusals.may_run(status)


def _write_again(door: Door, first: Found, keys: JobKeys) -> bool:
    now = datetime.now(UTC)
    fields = UNSET | {name: first.fields[name] for name in COPIED if name in first.fields}
    fields |= {"status": "queued", "created_at": utcformat(now)} | door.submitted(again_of=first.keys.job_id)
    if not first.limit:
        return write(door, keys, fields | {"enqueued_at": utcformat(now)}, "back")
    name, concurrency = first.limit
    registry = RateLimitRegistry(name, door.writer)
    with door.writer.pipeline() as pipe:
        registry.register(concurrency, pipe)
        pipe.execute()
    created = write(door, keys, fields | {"status": "rate_limited"}, "wait", rqkeys.rate_limited(name), now)
    registry.acquire_and_enqueue(concurrency)
    return created


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
