"""What a user does to one job: cancel, stop, requeue, run now, delete. One atomic script each; docs/decisions says why.

Every function takes the status that its button was drawn with, or None, and raises StateChanged where the job has
moved on, NotFound where there is no such job, Refused where the actor may not. Each costs one round trip to read the
job's queue (stop: none), one for its script, one for its line of activity, and two more where it has a rate limit.
"""

import json
import time
from datetime import UTC, datetime

from rq.rate_limit import RateLimitRegistry
from rq.utils import utcformat

from jobs import _keys
from webapp import files, outcomes, rqkeys
from webapp.actions import job_keys, lookup, refusals, scripts
from webapp.actions.door import Door
from webapp.actions.job_keys import JobKeys
from webapp.actions.lookup import Found
from webapp.models import WAITING

#: Seconds after which a second look tells. A queued job that is in no list has just been popped by a worker, or was
#: lost by one that died: one that lives has written its execution long before. A scheduled job that is due may be in
#: the hands of RQ's scheduler, which has written it to its queue by then.
LOST_AFTER = 1.0


def cancel(door: Door, job_id: str, drawn: str | None = None) -> None:
    """The job is canceled and runs only if it is submitted again. Its dependents stay deferred, as with RQ's default.

    Only jobs that wait: a started one is stopped instead. Takes LOST_AFTER longer for a job that no list holds, and
    for a scheduled one that is due.
    """
    with door.act("cancel", job_id) as line:
        found = lookup.find(door.writer, job_id)
        line.queue = found.keys.queue_name
        keys = found.keys
        names = [keys.job, keys.queue, keys.intermediate, keys.executions, keys.dependencies]
        names += [keys.registry(status) for status in ("canceled", "scheduled", "deferred", "ready_to_enqueue")]
        names += _limit_waiting(found)
        _run_on_waiting(door, "cancel", found, names, drawn, [rqkeys.JOB_PREFIX, *sorted(WAITING)])
        _free_slot(door, found)


def stop(door: Door, job_id: str, drawn: str | None = None) -> int:
    """Every worker that runs the job was told to stop it; returns how many heard it, at least one.

    Hearing is not yet stopping: the worker kills the run at once, and the status becomes `stopped`. A worker of class
    SimpleWorker hears and ignores it. Raises StateChanged with code "not_heard" where no worker listened.
    """
    with door.act("stop", job_id) as entry:
        keys = JobKeys(job_id, "")
        command = json.dumps({"command": "stop-job", "job_id": job_id})
        args = [job_id, drawn or "", job_keys.EXECUTION_PREFIX, job_keys.COMMANDS_PREFIX, command]
        args += [_keys.told_to_end(""), _keys.TOLD_TO_END_TTL]
        word, status, *answer = scripts.run(door.writer, "stop", [keys.job, keys.executions], args)
        refusals.check("stop", job_id, word, status, drawn)
        heard, workers = int(answer[0]), answer[1].decode(errors="replace")
        if not heard:
            raise refusals.not_heard(job_id, workers)
        entry.outcome = outcomes.heard_by(workers)
        return heard


def requeue(door: Door, job_id: str, drawn: str | None = None) -> None:
    """A failed or stopped job waits in its queue again, behind the others, or before its rate limit.

    Its results and log stay, its progress goes; `retries_left` stays as it is, as with RQ's own requeue. What it
    depended on is not asked again: it was met when the job ran.
    """
    with door.act("requeue", job_id) as line:
        found = lookup.find(door.writer, job_id)
        line.queue = found.keys.queue_name
        if not found.keys.queue_name:
            raise refusals.no_queue(job_id)
        keys = found.keys
        names = [keys.job, keys.dependents, keys.dependencies, keys.executions, keys.queue, rqkeys.QUEUES]
        names += [keys.registry("failed"), keys.registry("finished"), keys.registry("canceled")]
        args = [job_id, drawn or "", utcformat(datetime.now(UTC)), _keys.PROGRESS_FIELD]
        if found.limit:
            limit, concurrency = found.limit
            names += [rqkeys.rate_limited(limit), rqkeys.limit_settings(limit), rqkeys.RATE_LIMIT_KEYS]
            args += [concurrency, limit]
        word, status = scripts.run(door.writer, "requeue", names, args)
        refusals.check("requeue", job_id, word, status, drawn)
        if found.limit:
            RateLimitRegistry(limit, door.writer).acquire_and_enqueue(concurrency)


