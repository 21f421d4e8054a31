"""Tells, from a thread of its own, when a look does not end: pages would call themselves live meanwhile."""

import threading
import time
from collections.abc import Callable

#: Seconds between two looks at the clock.
CHECK = 0.5
#: Seconds that a look may take. Those of REPLY_TIMEOUT, twice, are too long to say nothing.
LATE = 3.0


class Patience:
    """Calls `late()` once for each `begin()` that no `end()` followed within LATE seconds."""

    def __init__(self, late: Callable[[], None]) -> None:
        self._late = late
        self._due: float | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="rqlive-patience", daemon=True).start()

    def stop(self) -> None:
        """End the thread; returns at once."""
        self._stopping.set()

    def begin(self) -> None:
        self._due = time.monotonic() + LATE

    def end(self) -> None:
        self._due = None

    def _run(self) -> None:
        while not self._stopping.wait(CHECK):
            due = self._due
            if due is not None and time.monotonic() >= due:
                self._due = None
                self._late()
