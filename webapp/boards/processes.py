"""The board `processes`: schedulers, cron processes, the recorder, and what becomes of lost workers."""

from typing import Any

from webapp.boards.board import Board, Context
from webapp.queries import processes


class Processes(Board):
    """Heartbeats come each second from schedulers and each minute from cron: no change of a list tells of them."""

    every = 3.0

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return processes.read(context.reader, context.overview(), context.clock.now_ms())
