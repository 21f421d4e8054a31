"""What every board is: its pace, what concerns it, who may see it, and how it is read. No I/O of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import redis

from webapp.models_overview import Overview
from webapp.queries.clock import RedisClock
from webapp.queries.job import JobReader
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles
from webapp.rights import EVERYTHING, Rights

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
    #: The overview of the whole installation, at most a second old. Raises DashboardError.
    whole: Callable[[], Overview]
    #: Whoever looks may see no more than these cover. Each set of rights has boards of its own, with a memory of their
    #: own: what is read for narrowed rights is read of what they cover.
    rights: Rights = EVERYTHING
    narrow: Callable[[Overview, Rights], Overview] = lambda overview, rights: overview

    def overview(self) -> Overview:
        """The overview of what `rights` cover, at most a second old. Raises DashboardError."""
        return self.narrow(self.whole(), self.rights)


class Board:
    """One bounded value. A subclass says how it is read, and may remember what spares it reading again.

    Its name on the wire is `name`, or `name/argument` where it is about one thing.
    """

    #: Seconds between two reads while it is watched, whatever happens.
    every = 5.0
    #: Least seconds between two reads while changes pour in.
    gap = 1.0
    #: Whether `read` tells nothing beyond `context.rights`. A board that does not say so is for who may see all.
    narrows = False
    #: Whether only an admin who may see all may look at it.
    for_admins = False
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
