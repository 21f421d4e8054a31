"""One holding of a lease: several pieces of work at a time, each a step in turn, until none is left.

What the work is says a `Trade` (searches, operations); when there is a shift, `desk.py`.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol

import redis
from redis.client import PubSub
from redis.exceptions import RedisError

from webapp.connections import Connections
from webapp.operations.lease import Lease
from webapp.queries.clock import RedisClock
from webapp.queries.fields import reply
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles
from webapp.redact.redactor import Redactor
from webapp.redact.rules import Rules

log = logging.getLogger(__name__)

#: Seconds between renewals of the lease, and between looks at the bell: others may have asked for more.
RENEW = 2.0
LISTEN = 0.05


class Gone(Exception):
    """What was worked at was thrown away."""


class Lost(Exception):
    """Another process holds the lease."""


class Run(Protocol):
    """A piece of work. It goes on from where its hash in Redis says."""

    def work(self) -> Iterator[float | None]:
        """Steps of some milliseconds; each yields how many seconds to wait before the next. Raises Gone, Lost."""

    def fail(self, error: Exception) -> None:
        """Write down that it cannot be done. Raises Gone, Lost, redis.RedisError."""

    def close(self) -> None:
        """Give its connections up."""


class Trade(Protocol):
    """A kind of work that is asked for in Redis."""

    #: Of its lease; and what cannot be done while Redis refuses.
    name: str
    #: Pub/sub channel that rings when there is work, or it is to end.
    bell: str
    #: Pieces worked at at a time; further ones wait.
    running_max: int
    #: What is masked in what its work tells.
    rules: Rules
    #: Whether it waits while Redis is nearly full.
    is_extra: bool

    def open(self, client: redis.Redis) -> list[str]:
        """What there is to do, the oldest first."""

    def key(self, work_id: str) -> str:
        """The hash of a piece of work."""

    def begin(self, work_id: str, stored: dict[bytes, bytes], tools: "Tools") -> Run:
        """Go on with it from what its hash holds."""


class Tools:
    """What all work of one shift shares."""

    def __init__(self, connections: Connections, lease: Lease, rules: Rules | None = None) -> None:
        self.reader = connections.reader
        self.writer = connections.writer
        self.clock = RedisClock()
        self.titles = Titles()
        #: What may be told of jobs.
        self.redactor = Redactor(self.titles, rules)
        self.rows = RowReader(self.titles, self.redactor)
        self.lease_key = lease.key
        self.owner = lease.owner
        #: Bytes; 0 where the server has no limit.
        self.maxmemory = 0


class Shift:
    """A context: all connections that it opened are closed with it."""

    def __init__(self, trade: Trade, connections: Connections, lease: Lease, bell: PubSub) -> None:
        self._trade = trade
        self._memory = connections.memory
        self._lease = lease
        self._bell = bell
        self._tools = Tools(connections, lease, trade.rules)
        self._work: dict[str, tuple[Run, Iterator[float | None]]] = {}
        #: Monotonic time of the next step of each.
        self._next: dict[str, float] = {}

    def __enter__(self) -> "Shift":
        return self

    def __exit__(self, *_: object) -> None:
        for run, _work in self._work.values():
            run.close()

    def run(self, stopping: threading.Event) -> None:
        """Returns when nothing is left to do, it is to stop, or Redis is nearly full. Raises Lost, RedisError."""
        renew_at = time.monotonic() + RENEW
        listen_at = time.monotonic() + LISTEN
        self._find_work()
        while self._work and not stopping.is_set():
            self._turn()
            if time.monotonic() >= renew_at:
                renew_at = time.monotonic() + RENEW
                if self._trade.is_extra and not self._memory.may_keep():
                    return
                if not self._lease.take():
                    raise Lost
            rest = self._rest()
            if rest or time.monotonic() >= listen_at:
                listen_at = time.monotonic() + LISTEN
                if self._bell.get_message(timeout=rest) is not None:
                    self._find_work()

    def _rest(self) -> float:
        """Seconds in which there is nothing to do, at most LISTEN."""
        return max(0.0, min(LISTEN, min(self._next.values(), default=0.0) - time.monotonic()))

    def _turn(self) -> None:
        """One step of each whose time has come."""
        for work_id, (run, work) in list(self._work.items()):
            if self._next[work_id] > time.monotonic():
                continue
            try:
                self._next[work_id] = time.monotonic() + (next(work) or 0.0)
                continue
            except (StopIteration, Gone):
                pass
            except (Lost, RedisError, OSError):
                raise
            except Exception as error:
                with suppress(Gone):
                    run.fail(error)
            run.close()
            del self._work[work_id], self._next[work_id]
            self._find_work()

    def _find_work(self) -> None:
        """Begin, or go on with, the oldest that nobody carries. Up to five round trips."""
        room = self._trade.running_max - len(self._work)
        client = self._tools.writer
        waiting = [one for one in self._trade.open(client) if one not in self._work][:room] if room else []
        if not waiting:
            return
        pipe = client.pipeline(transaction=False)
        pipe.time().info("memory")
        for work_id in waiting:
            pipe.hgetall(self._trade.key(work_id))
        moment, memory, *found = (reply(answer) for answer in pipe.execute(raise_on_error=False))
        self._tools.clock.absorb(moment)
        self._tools.maxmemory = (memory or {}).get("maxmemory") or 0
        self._tools.titles.refresh(self._tools.reader)
        for work_id, stored in zip(waiting, found, strict=True):
            if stored:
                run = self._trade.begin(work_id, stored, self._tools)
                self._work[work_id] = run, run.work()
                self._next[work_id] = 0.0
