"""Work that dashboards show: a queue, one worker, jobs that sleep. One kind for each queue library."""

from abc import ABC, abstractmethod

from bench._stage import Stage

#: The queues of an installation; jobs are run on the first.
QUEUES = ("default", "high", "low", "emails", "reports")


class Work(ABC):
    """Jobs of one queue library on a stage; `default` is its queue."""

    #: What runs the jobs.
    name: str

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @abstractmethod
    def start(self, busy: bool = False) -> None:
        """Start a worker; returns when it listens. `busy`: one that keeps up with a hundred jobs a second."""

    @abstractmethod
    def create(self, seconds: float) -> str:
        """A job that will sleep for so long once it is begun; its id."""

    @abstractmethod
    def begin(self, job_id: str) -> None:
        """Let the worker have it."""

    def running_since(self, job_id: str) -> dict[str, float]:
        """When its worker wrote what of it, epoch milliseconds; while it runs."""
        return {}

    @abstractmethod
    def ended_at(self, job_id: str) -> float:
        """When it was written that it has ended, epoch milliseconds; waits for it."""

    @abstractmethod
    def finished(self) -> int:
        """How many jobs of the queue have finished."""

    @abstractmethod
    def seed(self, count: int, queue: str = "default") -> None:
        """So many finished jobs more."""

    @abstractmethod
    def feed(self, rate: float, seconds: float) -> None:
        """Jobs that do nothing, so many a second; returns after so long."""
