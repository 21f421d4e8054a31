"""Who did what, when, with what outcome: lines of our own stream, newest first."""

from dataclasses import replace
from typing import Any

import redis

from jobs import _keys
from webapp.queries.activity_lines import ANY, UNREADABLE, Line, Lines, Wanted, parse
from webapp.queries.fields import text
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.rights import EVERYTHING, Rights

LINES_MAX = 200
#: Lines that are looked at for those that are wanted, in all and at a time (about a millisecond of Redis).
LOOKED_AT_MAX, LOOKED_AT_ONCE = 2_000, 250


def page(
    reader: redis.Redis,
    rows: RowReader,
    before: str,
    after: str,
    limit: int,
    wanted: Wanted = ANY,
    rights: Rights = EVERYTHING,
) -> Lines:
    """The newest lines older than the stream id `before` ("": any) and newer than `after`; at most `limit`.

    Two round trips, up to four where jobs are named that were not met before. Where only some lines are `wanted`, one
    for each LOOKED_AT_ONCE lines that are looked at, at most LOOKED_AT_MAX: `next` leads on from there.
    """
    most = min(limit, LINES_MAX)
    oldest = f"({after}" if after else "-"
    if rights.is_narrowed:
        return _within(reader, rows, before, oldest, most, wanted, rights)
    found = _search(reader, before, oldest, most, wanted) if wanted else _newest(reader, before, oldest, most)
    return _named(reader, rows, found)


def _within(
    reader: redis.Redis, rows: RowReader, before: str, oldest: str, most: int, wanted: Wanted, rights: Rights
) -> Lines:
    """The same of what these rights cover: `looked_at` lines for it, at most LOOKED_AT_MAX, and how many there are in
    all is not told. `next` is the id of a line that may be out of sight: it names a moment.
    """
    lines: list[Line] = []
    looked_at, edge = 0, before
    while looked_at < LOOKED_AT_MAX:
        entries, _ = _entries(reader, f"({edge}" if edge else "+", oldest, LOOKED_AT_ONCE)
        if entries is None:
            return Lines((), None, note=UNREADABLE)
        fits = tuple(parse(entry_id, fields or {}) for entry_id, fields in entries if wanted.fits(fields or {}))
        lines += _named(reader, rows, Lines(fits, None)).within(rights)
        looked_at, edge = looked_at + len(entries), (text(entries[-1][0]) or "") if entries else edge
        if len(lines) > most:
            return Lines(tuple(lines[:most]), None, next=lines[most - 1].id, looked_at=looked_at)
        if len(entries) < LOOKED_AT_ONCE:
            return Lines(tuple(lines), None, looked_at=looked_at)
    return Lines(tuple(lines), None, next=edge, looked_at=looked_at)


def _newest(reader: redis.Redis, before: str, oldest: str, most: int) -> Lines:
    found = _read(reader, f"({before}" if before else "+", oldest, most + 1)
    lines = found.lines[:most]
    return replace(found, lines=lines, next=lines[-1].id if len(found.lines) > most else None, looked_at=len(lines))


def _search(reader: redis.Redis, before: str, oldest: str, most: int, wanted: Wanted) -> Lines:
    lines: list[Line] = []
    looked_at, total, edge = 0, 0, before
    while looked_at < LOOKED_AT_MAX:
        entries, total = _entries(reader, f"({edge}" if edge else "+", oldest, LOOKED_AT_ONCE)
        if entries is None:
            return Lines((), 0, note=UNREADABLE)
        for entry_id, fields in entries:
            looked_at, edge = looked_at + 1, text(entry_id) or ""
            if wanted.fits(fields or {}):
                lines.append(parse(entry_id, fields))
            if len(lines) == most:
                return Lines(tuple(lines), total, next=edge, looked_at=looked_at)
        if len(entries) < LOOKED_AT_ONCE:
            return Lines(tuple(lines), total, looked_at=looked_at)
    return Lines(tuple(lines), total, next=edge, looked_at=looked_at)


def since(reader: redis.Redis, rows: RowReader, last: str | None, limit: int) -> Lines:
    """What is newer than the line `last`, `joined` to it; else the newest `limit`, where more are or `last` is gone.

    One round trip where nothing is new.
    """
    found = _read(reader, "+", last or "-", limit)
    if last and found.lines and found.lines[-1].id == last:
        return _named(reader, rows, replace(found, lines=found.lines[:-1], joined=True))
    if last and len(found.lines) < limit and not found.note:
        found = _read(reader, "+", "-", limit)
    return _named(reader, rows, found)


def _read(reader: redis.Redis, newest: str, oldest: str, limit: int) -> Lines:
    entries, total = _entries(reader, newest, oldest, limit)
    if entries is None:
        return Lines((), 0, note=UNREADABLE)
    return Lines(tuple(parse(entry_id, fields or {}) for entry_id, fields in entries), total)


def _entries(reader: redis.Redis, newest: str, oldest: str, limit: int) -> tuple[list | None, int]:
    """(entries, how many there are in all); None where the key cannot be read as a stream. One round trip."""
    plan = Plan(reader)
    plan.ask("lines", lambda pipe: pipe.xrevrange(_keys.ACTIVITY, newest, oldest, count=limit))
    plan.ask("total", lambda pipe: pipe.xlen(_keys.ACTIVITY))
    plan.execute()
    (entries,), (total,) = plan["lines"], plan["total"]
    if isinstance(entries, redis.RedisError) or isinstance(total, redis.RedisError):
        return None, 0
    return entries, total


def _named(reader: redis.Redis, rows: RowReader, found: Lines) -> Lines:
    """With the titles and queues of those jobs that there still are."""
    ids = {job_id for line in found.lines for job_id in (line.job, line.of) if job_id}
    if not ids:
        return found
    jobs = {row.id: row for row in rows.rows(reader, sorted(ids)) if row.status is not None}
    lines = tuple(_with(line, jobs.get(line.job or "")) for line in found.lines)
    return replace(found, lines=lines, jobs={job_id: (row.queue, row.func) for job_id, row in jobs.items()})


def _with(line: Line, job: Any) -> Line:
    return replace(line, title=job.title, queue=line.queue or job.queue) if job else line
