"""The board "notes/<job id>": what people left on a job for each other."""

from typing import TYPE_CHECKING, Any

from webapp import scoped
from webapp.boards.board import Board, Context
from webapp.queries import notes

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


class Notes(Board):
    """Read when a note comes or goes; in between only in case that a notice was lost."""

    every = 30.0
    gap = 0.1
    narrows = True

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        found = context.rows.rows(context.reader, [argument]) if context.rights.is_narrowed else []
        if len(scoped.rows(found, context.rights)) < len(found):
            raise notes.no_job(argument)
        return notes.read(context.reader, context.rows.redactor, argument)

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        return dirty.everything or argument in dirty.notes
