"""Jobs whose hash has changed, between the feed's thread, which hears of them, and the recorder's, which looks."""

import threading
from typing import NamedTuple

from jobs import _keys
from webapp import rqkeys

#: Jobs that may wait for a look. Beyond it they are dropped, and the gap is made up for by the workers' counters.
PENDING_MAX = 200_000

_JOB = _keys.job("").encode()
_WORKERS = rqkeys.WORKERS.encode()


class Waiting(NamedTuple):
    """What has changed since the last look."""

    #: Ids, in the order of their first notice.
    jobs: list[str]
    #: Anything else may have changed as well.
    gap: bool
    #: A worker came or left.
    workers: bool


class Pending:
    """A set of job ids with a bell. Thread-safe."""

    def __init__(self, most: int = PENDING_MAX) -> None:
        #: Set while there is something to take.
        self.bell = threading.Event()
        self._most = most
        self._lock = threading.Lock()
        self._jobs: dict[str, None] = {}
        self._gap = self._workers = False

    def add(self, keys: list[bytes] | None) -> None:
        """Take the notice of a feed: names of changed keys, or None where anything may have changed."""
        jobs = [key[len(_JOB) :] for key in keys or () if key.startswith(_JOB)]
        # `rq:job:<id>:dependents` and `rq:job::<id>:dependencies` are no jobs: an id has no colon.
        ids = [job.decode("utf-8", "replace") for job in jobs if b":" not in job]
        workers = keys is not None and _WORKERS in keys
        if not ids and not workers and keys is not None:
            return
        with self._lock:
            self._gap = self._gap or keys is None
            self._workers = self._workers or workers
            if len(self._jobs) + len(ids) > self._most:
                self._jobs, self._gap = {}, True
            self._jobs.update(dict.fromkeys(ids))
        self.bell.set()

    def take(self) -> Waiting:
        """What waits; it starts anew."""
        with self._lock:
            self.bell.clear()
            waiting = Waiting(list(self._jobs), self._gap, self._workers)
            self._jobs, self._gap, self._workers = {}, False, False
        return waiting
