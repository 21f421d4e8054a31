"""Pages of jobs in RQ's own order: of one list here, of the heads of several in `merged.py`."""

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import redis

from webapp import rqkeys
from webapp.errors import BadInput
from webapp.models import STATUSES, JobPage
from webapp.queries import cursors, lists_within
from webapp.queries.clock import RedisClock
from webapp.queries.cursors import Cursor
from webapp.queries.fields import reply, seconds_ms
from webapp.queries.merged import merged
from webapp.queries.orders import ASCENDING, DESCENDING, EXPIRING, MERGED, ORDERS, is_over
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.rights import EVERYTHING, Rights

PAGE_MAX = 200
#: A queue loses and gains jobs at its head between two pages: the anchor is looked for so far from its old place.
ANCHOR_WINDOW = 500
#: Statuses that have one list for each queue.
LISTED = frozenset(rqkeys.REGISTRIES) | {"queued"}


def page(
    reader: redis.Redis,
    rows: RowReader,
    clock: RedisClock,
    queue: str,
    status: str,
    cursor: str | None,
    limit: int,
    order: str = "",
    rights: Rights = EVERYTHING,
) -> JobPage:
    """At most `limit` jobs of `queue` (all where empty) and `status` (all where empty), of those that `rights` cover.

    `order` is asc or desc by RQ's own order of one list, its natural way round where empty.
    Two round trips at any depth and size, one or two more for jobs not met before; more
    where only some functions are seen, see `lists_within.py`. Raises BadInput, redis.RedisError.
    """
    if status and status not in STATUSES:
        raise BadInput(f"There is no status {status[:40]!r}.", fix=f"Use one of: {', '.join(STATUSES)}.")
    if not 1 <= limit <= PAGE_MAX:
        raise BadInput(f"limit={limit} is not from 1 to {PAGE_MAX}.", fix=f"Ask for at most {PAGE_MAX} jobs a page.")
    own, name = ORDERS.get(status, MERGED), f"{queue}/{status}"
    way = own.way(order)
    turned = way != own.way("")
    # No status is called so: the cursors of the two ways round are not taken for each other.
    name += "/turned" if turned else ""
    place = cursors.decode(cursor, name) if cursor else Cursor(name, 0)
    if queue and status in LISTED:
        if rights.is_narrowed:
            read = partial(
                one_list, reader, rows, clock, queue if rights.sees_queue(queue) else rqkeys.NOBODY, status, way
            )
            return replace(
                lists_within.page(reader, rows, read, status, place, limit, rights), list=f"{queue}/{status}"
            )
        return one_list(reader, rows, clock, queue, status, way, place, limit)
    if turned:
        raise BadInput("Several lists put together have one order only.", fix="Choose a queue and a status.")
    return merged(reader, rows, clock, queue, status, limit, rights)


def one_list(
    reader: redis.Redis,
    rows: RowReader,
    clock: RedisClock,
    queue: str,
    status: str,
    way: str,
    place: Cursor,
    limit: int,
) -> JobPage:
    """A page of the list of one queue and status, from a place.

    One round trip, one more where the anchor has moved or the list begins with what has expired, and those of the rows.
    """
    read = _read_queue if status == "queued" else _read_registry
    part = read(reader, clock, queue, status, way, place, limit)
    members = [member for member in part.members if not (status in EXPIRING and is_over(member[1], clock.now_ms()))]
    ids = list(dict.fromkeys(rqkeys.job_of_run(member) if status == "started" else member for member, _ in members))
    run_at = {job_id: due for job_id, due in members} if status == "scheduled" else None
    found = rows.rows(reader, ids, run_at)
    order = ORDERS[status]
    end, full = part.rank + len(part.members), len(part.members) == limit
    return JobPage(
        jobs=tuple(found),
        list=f"{queue}/{status}",
        order=order.name,
        order_field=order.field,
        way=way,
        total=part.total,
        next=Cursor(place.list, end, part.members[-1][0]).encode() if full else None,
        prev=Cursor(place.list, max(part.first, part.rank - limit)).encode() if part.rank > part.first else None,
        note=part.note,
        as_of=clock.now_ms(),
    )


