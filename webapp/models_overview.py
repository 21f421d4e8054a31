"""What the overview tells, as frozen values: queues, workers, totals, and how true all of it is. No I/O, no clock."""

from dataclasses import dataclass

from webapp.models import JobSummary, Value


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
    #: There are more queues or workers than are read: the first by name are, and these sums are theirs.
    cut: bool = False


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
