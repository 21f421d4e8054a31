"""Runs that the workers have counted and no look at a job has told of. Pure: no Redis, no clock.

A job of `result_ttl=0` is deleted as it finishes, and in a gap or in sampling mode no notice tells of a run.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from webapp import figure_fields as ff
from webapp.operations.counters import Ran
from webapp.operations.runs import Event

#: Vanished jobs that are remembered until the counters say what became of them, and for how long.
VANISHED_MAX = 10_000
VANISHED_MS = 10_000
#: After so long without a vanished job, what stays owed from one read to the next is forgiven: it is the noise of the
#: order of reads, or of workers that Redis no longer lists.
FORGIVEN_MS = 60_000


class Owed(NamedTuple):
    """What is to be counted on the workers' word alone; `queue` is "" and `function` None where they do not tell."""

    queue: str
    function: str | None
    events: list[Event]


class _Vanished(NamedTuple):
    at_ms: int
    queue: str
    function: str
    started: bool


class Unaccounted:
    """Runs that the workers counted and no look at a job has told of: what is owed."""

    def __init__(self) -> None:
        self._finished = 0
        self._failed = 0
        self._ran: list[Ran] = []
        #: The queue of the last runs counted, where their workers serve only that one.
        self._queue = ""
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
        if ran:
            queues = {entry.queue for entry in ran}
            self._queue = queues.pop() if len(queues) == 1 else ""

    def settle(self, now_ms: int, everything: bool) -> Iterator[Owed]:
        """Runs to be counted on the workers' word alone.

        At most as many as jobs have vanished; with `everything` (after a gap, and in sampling mode) all of them.
        """
        ran, self._ran = self._ran, []
        # What is owed for the first time may be a run whose job is about to be looked at.
        due = [ff.FINISHED] * max(0, _lasting(self._before[0], self._finished))
        due += [ff.FAILED] * max(0, _lasting(self._before[1], self._failed))
        for vanished in self._vanished.values():
            while vanished and due:
                yield self._pay(vanished.popleft(), due.pop())
            while vanished and vanished[0].at_ms < now_ms - VANISHED_MS:
                vanished.popleft()
        if everything:
            yield from self._all_of(ran)
        if now_ms - self._last_vanished_ms > FORGIVEN_MS:
            self._finished -= _lasting(self._before[0], self._finished)
            self._failed -= _lasting(self._before[1], self._failed)
        self._before = (self._finished, self._failed)

    def _pay(self, job: _Vanished, metric: str) -> Owed:
        self._finished -= metric == ff.FINISHED
        self._failed -= metric == ff.FAILED
        events = [(metric, 1)] + [(ff.STARTED, 1)] * (not job.started)
        if job.queue:
            return Owed(job.queue, job.function, events)
        # It came and went between two looks: nobody has counted its arrival either.
        return Owed(self._queue, job.function, [*events, (ff.ARRIVED, 1)])

    def _all_of(self, ran: list[Ran]) -> Iterator[Owed]:
        for entry in ran:
            finished = max(0, min(entry.finished, self._finished))
            failed = max(0, min(entry.failed, self._failed))
            self._finished -= finished
            self._failed -= failed
            ended = [(metric, count) for metric, count in ((ff.FINISHED, finished), (ff.FAILED, failed)) if count]
            if ended:
                yield Owed(entry.queue, None, [*ended, (ff.STARTED, finished + failed)])


def _lasting(before: int, now: int) -> int:
    """The part of what is owed, either way, that was owed before as well."""
    return max(min(before, now), 0) + min(max(before, now), 0)
