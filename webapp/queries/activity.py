"""Who did what, when, with what outcome: lines of our own stream, newest first.

Anybody may write to that stream. What is not a line of ours is shown as far as it goes, and says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import redis

from jobs import _keys
from webapp import outcomes
from webapp.models import Value
from webapp.queries.fields import LATEST, integer, text
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader

LINES_MAX = 200
#: Lines that are looked at for those that are wanted, in all and at a time (about a millisecond of Redis).
LOOKED_AT_MAX, LOOKED_AT_ONCE = 2_000, 250
#: Characters of a name in a line, and of an id of a job: a longer one is none of ours, and would fill the screen.
NAME_CHARS = 120
JOB_CHARS = 1_000
#: The line has not all that ours have, or more than they may.
ODD = "odd"
#: The key holds no stream, or this Redis user may not read it.
UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Line(Value):
    """One thing that somebody did, or was refused."""

    id: str
    at: int
    actor: str | None
    action: str | None
    job: str | None
    #: Of the job as the list of jobs shows it; None where its hash is gone.
    title: str | None = None
    queue: str | None
    #: done, refused, failed, unknown
    outcome: str
    reason: str | None = None
    heard_by: str | None = None
    #: The worker that it was about; or the user, or the API token by its name.
    worker: str | None = None
    #: The job that was run again.
    of: str | None = None
    #: The cause of failure that was muted or unmuted: {"id", "name": exception type or kind}.
    cause: dict | None = None
    #: How many jobs it was done to.
    jobs: int | None = None
    #: What was done to many jobs: {"id", "verb", "jobs"}.
    operation: dict | None = None
    #: The web process that was asked, and from where.
    server: str | None
    address: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Lines:
    """Some lines, newest first."""

    lines: tuple[Line, ...]
    #: How many the stream holds.
    total: int
    #: Whether the line that was asked from is the next older one: nothing lies between.
    joined: bool = False
    #: Where to look on for older ones; None where there are none.
    next: str | None = None
    #: How many lines were looked at for these.
    looked_at: int = 0
    note: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Which lines are asked for; "": any."""

    actor: str = ""
    action: str = ""
    #: done, refused, failed, unknown
    outcome: str = ""
    #: Of this job, or of a run of it again.
    job: str = ""

    def __bool__(self) -> bool:
        return bool(self.actor or self.action or self.outcome or self.job)

    def fits(self, fields: Mapping[bytes, bytes]) -> bool:
        """Whether these fields of an entry are asked for."""
        plain = all(
            not wanted or text(fields.get(name)) == wanted
            for name, wanted in ((b"actor", self.actor), (b"action", self.action))
        )
        if not plain or not (self.outcome or self.job):
            return plain
        outcome = outcomes.read(text(fields.get(b"outcome")))
        is_of_job = not self.job or self.job in (text(fields.get(b"job")), outcome.of)
        return is_of_job and self.outcome in ("", outcome.word)


def page(reader: redis.Redis, rows: RowReader, before: str, after: str, limit: int, wanted: Wanted = Wanted()) -> Lines:
    """The newest lines older than the stream id `before` ("": any) and newer than `after`; at most `limit`.

    Two round trips, up to four where jobs are named that were not met before. Where only some lines are `wanted`, one
    for each LOOKED_AT_ONCE lines that are looked at, at most LOOKED_AT_MAX: `next` leads on from there.
    """
    most = min(limit, LINES_MAX)
    oldest = f"({after}" if after else "-"
    found = _search(reader, before, oldest, most, wanted) if wanted else _newest(reader, before, oldest, most)
    return _named(reader, rows, found)


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


def parse(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Line:
    """The line of one entry, whatever it holds."""
    named = ("actor", "action", "queue", "worker", "server", "address")
    names = {name: text(fields.get(name.encode())) for name in named}
    job, written = text(fields.get(b"job")), text(fields.get(b"outcome"))
    outcome = outcomes.read(written)
    ours = names["actor"] and names["action"] and outcome.word != "unknown"
    fits = _fit([*names.values(), outcome.heard_by], NAME_CHARS) and _fit([job, outcome.of], JOB_CHARS)
    return Line(
        id=text(entry_id) or "",
        at=_at(fields.get(b"at"), entry_id),
        **{name: value and value[:NAME_CHARS] for name, value in names.items()},
        job=job if _fit([job], JOB_CHARS) else None,
        outcome=outcome.word,
        reason=outcome.reason,
        heard_by=outcome.heard_by and outcome.heard_by[:NAME_CHARS],
        of=outcome.of if _fit([outcome.of], JOB_CHARS) else None,
        jobs=outcome.jobs,
        cause=outcome.cause and {"id": outcome.cause[0], "name": outcome.cause[1][:NAME_CHARS]},
        operation=outcome.operation and dict(zip(("id", "verb", "jobs"), outcome.operation, strict=True)),
        note=None if ours and fits else ODD,
    )


def _fit(values: Iterable[str | None], most: int) -> bool:
    return all(len(value or "") <= most for value in values)


def _at(stored: Any, entry_id: bytes) -> int:
    """When it was done, epoch ms: as the line says, else when it was written."""
    at = integer(stored)
    written = min(int(entry_id.partition(b"-")[0]), int(LATEST * 1_000))
    return at if at is not None and 0 < at <= LATEST * 1_000 else written


def _named(reader: redis.Redis, rows: RowReader, found: Lines) -> Lines:
    """With the titles and queues of those jobs that there still are."""
    ids = {line.job for line in found.lines if line.job}
    if not ids:
        return found
    jobs = {row.id: row for row in rows.rows(reader, sorted(ids)) if row.status is not None}
    return replace(found, lines=tuple(_with(line, jobs.get(line.job or "")) for line in found.lines))


def _with(line: Line, job: Any) -> Line:
    return replace(line, title=job.title, queue=line.queue or job.queue) if job else line
