"""What is done to many jobs, as it goes: `operations`, and `operation/<id>`. The operations process does it."""

from typing import TYPE_CHECKING, Any

from webapp.boards.board import Board, Context
from webapp.queries import operations

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


#: Seconds between two reads while one goes on, and while none does: every page watches it.
BUSY, CALM = 3.0, 30.0
#: Milliseconds after its end for which one is listed.
LISTED_MS = 3_600_000
#: What the list leaves to the board of one.
LEFT_OUT = frozenset({"facets", "skipped", "sample", "runs", "scanned", "expected"})


class Operations(Board):
    """Those that go on, and those that ended within the last hour, the newest first: at most some 30 KB."""

    every = CALM
    gap = 0.5
    narrows = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        now = context.clock.now_ms()
        kept = operations.recent(context.reader, context.clock, context.rights)["operations"]
        self.every = BUSY if any(one["ended_at"] is None for one in kept) else CALM
        return {"operations": [_listed(one) for one in kept if (one["ended_at"] or now) > now - LISTED_MS]}

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        """Every page watches it: a look at all is no reason to read it, while none goes on."""
        return dirty.may_be_anything or bool(dirty.operations)


def _listed(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in LEFT_OUT}


class Operation(Board):
    """One, read whenever it has written something, which is up to five times a second."""

    every = 1.0
    gap = 0.2
    narrows = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return {"operation": operations.read(context.reader, context.clock, argument, context.rights)}

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.everything or argument in dirty.operations
