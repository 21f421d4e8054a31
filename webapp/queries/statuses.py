"""The statuses of many jobs, some read at a time: what has changed first, then what may change, then the rest."""

import time
from collections import Counter, OrderedDict
from collections.abc import Iterable

import redis

from webapp import rqkeys
from webapp.models import ENDED
from webapp.queries.fields import reply, text

#: Jobs whose status is remembered; about 300 bytes each.
KNOWN_MAX = 20_000
#: Statuses that one refresh reads: 5 ms of this process.
BUDGET = 500
#: A job whose hash is gone.
GONE = "gone"
#: Seconds after which the status of a job that has ended is read again: it may have expired, or been requeued.
OLD = 20.0


class Statuses:
    """Remembers statuses between refreshes. Who hears of changes may be another thread than who reads."""

    def __init__(self) -> None:
        #: job id -> its status, and when that was read (monotonic)
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def heard(self, ids: Iterable[str]) -> bool:
        """These have changed: they are read again before others. Whether any of them is remembered. No I/O."""
        known = [job_id for job_id in ids if job_id in self._known]
        for job_id in known:
            status, _ = self._known[job_id]
            self._known[job_id] = (status, float("-inf"))
        return bool(known)

    def refresh(self, reader: redis.Redis, ids: Iterable[str]) -> None:
        """Read at most BUDGET statuses among `ids`. One round trip, none where all are known and young."""
        due = self._due(ids)
        if not due:
            return
        pipe = reader.pipeline(transaction=False)
        for job_id in due:
            pipe.hget(rqkeys.job(job_id), "status")
        now = time.monotonic()
        for job_id, answer in zip(due, pipe.execute(raise_on_error=False), strict=True):
            self._known[job_id] = (text(reply(answer)) or GONE, now)
            self._known.move_to_end(job_id)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    def counts(self, ids: Iterable[str]) -> dict[str, int]:
        """How many of `ids` have each status, as far as that was read."""
        return dict(Counter(self._known[job_id][0] for job_id in ids if job_id in self._known))

    def _due(self, ids: Iterable[str]) -> list[str]:
        """Those to read: changed, never read, not ended when last read, then ended ones that are old; oldest first."""
        old = time.monotonic() - OLD
        due: list[tuple[int, float, str]] = []
        for job_id in dict.fromkeys(ids):
            status, read_at = self._known.get(job_id, (None, float("-inf")))
            if status is None or read_at == float("-inf"):
                due.append((0 if status else 1, 0.0, job_id))
            elif status not in ENDED and status != GONE:
                due.append((2, read_at, job_id))
            elif read_at < old:
                due.append((3, read_at, job_id))
        return [job_id for _, _, job_id in sorted(due)[:BUDGET]]
