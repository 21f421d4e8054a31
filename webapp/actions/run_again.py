"""The same again: a new job with the payload of an earlier one, which is copied and never read."""

from datetime import UTC, datetime
from uuid import uuid4

from rq.rate_limit import RateLimitRegistry
from rq.utils import utcformat

from webapp import files, outcomes, rqkeys
from webapp.actions import lookup, refusals
from webapp.actions.door import Door
from webapp.actions.job_keys import JobKeys
from webapp.actions.lookup import Found
from webapp.actions.submit import Submitted, write
from webapp.models import ENDED, WAITING

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
