"""A page of one list for somebody who may not see all of it: read on until it is full of what they may see."""

from collections.abc import Callable
from dataclasses import replace

import redis

from webapp import rqkeys, scoped
from webapp.models import JobPage
from webapp.queries import cursors
from webapp.queries.cursors import Cursor
from webapp.queries.rows import RowReader
from webapp.rights import Rights

#: Jobs that are looked at for one page, and at a time.
LOOKED_AT_MAX, STEP = 2_000, 200

#: (where it begins, how many) -> the page, as all see it.
Read = Callable[[Cursor, int], JobPage]


def page(
    reader: redis.Redis, rows: RowReader, read: Read, status: str, place: Cursor, limit: int, rights: Rights
) -> JobPage:
    """At most `limit` jobs that `rights` cover, after at most LOOKED_AT_MAX; `next` leads on from there.

    No cursor names a job out of sight, and one that was made up to name one tells nothing of it. One round trip
    more than the page, and two more for each STEP jobs.
    """
    start = place if _is_seen(reader, rows, status, place.anchor, rights) else Cursor(place.list, place.rank)
    first = last = read(start, limit)
    begun, looked_at, found = start, limit, scoped.rows(first.jobs, rights)
    while last.next and len(found) < limit and looked_at < LOOKED_AT_MAX:
        # A run is named otherwise than its job: of runs no more is read than is shown.
        step = limit - len(found) if status == "started" else STEP
        begun = cursors.decode(last.next, place.list)
        last = read(begun, step)
        found += scoped.rows(last.jobs, rights)
        looked_at += step
    moved = place.anchor is not None and start.anchor is None
    return replace(
        first,
        jobs=tuple(found[:limit]),
        next=_next(begun, last, [row.id for row in found], limit, status),
        prev=first.prev if "*" in rights.functions else first.prev and Cursor(place.list, 0).encode(),
        note="moved" if moved else first.note,
    )


def _is_seen(reader: redis.Redis, rows: RowReader, status: str, anchor: str | None, rights: Rights) -> bool:
    if anchor is None:
        return True
    job_id = rqkeys.job_of_run(anchor) if status == "started" else anchor
    return bool(scoped.rows(rows.rows(reader, [job_id]), rights))


def _next(begun: Cursor, last: JobPage, found: list[str], limit: int, status: str) -> str | None:
    """Where the next page begins: after the last job that is shown, or where the last look ended."""
    if len(found) > limit:
        shown = found[limit - 1]
        at = next((at for at, row in enumerate(last.jobs) if row.id == shown), 0)
        return Cursor(begun.list, begun.rank + at + 1, shown).encode()
    if last.next is None:
        return None
    ends = cursors.decode(last.next, begun.list)
    named = rqkeys.job_of_run(ends.anchor or "") if status == "started" else ends.anchor
    return last.next if named in found else Cursor(ends.list, ends.rank).encode()