def run_now(door: Door, job_id: str, drawn: str | None = None) -> None:
    """A scheduled job waits in its queue now, where it would wait when due: at the front, or before its rate limit.

    Its repeats and retries stay. Refused while it is due and a scheduler serves its queue, which would queue it a
    second time. Takes LOST_AFTER longer for a job that no list holds: it was lost, and is queued.
    """
    with door.act("run_now", job_id) as line:
        found = lookup.find(door.writer, job_id)
        line.queue = found.keys.queue_name
        if not found.keys.queue_name:
            raise refusals.no_queue(job_id)
        keys = found.keys
        names = [keys.job, keys.dependents, keys.dependencies, keys.registry("scheduled")]
        names += [rqkeys.scheduler_lock(keys.queue_name), keys.queue, rqkeys.QUEUES]
        args = [utcformat(datetime.now(UTC))]
        if found.limit:
            limit, concurrency = found.limit
            names += [rqkeys.rate_limited(limit), rqkeys.limit_settings(limit), rqkeys.RATE_LIMIT_KEYS]
            args += [concurrency, limit]
        _run_on_waiting(door, "run_now", found, names, drawn, args)
        if found.limit:
            RateLimitRegistry(limit, door.writer).acquire_and_enqueue(concurrency)


def delete(door: Door, job_id: str, drawn: str | None = None) -> None:
    """The job, its results, log, artifacts and the uploads that no other job uses are gone; it is in no list.

    Jobs that waited for it stay deferred, as with RQ's default. Refused while it runs, since its worker would write
    it anew. Files that cannot be removed are logged and left to the sweep.
    """
    with door.act("delete", job_id) as line:
        found = lookup.find(door.writer, job_id, ("group_id", "data"))
        line.queue = found.keys.queue_name
        keys = found.keys
        own = [keys.dependents, keys.results, keys.first_seen, _keys.log(job_id)]
        names = [keys.job, keys.queue, keys.intermediate, keys.executions, keys.registry("started")]
        names += [keys.dependencies, *own, keys.registry("scheduled"), _keys.LOG_INDEX, *keys.registries_of_ids()]
        names += _limit_waiting(found)
        group = rqkeys.group(found.text("group_id")) if found.text("group_id") else ""
        uploads = files.uploads_in(found.fields.get("data"))
        _run_on_waiting(door, "delete", found, names, drawn, [rqkeys.JOB_PREFIX, job_keys.EXECUTION_PREFIX, group])
        _free_slot(door, found)
        files.store(door.config).forget_job(job_id, uploads)


def _run_on_waiting(door: Door, verb: str, found: Found, keys: list[str], drawn: str | None, more: list[str]) -> None:
    """Run a script that takes the job from where it waits; look again where a worker or scheduler may hold it too."""
    job_id = found.keys.job_id
    word, status, *due = scripts.run(door.writer, verb, keys, [job_id, drawn or "", "", *more])
    if word == b"nowhere":
        time.sleep(LOST_AFTER)
        word, status, *_ = scripts.run(door.writer, verb, keys, [job_id, drawn or "", "1", *more])
    elif due == [b"1"]:
        time.sleep(LOST_AFTER)
        word, status, *_ = scripts.run(door.writer, verb, keys, [job_id, "", "", *more])
        if word == b"missing" or status == b"canceled":
            return
    refusals.check(verb, job_id, word, status, drawn)


def _limit_waiting(found: Found) -> list[str]:
    return [rqkeys.rate_limited(found.limit[0])] if found.limit else []


def _free_slot(door: Door, found: Found) -> None:
    """Give the job's slot to the next that waits. RQ's own maintenance does the same should we die before this."""
    if found.limit:
        RateLimitRegistry(found.limit[0], door.writer).cancel(found.keys.job_id)
