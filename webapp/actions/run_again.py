"""The same again: a new job with the payload of an earlier one, which is copied and never read."""

from typing import Any
from uuid import uuid4

import redis

from jobs import _keys
from webapp import files, outcomes, rqkeys
from webapp.actions import edited, one, refusals, submit
from webapp.actions.door import Door
from webapp.actions.submit import Submitted
from webapp.errors import StateChanged

#: What "run again" takes from the hash of the first job. Not what belongs to its life: results, what it wrote into its
#: meta, dependencies, group, and retries and repeats that it may have used up.
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
    _keys.META_FIELD,
)
#: Fields that RQ always writes, empty where they are unset.
UNSET = dict.fromkeys(("started_at", "ended_at", "last_heartbeat", "worker_name", "group_id"), "")


def run_again(
    door: Door, first_id: str, new_id: str | None = None, args: Any = None, positional: Any = None
) -> Submitted:
    """A new job with the payload, queue and lifetimes of the first; without `args` the payload is copied, never read.

    It keeps the first one's callbacks and rate limit, and the meta that it was given here; it starts without what that
    one wrote into its meta, and without its dependencies, group and retries.
    `args` by name and `positional` are JSON values in place of the first one's, see `edited.payload`. Raises
    StateChanged where the first runs or a run of it may live, NotFound, BadInput. Three round trips, four with a limit.
    """
    with door.act("run_again", first_id) as line:
        line.job = job_id = new_id or str(uuid4())
        first = _payload(door, first_id)
        is_edited = args is not None or positional is not None
        call = edited.payload(door, first, args, positional) if is_edited else None
        data = call.data if call else None
        files.store(door.config).claim(files.uploads_in(data or first), job_id)
        taken = script_options(door)
        if call:
            taken["fields"]["description"] = call.description
        try:
            one.act(door.writer, "run_again", first_id, None, line, data, new_id=job_id, **taken)
        except StateChanged as refusal:
            if refusal.code != "exists":
                raise
            submit.check_seen(door, job_id)
            line.outcome = outcomes.ALREADY_THERE
            return Submitted(job_id, created=False)
        line.outcome = outcomes.again_of(first_id)
        return Submitted(job_id, created=True)


def script_options(door: Door) -> dict[str, Any]:
    """What the script takes of who asks."""
    told = door.submitted()
    fields = UNSET | {_keys.ACTOR_FIELD: told[_keys.ACTOR_FIELD]}
    submitted = {"submitted": told[_keys.SUBMITTED_FIELD], "submitted_field": _keys.SUBMITTED_FIELD}
    submitted["meta_field"] = _keys.META_FIELD
    return {"copied": COPIED, "fields": fields, **submitted}


def _payload(door: Door, job_id: str) -> bytes:
    """What a job calls, as it is stored; empty where there is none. One round trip."""
    try:
        return door.writer.hget(rqkeys.job(job_id), "data") or b""
    except redis.ResponseError as error:
        # A key of another type under this name is no job.
        if "WRONGTYPE" in str(error):
            raise refusals.not_found(job_id) from error
        raise
