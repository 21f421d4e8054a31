"""The heads of several lists put together: all queues of one status, all statuses of a queue, or everything.

First page only: merging deeper pages would mean reading every list as deep.
"""

from collections.abc import Iterable

import redis

from webapp import rqkeys, scoped
from webapp.models import JobPage, JobSummary
from webapp.queries.clock import RedisClock
from webapp.queries.fields import reply, seconds_ms, text
from webapp.queries.orders import EXPIRING, MERGED, ORDERS, is_over
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.rights import EVERYTHING, Rights

#: Queues whose heads are merged: 100 queues of nine lists are 900 cheap commands in one round trip.
QUEUES_MAX = 100
#: A stopped job lies in the failed registry; so many of its newest entries are looked at.
STOPPED_SCAN = 500
#: Jobs of one status that are looked at for those of some functions, over all queues.
SCANNED = 500

Heads = list[tuple[str, float]]


def merged(
    reader: redis.Redis,
    rows: RowReader,
    clock: RedisClock,
    queue: str,
    status: str,
    limit: int,
    rights: Rights = EVERYTHING,
) -> JobPage:
    """The first `limit` jobs that `rights` cover over the lists meant by an empty queue or status.

    Three round trips, up to two more. Where only some functions are seen, SCANNED of each list are looked at.
    """
    plan = Plan(reader)
    plan.ask("clock", lambda pipe: pipe.time())
    plan.ask("names", lambda pipe: pipe.smembers(rqkeys.QUEUES).smembers(rqkeys.RATE_LIMIT_KEYS))
    plan.execute()
    clock.absorb(reply(plan["clock"][0]))
    every = rqkeys.names(reply(plan["names"][0]), rqkeys.QUEUE_PREFIX)
    every = [name for name in every if rights.sees_queue(name)]
    queues = [queue if rights.sees_queue(queue) else rqkeys.NOBODY] if queue else every[:QUEUES_MAX]
    looked_at = limit if "*" in rights.functions else max(limit, SCANNED // max(1, len(queues)))
    limits = sorted(text(key) or "" for key in reply(plan["names"][1]) or ())[:QUEUES_MAX]
    statuses = [status] if status else [*rqkeys.REGISTRIES, "queued", "rate_limited"]

    ids: list[str] = []
    for wanted, heads in _heads(reader, queues, limits, statuses, looked_at, clock.now_ms()).items():
        most = looked_at if "*" in rights.functions else SCANNED
        ids += _first(heads, ORDERS[wanted].descending, STOPPED_SCAN if wanted == "stopped" else most)
    if status == "stopped":
        ids = _stopped(reader, ids)[:looked_at]
    found = [row for row in rows.rows(reader, dict.fromkeys(ids)) if not queue or row.queue in (queue, None)]
    found = scoped.rows(found, rights) if rights.is_narrowed else found
    order = ORDERS[status] if status else MERGED
    return JobPage(
        jobs=tuple(_in_order(found, status)[:limit]),
        list=f"{queue}/{status}",
        order=order.name,
        order_field=order.field,
        total=None,
        next=None,
        prev=None,
        note=_note(status, len(every) > QUEUES_MAX and not queue),
        as_of=clock.now_ms(),
    )


def _heads(
    reader: redis.Redis, queues: list[str], limits: list[str], statuses: list[str], limit: int, now_ms: int
) -> dict[str, Heads]:
    """The first ids of each list with what they are ordered by, gathered by status. One round trip."""
    plan = Plan(reader)
    for status in statuses:
        for name in limits if status == "rate_limited" else queues:
            plan.ask(f"{status} {name}", _ask_head, status, name, limit)
    plan.execute()
    heads: dict[str, Heads] = {}
    for status in statuses:
        gathered = heads.setdefault(status, [])
        for name in limits if status == "rate_limited" else queues:
            members = [member for answer in plan[f"{status} {name}"] for member in reply(answer) or ()]
            gathered += _scored(status, members, now_ms)
    return heads


def _ask_head(pipe: redis.client.Pipeline, status: str, name: str, limit: int) -> None:
    if status == "created":
        return
    if status == "queued":
        pipe.lrange(rqkeys.queue(name), 0, limit - 1)
    elif status == "rate_limited":
        pipe.zrange(rqkeys.rate_limited(name), 0, limit - 1, withscores=True)
    else:
        key = rqkeys.registry("failed" if status == "stopped" else status, name)
        last = STOPPED_SCAN if status == "stopped" else limit
        pipe.zrange(key, 0, last - 1, desc=ORDERS[status].descending, withscores=True)


def _scored(status: str, members: Iterable, now_ms: int) -> Heads:
    """Ids with their place: the score, or for a queue the position, so that all queues show their heads first."""
    if status == "queued":
        return [(member.decode("utf-8", "replace"), float(place)) for place, member in enumerate(members)]
    if status in EXPIRING:
        members = [(member, score) for member, score in members if not is_over(seconds_ms(score), now_ms)]
    ids = ((member.decode("utf-8", "replace"), score) for member, score in members)
    return [(rqkeys.job_of_run(job_id) if status == "started" else job_id, score) for job_id, score in ids]


def _first(heads: Heads, descending: bool, limit: int) -> list[str]:
    return [job_id for job_id, _ in sorted(heads, key=lambda head: head[1], reverse=descending)[:limit]]


def _stopped(reader: redis.Redis, ids: list[str]) -> list[str]:
    """Those of the failed registry whose job was stopped. One round trip."""
    plan = Plan(reader)
    for job_id in ids:
        plan.ask(job_id, lambda pipe, key: pipe.hget(key, "status"), rqkeys.job(job_id))
    plan.execute()
    return [job_id for job_id in ids if reply(plan[job_id][0]) == b"stopped"]


def _in_order(found: list[JobSummary], status: str) -> list[JobSummary]:
    if status == "queued":
        return sorted(found, key=lambda row: row.enqueued_at or 0)
    if status:
        return found
    return sorted(found, key=_latest, reverse=True)


def _latest(row: JobSummary) -> int:
    """When something last happened to the job; what is gone sorts last."""
    return max(row.ended_at or 0, row.started_at or 0, row.enqueued_at or 0, row.created_at or 0)


def _note(status: str, more_queues: bool) -> str | None:
    if status == "created":
        return "created"
    if status == "stopped":
        return "stopped"
    return "more_queues" if more_queues else "heads"
