"""Who is behind the jobs of a list, for the facets of the Jobs page: `facets/<queue>/<status>`, either may be empty."""

from typing import TYPE_CHECKING, Any

from webapp.boards.board import Board, Context
from webapp.errors import BadInput
from webapp.live.events import list_topic
from webapp.models import STATUSES
from webapp.queries.facets import FacetReader

if TYPE_CHECKING:
    from webapp.live.interest import Dirty


class Facets(Board):
    """Bounded by SHOWN_MAX functions and workers, looked for among LOOKED_AT_MAX jobs."""

    every = 10.0
    gap = 2.0
    narrows = True

    def __init__(self) -> None:
        self._reader = FacetReader()

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        queue, _, status = argument.rpartition("/")
        if status and status not in STATUSES:
            raise BadInput(f"There is no status {status[:40]!r}.", fix=f"Use one of: {', '.join(STATUSES)}.")
        context.titles.refresh(context.reader)
        return self._reader.read(
            context.reader, context.clock, context.rows, context.titles, queue, status, context.rights
        )

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        """Whether this list may have changed."""
        return dirty.concerns_list(list_topic(argument))
