"""The board `flow`: arrivals against completions of each queue."""

from typing import Any

from webapp.boards.board import Board, Context
from webapp.queries.flow import FlowReader


class Flow(Board):
    """The recorder writes every 2 s while anything happens."""

    every = 4.0
    narrows = True

    def __init__(self) -> None:
        self._reader = FlowReader()

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return self._reader.read(context.reader, context.clock.now_ms(), context.rights)
