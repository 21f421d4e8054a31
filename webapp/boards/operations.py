"""What is done to many jobs, as it goes: `operations`, and `operation/<id>`. The operations process does it."""

from typing import TYPE_CHECKING, Any

from webapp.boards.board import Board, Context
from webapp.queries import operations

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


class Operations(Board):
    """All that are kept, the newest first."""

    every = 3.0
    gap = 0.5

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return operations.recent(context.reader, context.clock)

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.everything or bool(dirty.operations)


class Operation(Board):
    """One, read whenever it has written something, which is up to five times a second."""

    every = 1.0
    gap = 0.2

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return {"operation": operations.read(context.reader, context.clock, argument)}

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.everything or argument in dirty.operations