class _Part(NamedTuple):
    """What was read of one list."""

    #: with scores as epoch ms
    members: list[tuple[str, int | None]]
    #: place of the first of them
    rank: int
    #: live ids in the whole list
    total: int
    note: str | None
    #: place of the first live id: those that have expired lie before it
    first: int = 0


def _read_registry(
    reader: redis.Redis, clock: RedisClock, queue: str, status: str, way: str, place: Cursor, limit: int
) -> _Part:
    """A second look if the anchor moved, or where the list begins with ids that have expired."""
    key, down = rqkeys.registry(status, queue), way == DESCENDING

    def ask(pipe: redis.client.Pipeline, rank: int) -> None:
        pipe.zrange(key, rank, rank + limit - 1, desc=down, withscores=True)

    plan = Plan(reader)
    plan.ask("page", ask, place.rank)
    plan.ask("clock", lambda pipe: pipe.time())
    plan.ask("total", lambda pipe: pipe.zcard(key).zcount(key, 0, f"({clock.now_ms() / 1000:.3f}"))
    if place.anchor is not None:
        plan.ask("anchor", lambda pipe: (pipe.zrevrank if down else pipe.zrank)(key, place.anchor))
    plan.execute()
    clock.absorb(reply(plan["clock"][0]))
    card, expired = (reply(value, 0) for value in plan["total"])
    expired = expired if status in EXPIRING else 0
    first = 0 if down else expired
    at = reply(plan["anchor"][0]) if place.anchor is not None else None
    rank = max(first, place.rank if at is None else at + 1)
    found = plan["page"][0]
    if rank != place.rank:
        again = Plan(reader)
        again.ask("page", ask, rank)
        found = again.execute()["page"][0]
    members = [(member.decode("utf-8", "replace"), seconds_ms(score)) for member, score in reply(found) or ()]
    note = _note(found, moved=place.anchor is not None and at is None)
    return _Part(members, rank, card - expired, note, first)


def _read_queue(
    reader: redis.Redis, clock: RedisClock, queue: str, status: str, way: str, place: Cursor, limit: int
) -> _Part:
    """The same for the list of a queue, whose places have no index: the anchor is looked for near its old place."""
    key = rqkeys.queue(queue)
    window = ANCHOR_WINDOW if place.anchor is not None else 0
    before = min(place.rank, window)
    first, last = place.rank - before, place.rank + window + limit - 1
    plan = Plan(reader)
    # From the end of the queue: its last job has the place -1.
    plan.ask("page", lambda pipe: pipe.lrange(key, *((first, last) if way == ASCENDING else (-last - 1, -first - 1))))
    plan.ask("clock", lambda pipe: pipe.time())
    plan.ask("total", lambda pipe: pipe.llen(key))
    plan.execute()
    clock.absorb(reply(plan["clock"][0]))
    ids = [member.decode("utf-8", "replace") for member in reply(plan["page"][0]) or ()]
    if way == DESCENDING:
        ids.reverse()
    start, moved = before, False
    if place.anchor is not None:
        found = (index for index, job_id in enumerate(ids[: before + window]) if job_id == place.anchor)
        at = max(found, default=None)
        moved = at is None
        start = before if at is None else at + 1
    rank = place.rank - before + start
    note = _note(plan["page"][0], moved)
    return _Part([(job_id, None) for job_id in ids[start : start + limit]], rank, reply(plan["total"][0], 0), note)


def _note(page: Any, moved: bool) -> str | None:
    """What is to be said of a page: its key is of another type, or its anchor is gone."""
    if isinstance(page, redis.RedisError):
        return "unreadable"
    return "moved" if moved else None
