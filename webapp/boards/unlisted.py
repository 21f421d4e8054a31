"""The board `unlisted`: jobs of statuses that RQ lists nowhere, or not by queue."""

from typing import TYPE_CHECKING, Any

from webapp.boards.board import Board, Context
from webapp.queries import unlisted

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


class Unlisted(Board):
    """The recorder writes at most every 2 s. That it has died no notice tells."""

    every = 15.0
    narrows = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        found = unlisted.read(context.reader)
        for status in unlisted.STATUSES:
            found[status] = {queue: n for queue, n in found[status].items() if context.rights.sees_queue(queue)}
        return found

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.unlisted or dirty.may_be_anything
