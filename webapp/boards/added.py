"""The boards `added`: workers that were added from a page, on every server; `output/<id>`: what one of them wrote."""

from typing import TYPE_CHECKING, Any

from webapp.added_workers import supervisor_of
from webapp.boards.board import Board, Context
from webapp.errors import NotFound
from webapp.queries import added

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


class Added(Board):
    """Heard as it changes; only that a `make run` is gone tells the clock."""

    gap = 0.25

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return added.read(context.reader, context.clock.now_ms())

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.everything or dirty.added


class Output(Board):
    """At most 200 lines of 500 characters."""

    gap = 0.25
    for_admins = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        if supervisor_of(argument) is None:
            raise NotFound("There is no such worker (any more).", fix="Look at the workers as they are now.")
        return added.output(context.reader, context.rows.masks, argument)

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.everything or argument in dirty.outputs
