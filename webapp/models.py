"""What the dashboard shows, as frozen values: the glossary of the project. No I/O, no clock.

Times are epoch milliseconds UTC, durations seconds. `as_json()` gives what goes over the wire, see docs/api.md.
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

#: RQ 3.0's eleven words, in the order of a job's life.
STATUSES = (
    "created",
    "scheduled",
    "deferred",
    "rate_limited",
    "ready_to_enqueue",
    "queued",
    "started",
    "finished",
    "failed",
    "stopped",
    "canceled",
)
#: A job in one of these does not run again by itself.
ENDED = frozenset({"finished", "failed", "stopped", "canceled"})
#: Running jobs that are shown with their progress, longest first.
RUNNING_MAX = 50
#: A job in one of these waits and can be canceled.
WAITING = frozenset({"created", "scheduled", "deferred", "rate_limited", "ready_to_enqueue", "queued"})


class Value:
    """A frozen value that goes over the wire under its field names."""

    def as_json(self) -> dict[str, Any]:
        return {name: _plain(getattr(self, name)) for name in _names(type(self))}


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Names of its fields: to ask the dataclass each time takes longer than all the rest."""
    return tuple(item.name for item in fields(kind))


def _plain(value: Any) -> Any:
    if isinstance(value, Value):
        return value.as_json()
    # Lists are trees already: walking a large one would take longer than to encode it.
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, kw_only=True)
class Stage(Value):
    """One level of a job's progress."""

    message: str = ""
    done: float | None = None
    total: float | None = None
    unit: str = ""
    #: Units a second, smoothed by the job itself.
    rate: float | None = None
    #: Seconds left, as the job reckons.
    left: float | None = None


@dataclass(frozen=True, kw_only=True)
class Progress(Value):
    """How far a job is. The top values are those of the outermost stage; `fraction` counts the inner ones in."""

    #: "job" from `track()` and `report_progress()`, "meta" from `job.meta["progress"]` of any program.
    source: str
    at: int | None = None
    fraction: float | None = None
    message: str = ""
    done: float | None = None
    total: float | None = None
    unit: str = ""
    rate: float | None = None
    left: float | None = None
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobSummary(Value):
    """A job as a row shows it."""

    id: str
    #: RQ's word; the raw text where it is not one of STATUSES; None where the hash is gone.
    status: str | None
    #: Name in the catalog, or None for a function of another program.
    type: str | None = None
    title: str = ""
    #: Dotted name of the function.
    func: str | None = None
    #: Arguments on one line.
    args: str = ""
    queue: str | None = None
    created_at: int | None = None
    enqueued_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    #: When a scheduled job is due.
    run_at: int | None = None
    worker: str | None = None
    progress: Progress | None = None
    #: alive, no signal, lost, or "runs on": the worker is lost and the job's process lives.
    worker_state: str | None = None
    #: What is wrong with this row, in words.
    note: str | None = None
    #: How many notes people left on it.
    notes: int = 0


@dataclass(frozen=True, kw_only=True)
class JobPage(Value):
    """One page of a list of jobs."""

    jobs: tuple[JobSummary, ...]
    #: `queue/status`; either is empty for "all".
    list: str
    #: RQ's own order of this list, and the field of a row that follows it.
    order: str
    order_field: str
    #: asc or desc by that order; None where it cannot be turned round.
    way: str | None = None
    #: Ids whose job has not expired; None where RQ cannot count them in one step.
    total: int | None
    next: str | None
    prev: str | None
    #: moved (the page's anchor is gone, so it begins by rank), unreadable (the list's key is of another type), heads,
    #: more_queues, stopped, created; or None.
    note: str | None
    as_of: int
