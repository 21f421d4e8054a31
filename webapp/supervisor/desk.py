"""Where a `make run` hears through Redis what it is asked to do, and tells of the workers that it added.

Two threads, so that the supervisor itself never waits for Redis: one hears, one tells. What is told is the whole each
time that something changed or a heartbeat is due, so that a Redis that was emptied or started anew knows it again.
"""

import collections
import json
import os
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from jobs import _keys
from jobs._address import client

#: Seconds.
HEARTBEAT = 5.0
#: Between two tellings: a chatty worker writes thousands of lines a second.
PACE = 0.25
HEAR_TIMEOUT = 5
AGAIN = 1.0
REPLY_TIMEOUT = 2.0
#: At the end there is hardly time.
LAST_TIMEOUT = 0.3


class Desk:
    """The desk of the `make run` called `supervisor`, whose web process is called `server`."""

    def __init__(self, redis_url: str, supervisor: str, server: str) -> None:
        self._url = redis_url
        self.supervisor = supervisor
        self._server = server
        self.fd, self._wake_fd = os.pipe()
        os.set_blocking(self.fd, False)
        self._asked: collections.deque[dict[str, Any]] = collections.deque()
        self._lock = threading.Lock()
        self._told: dict[str, dict[str, Any]] = {}
        self._forgotten: set[str] = set()
        self._lines: dict[str, collections.deque[str]] = {}
        self._news = threading.Event()
        self._is_closed = False

    def open(self) -> None:
        """Hear and tell from now on. Not before the guardian was forked."""
        for work in (self._hear, self._tell):
            threading.Thread(target=work, name=f"desk {work.__name__}", daemon=True).start()

    def drain(self) -> None:
        """Make `fd` unreadable until the next request."""
        try:
            os.read(self.fd, 512)
        except BlockingIOError:
            return

    def requests(self) -> Iterable[dict[str, Any]]:
        """What was asked since, oldest first. No I/O."""
        while self._asked:
            yield self._asked.popleft()

    def tell(self, workers: Mapping[str, dict[str, Any]]) -> None:
        """All that there is to tell of, by id: soon in Redis, if it is not there already. No I/O."""
        with self._lock:
            if workers == self._told:
                return
            self._forgotten |= self._told.keys() - workers.keys()
            self._told = dict(workers)
        self._news.set()

    def print(self, worker_id: str, line: bytes) -> None:
        """A line that a worker wrote: soon in Redis. No I/O."""
        with self._lock:
            kept = self._lines.setdefault(worker_id, collections.deque(maxlen=_keys.OUTPUT_LINES))
            kept.append(line[: 4 * _keys.OUTPUT_CHARS].decode(errors="replace")[: _keys.OUTPUT_CHARS])
        self._news.set()

    def close(self) -> None:
        """Nobody is there any more: Redis is told, if it answers at once. The output stays for its time."""
        self._is_closed = True
        keys = [_keys.added(self.supervisor), _keys.added_asked(self.supervisor)]
        try:
            with self._connect(LAST_TIMEOUT) as client, client.pipeline(transaction=False) as pipe:
                pipe.hdel(_keys.SUPERVISORS, self.supervisor).delete(*keys).execute()
        except RedisError:
            return  # it expires

    def _hear(self) -> None:
        while True:
            try:
                with self._connect(HEAR_TIMEOUT + REPLY_TIMEOUT) as client:
                    while True:
                        self._take(client.blpop([_keys.added_asked(self.supervisor)], HEAR_TIMEOUT))
            except RedisError:
                time.sleep(AGAIN)

    def _take(self, popped: tuple[bytes, bytes] | None) -> None:
        if popped is None:
            return
        try:
            request = json.loads(popped[1])
        except ValueError:
            return
        if isinstance(request, dict):
            self._asked.append(request)
            os.write(self._wake_fd, b"!")

    def _tell(self) -> None:
        while not self._is_closed:
            try:
                with self._connect(REPLY_TIMEOUT) as client:
                    self._forget_dead(client)
                    while not self._is_closed:
                        self._write(client)
                        self._news.wait(HEARTBEAT)
                        self._news.clear()
                        time.sleep(PACE)
            except RedisError:
                time.sleep(AGAIN)

    def _write(self, client: Redis) -> None:
        """One round trip for the time, one for all the rest."""
        seconds, micros = client.time()
        with self._lock:
            told, lines, forgotten = self._told, self._lines, self._forgotten
            self._lines, self._forgotten = {}, set()
        beat = {"server": self._server, "at": seconds * 1000 + micros // 1000}
        added = _keys.added(self.supervisor)
        try:
            with client.pipeline(transaction=False) as pipe:
                pipe.hset(_keys.SUPERVISORS, self.supervisor, json.dumps(beat))
                pipe.expire(_keys.SUPERVISORS, _keys.ADDED_TTL)
                if forgotten:
                    pipe.hdel(added, *forgotten).delete(*map(_keys.output, forgotten))
                if told:
                    pipe.hset(added, mapping={worker: json.dumps(value) for worker, value in told.items()})
                    pipe.expire(added, _keys.ADDED_TTL)
                for worker in told:
                    for line in lines.get(worker, ()):
                        pipe.xadd(_keys.output(worker), {"line": line}, maxlen=_keys.OUTPUT_LINES, approximate=False)
                    pipe.expire(_keys.output(worker), _keys.ADDED_TTL)
                pipe.execute()
        except RedisError:
            with self._lock:
                self._forgotten |= forgotten
                for worker, kept in lines.items():
                    newer = self._lines.get(worker, ())
                    self._lines[worker] = collections.deque([*kept, *newer], maxlen=_keys.OUTPUT_LINES)
            raise

    def _forget_dead(self, client: Redis) -> None:
        """Those that were killed could not say that they are gone."""
        oldest = (client.time()[0] - _keys.ADDED_TTL) * 1000
        known = client.hgetall(_keys.SUPERVISORS)
        dead = [name for name, stored in known.items() if _heartbeat(stored) < oldest]
        if dead:
            client.hdel(_keys.SUPERVISORS, *dead)

    def _connect(self, timeout: float) -> Redis:
        return client(self._url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0))


def _heartbeat(stored: bytes) -> int:
    try:
        return int(json.loads(stored)["at"])
    except (ValueError, TypeError, KeyError):
        return 0
