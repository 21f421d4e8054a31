"""A failed run beside a good one of the same function: what they were called with, where and how long they ran."""

from typing import Any

import redis

from webapp import rqkeys
from webapp.errors import NotFound
from webapp.models_job import JobDetail
from webapp.models_overview import Overview
from webapp.queries.fields import reply, seconds_ms
from webapp.queries.job import JobReader
from webapp.queries.orders import is_over
from webapp.queries.rows import RowReader
from webapp.rights import EVERYTHING, Rights

#: Finished jobs of the same queue among which a good run is looked for, newest first, and rows of one round trip.
LOOKED_MAX, STEP = 500, 100
#: Seconds that RQ keeps a finished job unless it is told otherwise.
RESULT_TTL = 500


def compare(
    reader: redis.Redis,
    rows: RowReader,
    jobs: JobReader,
    overview: Overview,
    failed_id: str,
    good_id: str | None,
    rights: Rights = EVERYTHING,
) -> dict[str, Any]:
    """The board "compare/<id>": `good` null where there is none, and then `why`. Raises NotFound, redis.RedisError.

    A job that `rights` do not cover is none.

    Three round trips for each of both jobs, and for a good one that is not named up to LOOKED_MAX rows in steps.
    """
    failed, now = jobs.read(reader, failed_id, overview)
    if failed is None or not rights.sees_job(failed.queue, failed.func):
        raise NotFound(f"There is no job {failed_id[:100]!r}.")
    why, looked_at, of = None, 0, 0
    if good_id is None:
        good_id, why, looked_at, of = _look_for(reader, rows, failed, now)
    good = jobs.read(reader, good_id, overview)[0] if good_id else None
    good = good if good and rights.sees_job(good.queue, good.func) else None
    return {
        "failed": _side(failed, overview),
        "good": _side(good, overview) if good else None,
        "why": None if good else why or "gone",
        "looked_at": looked_at,
        "of": of,
        "result_ttl": RESULT_TTL if failed.result_ttl is None else failed.result_ttl,
    }


def _look_for(
    reader: redis.Redis, rows: RowReader, failed: JobDetail, now: int
) -> tuple[str | None, str | None, int, int]:
    """(the newest finished job of this function and queue, why there is none, how many were looked at, of how many)."""
    if failed.func is None or failed.queue is None:
        return None, "no_function", 0, 0
    key = rqkeys.registry("finished", failed.queue)
    pipe = reader.pipeline(transaction=False)
    pipe.zrange(key, 0, LOOKED_MAX - 1, desc=True, withscores=True).zcount(key, f"({now / 1000:.3f}", "+inf")
    pipe.zcount(key, -1, -1)
    found, kept, forever = (reply(answer) for answer in pipe.execute(raise_on_error=False))
    ids = [member.decode("utf-8", "replace") for member, at in found or () if not is_over(seconds_ms(at), now)]
    for start in range(0, len(ids), STEP):
        for at, row in enumerate(rows.rows(reader, ids[start : start + STEP]), start + 1):
            if row.func == failed.func and row.status == "finished" and row.id != failed.id:
                return row.id, None, at, (kept or 0) + (forever or 0)
    return None, "none_kept", len(ids), (kept or 0) + (forever or 0)


def _side(job: JobDetail, overview: Overview) -> dict[str, Any]:
    last = job.attempts[0] if job.attempts else None
    name = (last and last.worker) or job.worker
    worker = overview.workers.get(name) if name else None
    started = (last and last.started_at) or job.started_at
    ended = (last and last.ended_at) or job.ended_at
    return {
        "id": job.id,
        "title": job.title,
        "type": job.type,
        "func": job.func,
        "status": job.status,
        "note": job.note,
        "arguments": job.arguments,
        "queue": job.queue,
        "worker": name,
        # Of a worker that has left, RQ keeps nothing.
        "host": worker and worker.hostname,
        "rq": worker and worker.version,
        "python": worker and worker.python_version,
        "at": ended or started or job.created_at,
        "wait": _seconds(job.enqueued_at, started),
        "run": _seconds(started, ended),
        "timeout": job.timeout,
        "retries_left": job.retries_left,
        "attempts_kept": len(job.attempts),
    }


def _seconds(since: int | None, until: int | None) -> float | None:
    return None if since is None or until is None else max(0, until - since) / 1000
