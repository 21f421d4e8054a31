"""What every board is: its pace, what concerns it, and how it is read. No I/O of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import redis

from webapp.models import Overview
from webapp.queries.clock import RedisClock
from webapp.queries.job import JobReader
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


@dataclass(frozen=True)
class Context:
    """What a board is read with: shared by all of one web process."""

    reader: redis.Redis
    clock: RedisClock
    titles: Titles
    rows: RowReader
    jobs: JobReader
    #: The overview, at most a second old. Raises DashboardError.
    overview: Callable[[], Overview]


class Board:
    """One bounded value. A subclass says how it is read, and may remember what spares it reading again.

    Its name on the wire is `name`, or `name/argument` where it is about one thing.
    """

    #: Seconds between two reads while it is watched, whatever happens.
    every = 5.0
    #: Least seconds between two reads while changes pour in.
    gap = 1.0
    #: Statuses of lists whose change makes it read sooner.
    lists: frozenset[str] = frozenset()

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        """The value now, of at most some hundred KB as JSON. Raises redis.RedisError, DashboardError."""
        raise NotImplementedError

    def jobs(self, value: dict[str, Any]) -> frozenset[str]:
        """Ids of the jobs that `value` tells of: a change of one makes it read sooner."""
        return frozenset()

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        """Whether what changed may change the value."""
        if dirty.everything or any(status in self.lists for _, status in dirty.lists):
            return True
        return bool(value) and not self.jobs(value).isdisjoint(dirty.jobs)
