"""What the dashboard shows, as frozen values: the glossary of the project. No I/O, no clock.

Times are epoch milliseconds UTC, durations seconds. `as_json()` gives what goes over the wire, see docs/api.md.
"""

from dataclasses import dataclass, fields
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
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


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
class Hold(Value):
    """Jobs of a queue that were set aside by hand."""

    jobs: int
    #: Who held the last of them, and when.
    by: str | None = None
    at: int | None = None
    #: They are being put back.
    releasing: bool = False


@dataclass(frozen=True, kw_only=True)
class Pause(Value):
    """A queue whose jobs are parked as they come."""

    #: starting, paused; or over: some jobs are still to be put back.
    state: str
    by: str | None = None
    at: int | None = None
    #: When it ends by itself.
    until: int | None = None
    parked: int = 0
    #: Runs that began in spite of it.
    slipped: int = 0
    #: For how long nobody kept it: of runs that began then not all are counted.
    away_ms: int = 0
    #: Whether an operations process keeps it now.
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class QueueStats(Value):
    """One queue and its registries, counted without the ids whose job has expired."""

    name: str
    queued: int = 0
    started: int = 0
    scheduled: int = 0
    deferred: int = 0
    failed: int = 0
    finished: int = 0
    canceled: int = 0
    ready: int = 0
    #: Started, but the heartbeat of the run is over its deadline.
    stalled: int = 0
    #: When the job at the head was enqueued.
    oldest_enqueued_at: int | None = None
    #: Workers that listen and are not lost.
    workers: int = 0
    #: Whether a live scheduler holds this queue's lock.
    scheduler: bool = False
    held: Hold | None = None
    paused: Pause | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkerInfo(Value):
    """One worker process as RQ's hash and its command channel show it."""

    name: str
    #: RQ's word (idle, busy, suspended, started), or "no signal", or "lost".
    state: str
    queues: tuple[str, ...] = ()
    hostname: str | None = None
    pid: int | None = None
    version: str | None = None
    python_version: str | None = None
    birth: int | None = None
    last_heartbeat: int | None = None
    successful: int = 0
    failed: int = 0
    working_time: float = 0.0
    #: What it runs: {"id", "title", "started_at"}.
    jobs: tuple[dict, ...] = ()
    #: The worker is lost, and the process of its job lives.
    runs_on: bool = False
    #: Since when it has been without a sign of life.
    since: int | None = None
    #: When it was asked to end, while it still runs a job.
    leaving: int | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Totals(Value):
    """All queues together, and the workers."""

    queued: int = 0
    started: int = 0
    scheduled: int = 0
    deferred: int = 0
    failed: int = 0
    finished: int = 0
    canceled: int = 0
    ready: int = 0
    #: None where only some queues are seen: a rate limit spans queues.
    rate_limited: int | None = 0
    jobs: int = 0
    workers: int = 0
    busy: int = 0
    idle: int = 0
    lost: int = 0
    oldest_enqueued_at: int | None = None
    suspended: bool = False
    #: When the suspension ends by itself.
    suspended_until: int | None = None
    #: Jobs of all queues that are set aside: by hand, and for a pause.
    held: int = 0
    parked: int = 0


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Every bounded number at one instant."""

    #: Redis time of the read.
    as_of: int
    totals: Totals
    queues: dict[str, QueueStats]
    workers: dict[str, WorkerInfo]
    #: By job id, longest running first, at most RUNNING_MAX.
    running: dict[str, JobSummary]
    figures: dict
    #: Functions whose runs last under a second, one line each.
    gathered: tuple[dict, ...]
    #: Web processes that said so, and the pages that they have open, see webapp/headcount.py; None: not known.
    servers: int | None = None
    pages: int | None = None
    #: Everything that was looked at of what runs, and of that what is not gathered: `running` shows its head.
    runs: tuple[JobSummary, ...] = ()
    lasting: tuple[JobSummary, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Health(Value):
    """How true the page is: the hops between it and Redis."""

    redis: str
    redis_since: int
    feed: dict
    reconciled_at: int | None = None
    #: Web processes that share this Redis, and pages open on all of them; None: this Redis user may not ask.
    servers: int | None = None
    pages: int | None = None
    #: Pages open on this one.
    pages_here: int = 0
    address: str = ""
    message: str | None = None
    #: What keeps us from writing what is only ours: `level` (full, refusing), `used`, `max`; None: nothing does.
    memory: dict | None = None
    #: Why Redis is looked at less often: `reason` (slow, memory), `ms` of a reply, `every_ms` a look; None: it is not.
    easing: dict | None = None


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
