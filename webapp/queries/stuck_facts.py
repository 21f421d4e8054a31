"""What stuck work is told as: kinds, each with its jobs. No I/O, no clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.models import JobSummary
from webapp.models_overview import Overview

#: Jobs and queues that are named of each kind.
SHOWN_MAX = 20

#: In the order in which they are told: what harms most, first.
KINDS = (
    "abandoned",
    "lost_worker",
    "intermediate",
    "overdue",
    "deferred",
    "ready",
    "nowhere",
    "slots",
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """One job that is stuck."""

    id: str
    queue: str | None = None
    #: Since when, epoch ms; None where nobody wrote that down.
    since: int | None = None
    #: Code of what is special about it, where the kind does not say it all.
    reason: str | None = None
    #: The job that it waits for in vain.
    parent: str | None = None
    #: The rate limit whose slot it holds.
    key: str | None = None


@dataclass(kw_only=True)
class Kind:
    """All that is stuck in one way."""

    kind: str
    found: Sequence[Found] = ()
    #: How many there are, where that is more than `found`.
    count: int | None = None
    #: Whether there may be more than `count`.
    at_least: bool = False
    #: queue -> how many there
    queues: Counter = field(default_factory=Counter)

    def total(self) -> int:
        return len(self.found) if self.count is None else self.count

    def as_json(self, rows: dict[str, JobSummary], overview: Overview) -> dict[str, Any]:
        """The kind with its first SHOWN_MAX jobs. `rows` has them and their parents."""
        named = (one.queue or (rows[one.id].queue if one.id in rows else None) for one in self.found)
        counts = self.queues or Counter(name for name in named if name)
        shown = self.found[:SHOWN_MAX]
        return {
            "kind": self.kind,
            "count": self.total(),
            "at_least": self.at_least,
            "since": min((one.since for one in self.found if one.since), default=None),
            "queues": [_queue(name, count, overview) for name, count in sorted(counts.items())[:SHOWN_MAX]],
            "jobs": [_job(one, rows) for one in shown],
            "more": self.total() - len(shown),
        }


def ids(kinds: Iterable[Kind]) -> list[str]:
    """The jobs that are shown, and those that they wait for."""
    shown = [one for kind in kinds for one in kind.found[:SHOWN_MAX]]
    return list(dict.fromkeys(job_id for one in shown for job_id in (one.id, one.parent) if job_id))


def _queue(name: str, count: int, overview: Overview) -> dict[str, Any]:
    stats = overview.queues.get(name)
    return {
        "queue": name,
        "count": count,
        "workers": stats.workers if stats else 0,
        "scheduler": stats.scheduler if stats else False,
    }


def _job(one: Found, rows: dict[str, JobSummary]) -> dict[str, Any]:
    return {
        "job": rows[one.id].as_json(),
        "since": one.since,
        "reason": one.reason,
        # A parent that is not there is out of sight.
        "parent": rows[one.parent].as_json() if one.parent in rows else None,
        "key": one.key,
    }
