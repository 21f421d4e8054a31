"""The boards of failures: `failures`, `failure/<cause>` or `failure/<cause>/<seconds>`, `failure_jobs/<cause>`,
`failures_count`, `stopped`, `compare/…`.

All but the last share one memory of failed jobs; see docs/decisions/failure-causes.md.
"""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from webapp.boards.board import Board, Context
from webapp.errors import BadInput, NotFound
from webapp.queries.compare import compare
from webapp.queries.failures import Failures
from webapp.rights import Rights

if TYPE_CHECKING:
    from webapp.live.interest import Dirty

CAUSE = re.compile(r"([0-9a-f]{12})(?:/(\d{1,9}))?")


class _Remembering(Board):
    """Reads what the memory holds, sooner where a job failed, left, or a mute left its line of activity."""

    lists = frozenset({"failed"})
    pace = 5.0
    narrows = True

    def __init__(self, failures: Failures) -> None:
        self._failures = failures

    @property
    def every(self) -> float:  # type: ignore[override]
        """A first look at thousands of failed jobs takes several reads: they follow each other."""
        return self.gap if self._failures.has_more else self.pace

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        is_known = self._failures.hear(dirty.jobs)
        has_hint = super().concerned(replace(dirty, everything=False), argument, value) or is_known or dirty.activity
        if has_hint:
            self._failures.look_anew()
        return has_hint or dirty.everything


class FailureCauses(_Remembering):
    """All causes, at most 200 in full: some 200 KB."""

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        context.titles.refresh(context.reader)
        return self._failures.overview(context.reader, context.clock, context.rows)


class FailureCause(_Remembering):
    """One cause, its newest 200 jobs and a traceback of at most 8 KB."""

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        found = CAUSE.fullmatch(argument)
        if not found:
            raise NotFound(f"There is no cause of failure {argument[:40]!r}.", fix="Look at the other causes.")
        context.titles.refresh(context.reader)
        age = int(found[2]) if found[2] else None
        return self._failures.group(context.reader, context.clock, context.rows, found[1], age)

    def jobs(self, value: dict[str, Any]) -> frozenset[str]:
        return frozenset(job["id"] for job in value["jobs"])


class FailureJobs(_Remembering):
    """The jobs of one cause by id, for who is about to do something to them."""

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return self._failures.ids(context.reader, context.clock, context.rows, argument)


class FailuresCount(_Remembering):
    """Watched by every page: what failed longer than an hour ago is not read for it."""

    gap = 2.0
    pace = 30.0

    @property
    def every(self) -> float:  # type: ignore[override]
        return self.gap if self._failures.has_more_recent else self.pace

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        """Not when all is looked at anyway, every few seconds: that would cost every open page two round trips."""
        return super().concerned(replace(dirty, everything=dirty.may_be_anything), argument, value)

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return self._failures.count(context.reader, context.clock, context.rows)


class Stopped(_Remembering):
    """How many jobs were stopped: RQ keeps no list of them."""

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return self._failures.stopped(context.reader, context.clock, context.rows)


class Compare(Board):
    """A failed run beside a good one: `compare/<failed id>`, or `compare/<failed id>:<good id>`, ids URL-encoded."""

    every = 15.0
    narrows = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        failed, _, good = (unquote(part) for part in argument.partition(":"))
        if not failed:
            raise BadInput("No job is named.", fix="Use compare/<id of a failed job>.")
        context.titles.refresh(context.reader)
        overview, rights = context.overview(), context.rights
        return compare(context.reader, context.rows, context.jobs, overview, failed, good or None, rights)

    def jobs(self, value: dict[str, Any]) -> frozenset[str]:
        return frozenset(side["id"] for side in (value["failed"], value["good"]) if side)


def boards(rights: Rights) -> dict[str, Board]:
    """All of them, by name, round one memory of what these rights cover."""
    memory = Failures(rights)
    return {
        "compare": Compare(),
        "failure": FailureCause(memory),
        "failure_jobs": FailureJobs(memory),
        "failures": FailureCauses(memory),
        "failures_count": FailuresCount(memory),
        "stopped": Stopped(memory),
    }
