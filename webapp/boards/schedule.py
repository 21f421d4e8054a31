"""The boards of what is to come: `schedule` (scheduled jobs) and `cron` (RQ's cron processes and their jobs)."""

from typing import TYPE_CHECKING, Any

from webapp.boards.board import Board, Context
from webapp.queries import cron, schedule

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


class Schedule(Board):
    """Locks and heartbeats of schedulers send no notices, and that a job is overdue only the clock tells."""

    every = 3.0
    lists = frozenset({"scheduled"})
    narrows = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        context.titles.refresh(context.reader)
        overview, now = context.overview(), context.clock.now_ms()
        return schedule.read(context.reader, context.rows, overview, now, context.rights)

    def jobs(self, value: dict[str, Any]) -> frozenset[str]:
        return frozenset(job["id"] for job in value["jobs"])


class Cron(Board):
    """That a run was missed only the clock tells."""

    every = 3.0
    narrows = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        context.titles.refresh(context.reader)
        told = cron.read(context.reader, context.titles, context.rows.redactor, context.clock.now_ms())
        return cron.within(told, context.rights)

    def jobs(self, value: dict[str, Any]) -> frozenset[str]:
        return frozenset(run["id"] for job in value["jobs"] for run in job["runs"])

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.cron or super().concerned(dirty, argument, value)
