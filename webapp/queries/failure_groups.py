"""Failed jobs put together by cause: how many, how old, which functions and workers. Remembered; no I/O."""

import itertools
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from webapp.failure_cause import Cause
from webapp.queries.failure_read import Failure

HOUR_MS = 3_600_000
#: Seconds of the columns: failures of the last hour, three hours, day, three days, week.
AGES = (3_600, 10_800, 86_400, 259_200, 604_800)
#: Bars of the trend, an hour each; the last is the hour that goes on.
TREND_HOURS = 24
#: Names of each kind that a cause tells.
NAMES_MAX = 10
#: Causes that are remembered as known after their last job has gone.
KNOWN_MAX = 10_000

Titles = Callable[[str | None], tuple[str | None, str]]


@dataclass(frozen=True)
class _Sums:
    """What all jobs of a cause make together."""

    #: When each failed, oldest first.
    times: list[int]
    functions: Counter
    workers: Counter
    queues: Counter
    newest: Failure


@dataclass
class Group:
    """All that failed alike."""

    id: str
    #: Of the newest failure that was met.
    cause: Cause
    cause_at: int = 0
    jobs: dict[str, Failure] = field(default_factory=dict)
    #: Whether all said the same words.
    is_same: bool = True
    _sums: _Sums | None = None

    @property
    def sums(self) -> _Sums:
        """Reckoned anew where the jobs have changed: O(jobs log jobs)."""
        if self._sums is None:
            found = self.jobs.values()
            self._sums = _Sums(
                times=sorted(failure.at for failure in found),
                functions=Counter(failure.func for failure in found),
                workers=Counter(failure.worker for failure in found),
                queues=Counter(failure.queue for failure in found),
                newest=max(found, key=lambda failure: (failure.at, failure.id)),
            )
        return self._sums

    def put(self, failure: Failure, cause: Cause) -> None:
        self.is_same = self.is_same and cause.message == self.cause.message
        if failure.at >= self.cause_at:
            self.cause, self.cause_at = cause, failure.at
        self.jobs[failure.id] = failure
        self._sums = None

    def drop(self, job_id: str) -> None:
        del self.jobs[job_id]
        self._sums = None

    def since(self, at: int) -> int:
        """How many failed at `at` (epoch ms) or later."""
        return len(self.sums.times) - bisect_left(self.sums.times, at)

    def newest(self, since: int, most: int) -> list[Failure]:
        """Those that failed at `since` or later, newest first."""
        found = [failure for failure in self.jobs.values() if failure.at >= since]
        return sorted(found, key=lambda failure: (failure.at, failure.id), reverse=True)[:most]

    def as_json(self, now: int, titles: Titles) -> dict[str, Any]:
        """At most some 3 KB; changes with `now` only where a failure leaves a column."""
        sums, cause = self.sums, self.cause
        ages = [self.since(now - seconds * 1_000) for seconds in AGES]
        return {
            "id": self.id,
            "kind": cause.kind,
            "type": cause.type,
            "message": cause.message[:300] if self.is_same else cause.pattern,
            "place": {"file": cause.file, "line": cause.line, "function": cause.function},
            "count": len(self.jobs),
            "ages": ages,
            "older": len(self.jobs) - ages[-1],
            "trend": trend(sums.times, now),
            "first": sums.times[0],
            "last": sums.times[-1],
            "sample": {"job": sums.newest.id},
            "functions": [_function(func, n, titles) for func, n in sums.functions.most_common(NAMES_MAX)],
            "workers": _named(sums.workers),
            "queues": _named(sums.queues),
            "more": {
                name: max(0, len(counter) - NAMES_MAX)
                for name, counter in (("functions", sums.functions), ("workers", sums.workers), ("queues", sums.queues))
            },
        }


class Groups:
    """Every cause by id. Not thread-safe."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self._cause_of: dict[str, str] = {}
        #: Causes that were met, by id -> when they were first seen, also those whose jobs have gone.
        self._known: OrderedDict[str, int] = OrderedDict()

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups.values())

    def __len__(self) -> int:
        return len(self._groups)

    def has(self, job_id: str) -> bool:
        """Whether this job is known to have failed."""
        return job_id in self._cause_of

    def get(self, cause_id: str) -> Group | None:
        return self._groups.get(cause_id)

    def put(self, failure: Failure, cause: Cause) -> None:
        """A job has failed; what it failed of before is forgotten."""
        self.drop(failure.id)
        group = self._groups.setdefault(failure.cause, Group(failure.cause, cause))
        group.put(failure, cause)
        self._cause_of[failure.id] = failure.cause
        self._known[failure.cause] = min(failure.at, self._known.get(failure.cause, failure.at))
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    def drop(self, job_id: str) -> None:
        """The job is no failed one any more."""
        cause_id = self._cause_of.pop(job_id, None)
        if cause_id is None:
            return
        group = self._groups[cause_id]
        group.drop(job_id)
        if not group.jobs:
            del self._groups[cause_id]

    def first_seen(self, cause_id: str) -> int:
        """When the first failure of this cause was, as far as is known; epoch ms."""
        return self._known.get(cause_id, 0)


def trend(times: list[int], now: int) -> list[int]:
    """Failures in each of the last TREND_HOURS hours of the clock, oldest first."""
    end = now // HOUR_MS + 1
    edges = [bisect_left(times, hour * HOUR_MS) for hour in range(end - TREND_HOURS, end + 1)]
    return [after - before for before, after in itertools.pairwise(edges)]


def _function(func: str | None, n: int, titles: Titles) -> dict[str, Any]:
    job_type, title = titles(func)
    return {"func": func, "type": job_type, "title": title, "n": n}


def _named(counter: Counter) -> list[dict[str, Any]]:
    return [{"name": name, "n": n} for name, n in counter.most_common(NAMES_MAX)]
