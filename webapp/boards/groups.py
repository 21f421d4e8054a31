"""The boards `groups`, `groups/<from>` (a later page), `group/<name>` and `limits`."""

from typing import TYPE_CHECKING, Any

from webapp.boards.board import Board, Context
from webapp.errors import BadInput
from webapp.queries import groups, groups_within, limits
from webapp.queries.statuses import Statuses

if TYPE_CHECKING:
    from webapp.live.interest import Dirty

#: Seconds between two reads while not every member was looked at.
HURRY, CALM = 1.0, 5.0


class Groups(Board):
    """A page of groups, by name. Statuses of members come over several reads, a bounded number each."""

    narrows = True

    def __init__(self) -> None:
        self._statuses = Statuses()

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        if not argument.isdecimal() and argument:
            raise BadInput(f"{argument[:40]!r} is no place in the list of groups.", fix="Use groups/50, or groups.")
        start = int(argument[:9] or 0)
        if context.rights.is_narrowed:
            self.every = CALM
            context.titles.refresh(context.reader)
            return groups_within.read(context.reader, context.rows, start, context.rights)
        value = groups.read(context.reader, self._statuses, start)
        most = groups.share(len(value["groups"]))
        done = all(group["looked_at"] >= min(group["total"], most) for group in value["groups"])
        self.every = CALM if done else HURRY
        return value

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.everything or bool(dirty.groups) or self._statuses.heard(dirty.jobs)


class Group(Board):
    """One group with its first jobs."""

    narrows = True

    def __init__(self) -> None:
        self._statuses = Statuses()

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        context.titles.refresh(context.reader)
        if context.rights.is_narrowed:
            self.every = CALM
            return groups_within.read_one(context.reader, context.rows, argument, context.rights)
        value = groups.read_one(context.reader, context.rows, self._statuses, argument)
        self.every = CALM if value["looked_at"] >= min(value["total"], groups.MEMBERS_MAX) else HURRY
        return value

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        heard = self._statuses.heard(dirty.jobs)
        return heard or dirty.everything or argument in dirty.groups


class Limits(Board):
    """Every rate limit. Its keys tell of each change; that a run is over only the clock."""

    lists = frozenset({"rate_limited"})
    narrows = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        context.titles.refresh(context.reader)
        return limits.within(limits.read(context.reader, context.rows, context.clock.now_ms()), context.rights)

    def jobs(self, value: dict[str, Any]) -> frozenset[str]:
        return frozenset(job["id"] for limit in value["limits"] for job in [*limit["holders"], *limit["heads"]])
