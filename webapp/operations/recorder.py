"""The recorder's thread: holds the lease whenever it can, and records while it does.

One at a time in an installation; any other process of ours takes over a lease that has expired. Says each thing once.
What is counted, and how, is in `tenure.py`.
"""

import logging
import threading
from collections.abc import Callable

from redis.exceptions import RedisError

from jobs import _keys
from webapp.connections import Connections
from webapp.memory import FINE
from webapp.operations.errors import AWAY_ERRORS
from webapp.operations.lease import Lease
from webapp.operations.pending import Pending
from webapp.operations.tenure import Tenure

log = logging.getLogger(__name__)

#: Seconds between attempts to take a lease that another process holds.
STANDBY = 2.0
#: Seconds between attempts while Redis is away, and while it refuses to be written.
AWAY = 1.0
REFUSED = 60.0
#: Seconds between looks whether Redis has room again.
NEARLY_FULL = 5.0


class Recorder:
    """`run()` is meant for a thread of its own, `stop()` for any other."""

    def __init__(self, connections: Connections, mode: str) -> None:
        self._connections, self._memory = connections, connections.memory
        self._mode = mode
        self._stopping = threading.Event()
        self._pending = Pending()
        self._lease = Lease(connections.writer, "recorder")
        self._said = ""

    def run(self) -> None:
        """Record whenever the lease can be had, until `stop()`. Never raises."""
        while not self._stopping.is_set():
            pause = self._attempt(self._hold_or_stand_by)
            self._stopping.wait(pause)

    def stop(self) -> None:
        """Let `run()` write what it has, give up the lease and return; waits for nothing."""
        self._stopping.set()
        self._pending.bell.set()

    def _hold_or_stand_by(self) -> float:
        if not self._memory.may_keep():
            self._say(f"Figures are not recorded: Redis is {self._memory.percent} % full. They go on when it has room.")
            return NEARLY_FULL
        if not self._lease.take():
            self._say("Another operations process records the figures; this one stands by.")
            return STANDBY
        tenure = Tenure(self._connections, self._lease, self._mode, self._pending)
        try:
            tenure.begin()
            self._say("Figures are recorded.")
            while not self._stopping.is_set() and self._step(tenure):
                pass
            if self._stopping.is_set():
                tenure.flush()
            if self._stopping.is_set() or self._memory.level != FINE:
                self._lease.release(_keys.RECORDER)
        finally:
            tenure.end()
        return 0.0

    def _step(self, tenure: Tenure) -> bool:
        """False where the lease is lost, or Redis is nearly full. The tenure outlives that it goes away."""
        try:
            held = tenure.step(self._stopping)
        except AWAY_ERRORS as error:
            self._say(f"Redis is away: {error}. Figures go on when it answers.")
            self._stopping.wait(AWAY)
            return True
        self._say("Figures are recorded.")
        return held and self._memory.level == FINE

    def _attempt(self, act: Callable[[], float]) -> float:
        """Seconds to wait after `act`, whatever became of it."""
        try:
            return act()
        except AWAY_ERRORS as error:
            self._say(f"Redis is away: {error}. Figures go on when it answers.")
            return AWAY
        except RedisError as error:
            self._say(
                f"Figures are not recorded, since Redis refuses: {error}. Give RQ Live a user that may write "
                f"{_keys.PREFIX}*, or set RQLIVE_RECORD=0."
            )
            return REFUSED
        except Exception:
            log.exception("The recorder met an error of its own and starts anew.")
            return AWAY

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            log.info(text)
