"""RQ's own counters of runs, kept by each worker. They tell how many runs there were; not of which queue or function.

Reads only. What the counters know and the looks at jobs do not is reckoned in `unaccounted.py`.
"""

from typing import Any, NamedTuple

import redis

from webapp import rqkeys
from webapp.queries.fields import integer, moment, reply, text

#: Workers whose counters are read; the runs of further ones are counted by their jobs alone.
WORKERS_MAX = 500


class Ran(NamedTuple):
    """Runs that a worker has counted since the last read. `queue` is "" where it serves several."""

    queue: str
    finished: int
    failed: int


class WorkerCounters:
    """Reads the counters of all workers again and again; tells what was added."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._known: dict[str, tuple[int, int]] = {}
        self._since_ms: int | None = None

    def ask(self, pipe: redis.client.Pipeline) -> None:
        """Put one command into `pipe`, and one per worker of the last read."""
        pipe.smembers(rqkeys.WORKERS)
        for name in self._names:
            pipe.hmget(rqkeys.worker(name), "successful_job_count", "failed_job_count", "queues", "birth")

    def learn(self, members: Any) -> None:
        """Take a reply of SMEMBERS in between: a worker that comes and leaves before the next read is read then."""
        self._names = list(dict.fromkeys(self._names + self._listed(members)))[:WORKERS_MAX]

    def absorb(self, replies: list[Any], now_ms: int) -> list[Ran]:
        """What workers have counted since the last read. The first read only sets the mark.

        A worker that is not listed any more had left before its counters were read here, for the last time.
        """
        ran = [self._added(name, reply(fields)) for name, fields in zip(self._names, replies[1:], strict=True)]
        self._names = self._listed(replies[0])[:WORKERS_MAX]
        self._known = {name: known for name, known in self._known.items() if name in self._names}
        self._since_ms = self._since_ms or now_ms
        return [entry for entry in ran if entry is not None and (entry.finished or entry.failed)]

    @staticmethod
    def _listed(members: Any) -> list[str]:
        return rqkeys.names(reply(members), rqkeys.WORKER_PREFIX)

    def _added(self, name: str, fields: list[bytes | None] | None) -> Ran | None:
        if fields is None or fields[3] is None:
            self._known.pop(name, None)
            return None
        count = (integer(fields[0]) or 0, integer(fields[1]) or 0)
        born_since = self._since_ms is not None and (moment(fields[3]) or 0) >= self._since_ms
        before = self._known.get(name, (0, 0) if born_since else count)
        self._known[name] = count
        queues = (text(fields[2]) or "").split(",")
        return Ran(queues[0] if len(queues) == 1 else "", max(0, count[0] - before[0]), max(0, count[1] - before[1]))
