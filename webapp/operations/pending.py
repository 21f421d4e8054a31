"""Jobs whose hash has changed, between the feed's thread, which hears of them, and the recorder's, which looks."""

import threading

from jobs import _keys

#: Jobs that may wait for a look. Beyond it they are dropped, and the gap is made up for by the workers' counters.
PENDING_MAX = 200_000

_JOB = _keys.job("").encode()


class Pending:
    """A set of job ids with a bell. Thread-safe."""

    def __init__(self, most: int = PENDING_MAX) -> None:
        #: Set while there is something to take.
        self.bell = threading.Event()
        self._most = most
        self._lock = threading.Lock()
        self._jobs: dict[str, None] = {}
        self._gap = False

    def add(self, keys: list[bytes] | None) -> None:
        """Take the notice of a feed: names of changed keys, or None where anything may have changed."""
        if keys is None:
            self._ring(gap=True)
            return
        jobs = [key[len(_JOB) :] for key in keys if key.startswith(_JOB)]
        # `rq:job:<id>:dependents` and `rq:job::<id>:dependencies` are no jobs: an id has no colon.
        jobs = [job for job in jobs if b":" not in job]
        if jobs:
            self._ring([job.decode("utf-8", "replace") for job in jobs])

    def take(self) -> tuple[list[str], bool]:
        """The waiting jobs in the order of their first notice, and whether there was a gap. Both start anew."""
        with self._lock:
            self.bell.clear()
            jobs, gap = list(self._jobs), self._gap
            self._jobs, self._gap = {}, False
        return jobs, gap

    def _ring(self, jobs: list[str] | None = None, gap: bool = False) -> None:
        with self._lock:
            if jobs and len(self._jobs) + len(jobs) > self._most:
                self._jobs, self._gap = {}, True
            self._jobs.update(dict.fromkeys(jobs or ()))
            self._gap = self._gap or gap
        self.bell.set()
