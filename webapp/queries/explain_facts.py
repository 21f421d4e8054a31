"""What is read of a job that waits, as frozen values: the ground on which `explain.py` reasons. No I/O, no clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from webapp.models import JobSummary
from webapp.models_overview import Overview, WorkerInfo

#: Statuses of a parent after which its dependents run; `failed` where the dependent allows it.
MET = frozenset({"finished"})
#: Statuses of a parent that nobody takes on by himself.
DEAD = frozenset({"failed", "stopped", "canceled"})


@dataclass(frozen=True, kw_only=True)
class Node:
    """A job on the way from a job that waits to what it waits for."""

    id: str
    #: None: its hash is gone.
    status: str | None
    parents: tuple[str, ...] = ()
    allows_failure: bool = False
    #: Ids that hold the slots for which it waits.
    holders: tuple[str, ...] = ()
    queue: str | None = None
    #: Whether a run of it has a heartbeat that is not overdue.
    runs: bool = False


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the job, as its execution and the started registry tell."""

    worker: str | None = None
    #: When its next heartbeat is due at the latest, epoch ms; None where RQ sets no limit.
    deadline: int | None = None
    #: Whether the started registry of its queue has it.
    listed: bool = False


@dataclass(frozen=True, kw_only=True)
class Slots:
    """A rate limit, as the job that waits for a slot of it finds it."""

    key: str
    slots: int
    #: Ids that hold a slot.
    holders: tuple[str, ...] = ()
    #: Jobs that wait before it; None where it is not among those that wait.
    ahead: int | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one read found."""

    #: Redis time of the read, epoch ms.
    now: int
    row: JobSummary
    overview: Overview | None = None
    suspended: bool = False
    #: Milliseconds until workers go on by themselves; None: not by themselves.
    suspended_left: int | None = None
    #: Jobs before it in its queue; None where it is not within `searched` places of either end.
    position: int | None = None
    queued: int = 0
    searched: int = 0
    #: Whether a worker has taken it from its queue and not started it.
    intermediate: bool = False
    #: held or parked: it is set aside.
    aside: str | None = None
    runs: tuple[Run, ...] = ()
    #: Whether the registry of its status has it.
    registered: bool = True
    #: When it came into the registry of jobs that are ready, epoch ms.
    ready_since: int | None = None
    #: Whether somebody puts the scheduled jobs of its queue into it.
    scheduler_alive: bool = False
    #: Runs that began in its queue within `covered_ms` of the last minutes.
    starts: int = 0
    covered_ms: int = 0
    limit: Slots | None = None
    #: Jobs between it and what it waits for, by id; itself too.
    graph: Mapping[str, Node] = field(default_factory=dict)
    #: Whether there was more to walk.
    cut: bool = False
    #: Parents that will tell it when they end.
    told_by: frozenset[str] = frozenset()
    retries_left: int | None = None
    repeats_left: int | None = None
    #: (actor, epoch ms) of who stopped or canceled it, where our activity still has it.
    done_by: tuple[str, int] | None = None

    @property
    def queue(self) -> str:
        return self.row.queue or ""

    def listeners(self) -> Iterator[WorkerInfo]:
        """Workers of its queue, in whatever state."""
        for worker in self.overview.workers.values() if self.overview else ():
            if self.queue in worker.queues:
                yield worker

    def alive(self) -> list[WorkerInfo]:
        """Workers of its queue that live."""
        return [worker for worker in self.listeners() if worker.state not in ("lost", "no signal")]


@dataclass(frozen=True)
class Reason:
    """Why it does not run: a code with its figures, which the page puts into words."""

    code: str
    figures: dict = field(default_factory=dict)
    #: Ids of the jobs that it is about, the most telling first.
    jobs: tuple[str, ...] = ()
    #: What is said while this may still be a moment between two writes; None: it is so at once.
    until: "Reason | None" = None
