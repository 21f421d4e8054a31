"""What becomes of the jobs that a requeue has put back: enough of the first few finished, or the same failure again.

Looks at most every LOOK seconds, at a bounded number of jobs. Reads only.
"""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from webapp import rqkeys
from webapp.models import ENDED
from webapp.operations.chunks import raw
from webapp.operations.shift import Tools
from webapp.queries import failure_read
from webapp.queries.fields import reply, text

LOOK = 0.5
#: Jobs that are waited for, and looked at at once, the ones that were put back first.
WAITED_MAX, LOOKED_AT_MAX = 5_000, 300


def first_ones(tools: Tools, ids: list[str], need: int) -> dict[str, Any] | bool | None:
    """Whether `need` of these have finished; None while that is open, a message where it can no longer be so.

    One round trip. Raises redis.RedisError.
    """
    pipe = tools.reader.pipeline(transaction=False)
    for job_id in ids:
        pipe.hget(raw(rqkeys.job(job_id)), "status")
    states = Counter(text(reply(state)) or "gone" for state in pipe.execute(raise_on_error=False))
    if states["finished"] >= need:
        return True
    over = sum(count for state, count in states.items() if state in ENDED or state == "gone")
    if len(ids) - over + states["finished"] >= need:
        return None
    return {"code": "too_few", "finished": states["finished"], "first": len(ids), "need": need, "gone": states["gone"]}


class Streak:
    """Counts how often in a row jobs that were put back have failed alike."""

    def __init__(self, tools: Tools, since_ms: int, most: int) -> None:
        """`since_ms`: what ended before does not count; `most`: so many are too many, 0 for any number."""
        self._tools = tools
        self._since = since_ms
        self._most = most
        self._waited: dict[str, None] = {}
        self._next = 0.0
        self._cause, self._count = "", 0

    def put_back(self, ids: Iterable[str]) -> None:
        """Wait for these too, as far as there is room."""
        if self._most:
            for job_id in ids:
                if len(self._waited) < WAITED_MAX:
                    self._waited[job_id] = None

    def look(self) -> dict[str, Any] | None:
        """A message where the same failure recurs. Three or four round trips where a look is due and jobs ended."""
        if not self._waited or time.monotonic() < self._next:
            return None
        self._next = time.monotonic() + LOOK
        ended = self._ended(list(self._waited)[:LOOKED_AT_MAX])
        failed = {job_id: queue for _, job_id, status, queue in ended if status == "failed"}
        causes = failure_read.read(self._tools.reader, self._tools.rows, failed) if failed else {}
        for _, job_id, _status, _queue in ended:
            del self._waited[job_id]
            if said := self._count_one(causes.get(job_id)):
                return said
        return None

    def _ended(self, ids: list[str]) -> list[tuple[tuple[int, int], str, str, str]]:
        """(place in time, id, status, queue) of those that ended, in the order in which Redis was told."""
        pipe = self._tools.reader.pipeline(transaction=False)
        for job_id in ids:
            pipe.hmget(raw(rqkeys.job(job_id)), "status", "origin")
            pipe.xrevrange(raw(rqkeys.results(job_id)), "+", str(self._since), count=1)
        answers = [reply(answer) for answer in pipe.execute(raise_on_error=False)]
        found = []
        for job_id, fields, entries in zip(ids, answers[::2], answers[1::2], strict=True):
            status, queue = (text(value) or "" for value in fields or (None, None))
            if status in ENDED and entries:
                at, _, serial = entries[0][0].partition(b"-")
                found.append(((int(at), int(serial)), job_id, status, queue))
        return sorted(found)

    def _count_one(self, found: tuple | None) -> dict[str, Any] | None:
        if found is None:
            self._cause, self._count = "", 0
            return None
        failure, cause = found
        self._count = self._count + 1 if failure.cause == self._cause else 1
        self._cause = failure.cause
        if self._count < self._most:
            return None
        told = {"id": cause.id, "kind": cause.kind, "type": cause.type, "message": cause.message[:300]}
        return {"code": "same_failure", "count": self._count, "cause": told, "job": failure.id}
