"""The board "graph/<job id>": what a job waits for, and what waits for it."""

from collections import OrderedDict
from typing import Any

from webapp.boards.board import Board, Context
from webapp.errors import NotFound
from webapp.queries import graph

#: Jobs whose edges are remembered per web process; at most 60 of about 150 bytes each.
REMEMBERED_MAX = 200


class Graph(Board):
    """Remembers the edges of a graph that is watched: RQ forgets the dependents of a job that has finished."""

    #: A new dependent changes the list of deferred jobs, and no hash that the graph shows.
    lists = frozenset({"deferred"})
    narrows = True

    def __init__(self) -> None:
        self._edges: OrderedDict[str, list[graph.Edge]] = OrderedDict()

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        """{"jobs", "edges", "more"}, see `queries/graph.py`. At most nine round trips. Raises NotFound."""
        context.titles.refresh(context.reader)
        value, edges = graph.read(context.reader, context.rows, argument, self._edges.pop(argument, ()), context.rights)
        if value is None:
            raise NotFound(f"There is no job {argument[:100]!r}.")
        self._edges[argument] = edges
        while len(self._edges) > REMEMBERED_MAX:
            self._edges.popitem(last=False)
        return value

    def jobs(self, value: dict[str, Any]) -> frozenset[str]:
        return frozenset(job["id"] for job in value["jobs"])
