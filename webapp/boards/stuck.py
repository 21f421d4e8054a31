"""Stuck work in one place: `stuck`. Counts and the first jobs of each kind, and how far was looked."""

import threading
import time
from typing import Any

from webapp.boards.board import Board, Context
from webapp.queries.stuck import StuckReader

#: Seconds without a look after which what was remembered is no longer true.
FORGET = 60.0


class Stuck(Board):
    """Its walks go on while somebody looks, and begin anew where nobody did for a minute."""

    every = gap = 2.0
    narrows = True

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader = StuckReader()
        self._read_at = 0.0

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        """At most eight kinds of twenty jobs, each with one that it waits for. Costs what `StuckReader.read` costs."""
        overview = context.overview()
        with self._lock:
            if time.monotonic() - self._read_at > FORGET:
                self._reader = StuckReader()
            self._read_at = time.monotonic()
            now = context.clock.now_ms()
            return self._reader.read(context.reader, context.rows, overview, now, context.rights)
