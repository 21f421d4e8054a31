"""One holding of the lease of searches: several at a time, each a window in turn, until none is left.

How one search runs is in `search_run.py`; when there is a shift, in `searcher.py`.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import redis
from redis.client import PubSub
from redis.exceptions import RedisError

from jobs import _keys
from webapp.connections import Connections
from webapp.operations.lease import Lease
from webapp.operations.search_run import Gone, Lost, SearchRun, Tools
from webapp.queries.clock import RedisClock
from webapp.queries.fields import reply
from webapp.queries.titles import Titles
from webapp.search.syntax import BadQuery

log = logging.getLogger(__name__)

#: Searches that run at a time; further ones wait.
RUNNING_MAX = 4
#: Seconds between renewals of the lease, and between looks at the bell: others may have asked for more.
RENEW = 2.0
LISTEN = 0.05
#: All searches together may take this share of maxmemory, where that is set.
MEMORY_SHARE = 0.005
OPEN = (b"waiting", b"running")


def open_searches(client: redis.Redis) -> list[str]:
    """The searches that have not ended, the oldest first. One round trip, two where there are any at all."""
    known = [member.decode("utf-8", "replace") for member in client.zrange(_keys.SEARCHES, 0, -1)]
    if not known:
        return []
    pipe = client.pipeline(transaction=False)
    for search_id in known:
        pipe.hget(_keys.search(search_id), "state")
    states = pipe.execute(raise_on_error=False)
    return [search_id for search_id, state in zip(known, states, strict=True) if state in OPEN]


class SearchShift:
    """A context: all connections that it opened are closed with it."""

    def __init__(self, connections: Connections, lease: Lease, bell: PubSub) -> None:
        self._connections = connections
        self._writer = connections.writer
        self._lease = lease
        self._bell = bell
        self._clock = RedisClock()
        self._titles = Titles()
        self._work: dict[str, tuple[SearchRun, Iterator[None]]] = {}

    def __enter__(self) -> "SearchShift":
        return self

    def __exit__(self, *_: object) -> None:
        for run, _work in self._work.values():
            run.close()

    def run(self, stopping: threading.Event) -> None:
        """Returns when nothing is left to search, or it is to stop. Raises Lost, redis.RedisError."""
        renew_at = time.monotonic() + RENEW
        listen_at = time.monotonic() + LISTEN
        self._find_work()
        while self._work and not stopping.is_set():
            self._turn()
            if time.monotonic() >= renew_at:
                renew_at = time.monotonic() + RENEW
                if not self._lease.take():
                    raise Lost
            if time.monotonic() >= listen_at:
                listen_at = time.monotonic() + LISTEN
                if self._bell.get_message(timeout=0.0) is not None:
                    self._find_work()

    def _turn(self) -> None:
        """One step of each search."""
        for search_id, (run, work) in list(self._work.items()):
            try:
                next(work)
                continue
            except (StopIteration, Gone):
                pass
            except (Lost, RedisError, OSError):
                raise
            except Exception as error:
                self._give_up(run, error)
            run.close()
            del self._work[search_id]
            self._find_work()

    @staticmethod
    def _give_up(run: SearchRun, error: Exception) -> None:
        if not isinstance(error, BadQuery):
            log.error("A search failed", exc_info=error)
        with suppress(Gone):
            run.fail("bad_query" if isinstance(error, BadQuery) else "internal")

    def _find_work(self) -> None:
        """Begin, or go on with, the oldest searches that nobody carries. Up to five round trips."""
        room = RUNNING_MAX - len(self._work)
        waiting = [one for one in open_searches(self._writer) if one not in self._work][:room] if room else []
        if not waiting:
            return
        pipe = self._writer.pipeline(transaction=False)
        pipe.time().info("memory")
        for search_id in waiting:
            pipe.hgetall(_keys.search(search_id))
        moment, memory, *found = (reply(answer) for answer in pipe.execute(raise_on_error=False))
        self._clock.absorb(moment)
        tools = self._tools((memory or {}).get("maxmemory") or 0)
        for search_id, stored in zip(waiting, found, strict=True):
            if stored:
                run = SearchRun(search_id, stored, tools)
                self._work[search_id] = run, run.work()

    def _tools(self, maxmemory: int) -> Tools:
        """`maxmemory` 0 means that the server has no limit."""
        reader = self._connections.reader
        self._titles.refresh(reader)
        share = int(maxmemory * MEMORY_SHARE / _keys.SEARCHES_MAX) if maxmemory else _keys.SEARCH_HITS_BYTES
        most = min(_keys.SEARCH_HITS_BYTES, share)
        return Tools(reader, self._writer, self._clock, self._titles.of, self._lease.key, self._lease.owner, most)
