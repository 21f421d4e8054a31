"""The board `unlisted`: jobs of statuses that RQ lists nowhere, or not by queue."""

from typing import TYPE_CHECKING, Any

from webapp.boards.board import Board, Context
from webapp.queries import unlisted

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


class Unlisted(Board):
    """The recorder writes at most every 2 s. That it has died no notice tells."""

    every = 15.0

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return unlisted.read(context.reader)

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.unlisted or dirty.may_be_anything
