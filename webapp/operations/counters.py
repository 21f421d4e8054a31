"""RQ's own counters of runs, kept by each worker: what the looks at jobs must have missed when these know more.

A job of `result_ttl=0` is deleted as it finishes, and in a gap or in sampling mode no notice tells of a run. The
counters tell how many runs there were, and of whom; not of which queue or function. Reads only.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import redis

from webapp import figure_fields as ff
from webapp import rqkeys
from webapp.operations.runs import Event
from webapp.queries.fields import integer, moment, reply, text

#: Workers whose counters are read; the runs of further ones are counted by their jobs alone.
WORKERS_MAX = 500
#: Vanished jobs that are remembered until the counters say what became of them, and for how long.
VANISHED_MAX = 10_000
VANISHED_MS = 10_000
#: After so long without a vanished job, what stays owed from one read to the next is forgiven: it is the noise of the
#: order of reads, or of workers that Redis no longer lists.
FORGIVEN_MS = 60_000


class Ran(NamedTuple):
    """Runs that a worker has counted since the last read. `queue` is "" where it serves several."""

    queue: str
    finished: int
    failed: int


class Owed(NamedTuple):
    """Runs to be counted that no look has told of."""

    queue: str
    function: str | None
    #: FINISHED or FAILED.
    metric: str
    count: int
    #: Whether their starts were counted.
    started: bool = False


class _Vanished(NamedTuple):
    at_ms: int
    queue: str
    function: str
    started: bool


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


class Unaccounted:
    """Runs that the workers counted and no look at a job has told of: what is owed."""

    def __init__(self) -> None:
        self._finished = 0
        self._failed = 0
        self._ran: list[Ran] = []
        #: Those of which we know what they were are likelier to have run than those that were gone at the first look.
        self._vanished = {likely: deque[_Vanished](maxlen=VANISHED_MAX) for likely in (True, False)}
        self._last_vanished_ms = 0
        #: What was owed at the last settling.
        self._before = (0, 0)

    def looked(self, events: Iterable[Event]) -> None:
        """Take off what a look has told of."""
        for metric, count in events:
            if metric == ff.FINISHED:
                self._finished -= count
            elif metric in (ff.FAILED, ff.RETRIED, ff.STOPPED):
                self._failed -= count

    def vanished(self, at_ms: int, queue: str, function: str, started: bool) -> None:
        """A job's hash is gone: it may have been a run of `result_ttl=0`, or deleted. `queue` is "" where unknown."""
        self._vanished[bool(queue)].append(_Vanished(at_ms, queue, function, started))
        self._last_vanished_ms = at_ms

    def counted(self, ran: list[Ran]) -> None:
        """Add what the workers have counted."""
        for entry in ran:
            self._finished += entry.finished
            self._failed += entry.failed
        self._ran += ran

    def settle(self, now_ms: int, everything: bool) -> Iterator[Owed]:
        """Runs to be counted on the workers' word alone.

        At most as many as jobs have vanished; with `everything` (after a gap, and in sampling mode) all of them.
        """
        ran, self._ran = self._ran, []
        for vanished in self._vanished.values():
            while vanished and (self._finished > 0 or self._failed > 0):
                job = vanished.popleft()
                yield Owed(job.queue, job.function, self._pay_one(), 1, job.started)
            while vanished and vanished[0].at_ms < now_ms - VANISHED_MS:
                vanished.popleft()
        if everything:
            yield from self._all_of(ran)
        if now_ms - self._last_vanished_ms > FORGIVEN_MS:
            self._finished -= _lasting(self._before[0], self._finished)
            self._failed -= _lasting(self._before[1], self._failed)
        self._before = (self._finished, self._failed)

    def _pay_one(self) -> str:
        if self._finished > 0:
            self._finished -= 1
            return ff.FINISHED
        self._failed -= 1
        return ff.FAILED

    def _all_of(self, ran: list[Ran]) -> Iterator[Owed]:
        for entry in ran:
            finished = max(0, min(entry.finished, self._finished))
            failed = max(0, min(entry.failed, self._failed))
            self._finished -= finished
            self._failed -= failed
            counts = ((ff.FINISHED, finished), (ff.FAILED, failed))
            yield from (Owed(entry.queue, None, metric, count) for metric, count in counts if count)


def _lasting(before: int, now: int) -> int:
    """The part of what is owed, either way, that was owed before as well."""
    return max(min(before, now), 0) + min(max(before, now), 0)
