"""Lines of the activity as values: what an entry of our stream says, and who may see it. No I/O.

Anybody may write to that stream. What is not a line of ours is shown as far as it goes, and says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from webapp import outcomes
from webapp.models import Value
from webapp.queries.fields import LATEST, integer, text
from webapp.rights import Rights

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
    #: How many the stream holds; None where only some are seen.
    total: int | None
    #: Whether the line that was asked from is the next older one: nothing lies between.
    joined: bool = False
    #: Where to look on for older ones; None where there are none.
    next: str | None = None
    #: How many lines were looked at for these.
    looked_at: int = 0
    note: str | None = None
    #: Queue and function of those jobs that the lines name and that there still are.
    jobs: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def within(self, rights: Rights) -> tuple[Line, ...]:
        """The lines about what these rights cover; all where they cover all.

        Of a job that is gone, what the line says of its queue decides. What is about neither a job nor a queue (a
        worker, a cause of failure, an operation, all queues) is for who may see all.
        """
        if not rights.is_narrowed:
            return self.lines
        return tuple(self._without_others(line, rights) for line in self.lines if self._is_seen(line, rights))

    def _is_seen(self, line: Line, rights: Rights) -> bool:
        if line.cause or line.operation or line.note == ODD:
            return False
        if line.job:
            return rights.sees_job(*self.jobs.get(line.job, (line.queue, None)))
        return bool(line.queue) and not line.worker and rights.sees_queue(line.queue)

    def _without_others(self, line: Line, rights: Rights) -> Line:
        is_seen = line.of is not None and rights.sees_job(*self.jobs.get(line.of, (None, None)))
        return line if is_seen else replace(line, of=None)


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


ANY = Wanted()


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
