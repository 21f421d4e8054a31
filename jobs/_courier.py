"""The one thread that carries a run's lines and progress out of the process: when it is due, as much as is decent.

It never raises into the job and nobody waits for it but the end of the run, for half a second. Where things are
delivered is the post's affair: `_post.py` in the process of the job, `_children.py` in its children.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from jobs import _keys, _progress
from jobs._log import Line, Tail

if TYPE_CHECKING:
    from jobs._run import Run

#: Seconds between two deliveries: at most ten writes a second.
TICK = 0.1
#: Seconds to wait after a delivery that failed, doubled up to the second figure.
PAUSE, PAUSE_MAX = 0.5, 5.0


class Post(Protocol):
    """Where a courier delivers."""

    def deliver(self, lines: list[Line], stages: list[dict[str, Any]] | None, lifetime: int | None) -> bool:
        """Hand over lines, the stages if they have changed, and at the end of a run how long its log is kept (s).

        Returns False if nobody will ever want more. Raises when it should be tried again.
        """

    def close(self) -> None:
        """Let go of the connection."""


class Courier:
    """Carries what is in a run's mailbox and on its board to the post."""

    def __init__(self, run: "Run", make_post: Callable[[], Post]) -> None:
        """`make_post` is called in the courier's thread: what it costs or raises is not the job's."""
        #: True while it sleeps until it is woken.
        self.idle = False
        self._run, self._make_post = run, make_post
        self._tail = Tail()
        self._board: list[tuple] = []
        self._version = 0
        self._due = self._pause = 0.0
        self._closing = False
        self._lifetime: int | None = None
        # Its put() may be called again while it runs, from a signal handler: no lock of Python's own may.
        self._signal: SimpleQueue[None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="job-courier", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to carry."""
        self.idle = False
        self._signal.put(None)

    def close(self, timeout: float, lifetime: int | None = None) -> None:
        """Deliver the rest and end. Returns after `timeout` seconds at the latest."""
        self._lifetime = lifetime
        self._closing = True
        self._signal.put(None)
        self._thread.join(timeout)

    def _work(self) -> None:
        self._run.courier_thread = threading.get_ident()
        with suppress(Exception):
            post = self._make_post()
            while not self._closing:
                self._deliver(post)
                self._sleep()
            self._deliver(post)
            post.close()

    def _sleep(self) -> None:
        """Until the next delivery is due, or until there is something to deliver."""
        if self._has_no_news():
            self.idle = True
            if self._has_no_news():
                self._nap(None)
            self.idle = False
        while (rest := self._due - monotonic()) > 0 and not self._closing:
            self._nap(rest)

    def _nap(self, seconds: float | None) -> None:
        with suppress(Empty):
            self._signal.get(timeout=seconds)

    def _has_no_news(self) -> bool:
        run = self._run
        watched = run.mailbox or run.stages or run.guests or self._tail or self._closing
        return not watched and self._version == run.version

    def _deliver(self, post: Post) -> None:
        version = self._run.version
        self._tail.take(self._run.mailbox)
        stages = _progress.snapshot(self._run, monotonic()) if version else []
        board = [_progress.essence(stage) for stage in stages]
        lines = self._tail.lines()
        if lines or board != self._board or self._closing:
            try:
                if not self._run.muted:
                    changed = stages if board != self._board else None
                    self._run.muted = not post.deliver(lines, changed, self._lifetime)
            except Exception:
                self._pause = min(self._pause * 2 or PAUSE, PAUSE_MAX)
                self._due = monotonic() + self._pause
                return
        self._board, self._version, self._pause = board, version, 0.0
        # A flood may fill a log once a second, not ten times.
        self._due = monotonic() + TICK + self._tail.delivered() / _keys.LOG_BYTES
