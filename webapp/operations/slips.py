"""What slips through a pause: runs of paused queues that begin in spite of it, told by the names of their keys.

Each run has a hash of its own, and Redis tells of each hash that is written: none is missed, however short it is. Where
Redis does not tell, the runs that there are are looked at ten times a second, and short ones are missed.
"""

from collections.abc import Iterable
from typing import Any

from redis.exceptions import ResponseError

from jobs import _keys
from webapp import rqkeys
from webapp.actions import queue_keys, scripts
from webapp.connections import Connections
from webapp.live.feed.line import Line
from webapp.queries.fields import reply, text

#: Runs that are remembered so that each is looked up once: a run is told of at its begin, its end, and twice a minute.
SEEN_MAX = 20_000
#: Runs that one call looks up.
LOOKED_UP_MAX = 500


class Slips:
    """Listens when it is made; `read()` what has come, then `note()` it. Raises redis.RedisError. Of one thread."""

    def __init__(self, connections: Connections) -> None:
        self._writer = connections.writer
        self._line = Line(connections, self._hear)
        self._seen: dict[str, None] = {}
        self._new: list[str] = []
        self.is_deaf = False
        try:
            self._line.ask("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", rqkeys.execution(""))
        except ResponseError:
            self.is_deaf = True

    def fileno(self) -> int:
        return self._line.fileno()

    def close(self) -> None:
        self._line.close()

    def read(self) -> None:
        """Take what has come. No round trip."""
        self._line.read(0)

    def note(self, queues: Iterable[str]) -> None:
        """Count what was heard of these queues. Two round trips for LOOKED_UP_MAX new runs, none for none."""
        while self._new:
            runs, self._new = self._new[:LOOKED_UP_MAX], self._new[LOOKED_UP_MAX:]
            pipe = self._writer.pipeline(transaction=False)
            for run in runs:
                pipe.hget(rqkeys.job(rqkeys.job_of_run(run)), "origin")
            of: dict[str, list[str]] = {}
            for run, origin in zip(runs, pipe.execute(raise_on_error=False), strict=True):
                of.setdefault(text(reply(origin)) or "", []).append(run)
            for queue in of.keys() & set(queues):
                self.look(queue, of[queue])

    def look(self, queue: str, runs: Iterable[str] = ()) -> None:
        """Count these runs of the queue and all that there are. One round trip."""
        scripts.run(self._writer, "queue_slipped", queue_keys.slipped(queue), [_keys.SLIPPED_MAX, *runs])

    def _hear(self, message: list[Any]) -> None:
        start = rqkeys.execution("")
        for key in message[1] or ():
            run = (text(key) or "").removeprefix(start)
            if run not in self._seen:
                self._seen[run] = None
                self._new.append(run)
        while len(self._seen) > SEEN_MAX:
            del self._seen[next(iter(self._seen))]
