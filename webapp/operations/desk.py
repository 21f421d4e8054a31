"""A desk's thread: waits for the bell of its trade, holds a lease while there is something to do, and does it.

One process at a time in an installation; another takes over from one that died. Idle, it costs Redis a look in
LOOK seconds: who asks for something rings the bell. What is done under the lease is in `shift.py`, for pauses in
`pause_shift.py`.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from redis.client import PubSub
from redis.exceptions import RedisError

from webapp.connections import Connections
from webapp.operations.errors import AWAY_ERRORS
from webapp.operations.lease import LEASE_MS, Lease
from webapp.operations.pauses import Pauses
from webapp.operations.shift import Lost, Shift, Trade

log = logging.getLogger(__name__)

#: Seconds between looks for work of which no bell has told: a Redis user may lack the right to ring.
LOOK = 30.0
#: Seconds for which a thread waits at the bell before it looks whether it is to stop. The socket is watched, Redis is
#: not asked.
LISTEN = 0.2
#: Seconds between attempts to take the lease from one that may have died.
STANDBY = 1.0
#: Seconds between attempts while Redis is away, and while it refuses to be written.
AWAY, REFUSED = 1.0, 60.0
#: Seconds between looks whether Redis has room again.
NEARLY_FULL = 5.0


class Desk:
    """`run()` is meant for a thread of its own, `stop()` for any other."""

    def __init__(
        self, connections: Connections, trade: Trade | Pauses, shift: Callable = Shift, life_ms: int = LEASE_MS
    ) -> None:
        """`life_ms`: how long the lease outlives a holder that died."""
        self._connections = connections
        self._trade = trade
        self._shift = shift
        self._stopping = threading.Event()
        self._lease = Lease(connections.writer, trade.name, life_ms)
        self._said = ""

    def run(self) -> None:
        """Do whatever is asked for, until `stop()`. Never raises."""
        while not self._stopping.is_set():
            self._stopping.wait(self._attempt())

    def stop(self) -> None:
        """Let `run()` give up the lease and return; waits for nothing."""
        self._stopping.set()

    def _attempt(self) -> float:
        """Seconds to wait until the next one."""
        bell = self._connections.writer.pubsub(ignore_subscribe_messages=True)
        try:
            bell.subscribe(self._trade.bell)
            while not self._stopping.is_set():
                self._work_or_wait(bell)
            return 0.0
        except AWAY_ERRORS as error:
            log.debug("Nothing is done about %s: %s", self._trade.name, error)
            return AWAY
        except RedisError as error:
            self._say(f"Nothing can be done about {self._trade.name}, since Redis refuses: {error}.")
            return REFUSED
        except Exception:
            log.exception("The desk of %s met an error of its own and starts anew.", self._trade.name)
            return AWAY
        finally:
            bell.close()

    def _work_or_wait(self, bell: PubSub) -> None:
        if not self._trade.open(self._connections.writer):
            self._wait_for(bell)
        elif self._trade.is_extra and not self._connections.memory.may_keep():
            self._stopping.wait(NEARLY_FULL)
        elif self._lease.take():
            with self._shift(self._trade, self._connections, self._lease, bell) as shift, suppress(Lost):
                shift.run(self._stopping)
            self._lease.release()
        else:
            self._stopping.wait(STANDBY)

    def _wait_for(self, bell: PubSub) -> None:
        end = time.monotonic() + LOOK
        while not self._stopping.is_set() and time.monotonic() < end:
            if bell.get_message(timeout=LISTEN) is not None:
                return

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            log.info(text)
