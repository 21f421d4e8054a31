"""Counts the jobs that RQ lists nowhere, or not by queue: those only created, and those that wait for a rate limit.

Kept up by the recorder's looks at changed jobs; a walk through the keys of all jobs finds those that were there before,
and what was missed. The list is told to web processes in one hash of ours.
"""

import time

import redis

from jobs import _keys
from webapp import rqkeys
from webapp.operations.lease import Lease
from webapp.queries.fields import reply, text

STATUSES = (b"created", b"rate_limited")
#: Keys asked for in one round trip of the walk (under 1 ms of Redis), and such round trips between two writes.
WINDOW, WINDOWS = 500, 4
#: Changes in one write: a millisecond of Redis.
WRITE_MAX = 2_000
#: Least seconds between the starts of two walks: where nothing announces a change, each second may have brought some.
WALK_EVERY = 120.0
#: Seconds without a change after which all is written again: it would expire.
REWRITE = _keys.UNLISTED_TTL / 2
_JOB = rqkeys.JOB_PREFIX.encode()

#: KEYS: lease, list. ARGV: owner, time to live, '1' to begin anew, number of ids that leave, these, then (id, value)…
WRITE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '1' then redis.call('DEL', KEYS[2]) end
local last = 4 + tonumber(ARGV[4])
for i = 5, last do redis.call('HDEL', KEYS[2], ARGV[i]) end
for i = last + 1, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
"""


class Census:
    """Belongs to one tenure and its thread. `most`: jobs that are told apart by id."""

    def __init__(self, reader: redis.Redis, lease: Lease, most: int = _keys.UNLISTED_MAX) -> None:
        self._reader = reader
        self._lease = lease
        self._most = most
        self._known: dict[str, str] = {}
        #: Not yet written, and what was sent of it: id -> value, None where it leaves.
        self._changed: dict[str, str | None] = {_keys.UNLISTED_WHOLE: _keys.UNLISTED_UNSURE}
        self._sent: dict[str, str | None] = {}
        self._is_first = True
        self._rewrite_at = time.monotonic() + REWRITE
        #: SCAN's cursor; None while no walk goes on.
        self._cursor: int | None = 0
        self._walked_at = float("-inf")
        self._is_full = False
        self._is_doubtful = False

    def note(self, job_id: str, status: bytes | None, queue: bytes | None) -> None:
        """A look at a job: its status and queue, None where its hash is gone. No I/O."""
        if status not in STATUSES:
            if self._known.pop(job_id, None) is not None:
                self._changed[job_id] = None
            return
        value = f"{status.decode()}\x1f{text(queue) or ''}"
        if job_id not in self._known and len(self._known) >= self._most:
            self._is_full = True
            self._changed[_keys.UNLISTED_WHOLE] = _keys.UNLISTED_MORE
        elif self._known.get(job_id) != value:
            self._known[job_id] = self._changed[job_id] = value

    def doubt(self) -> None:
        """Changes may have been missed: walk again, as soon as may be."""
        self._is_doubtful = True
        self._changed[_keys.UNLISTED_WHOLE] = _keys.UNLISTED_UNSURE

    def walk(self) -> None:
        """A part of the walk, if one is due. At most two round trips a window. Raises redis.RedisError."""
        if self._cursor is None and self._is_due():
            self._cursor = 0
        if self._cursor == 0:
            self._begin()
        for _ in range(WINDOWS if self._cursor is not None else 0):
            self._cursor, keys = self._reader.scan(self._cursor, match=rqkeys.pattern(rqkeys.JOB_PREFIX), count=WINDOW)
            ids = [key[len(_JOB) :] for key in keys]
            # `rq:job:<id>:dependents` and `rq:job::<id>:dependencies` are no jobs.
            self._look([job_id.decode("utf-8", "replace") for job_id in ids if b":" not in job_id])
            if self._cursor == 0:
                self._conclude()
                return

    def ask(self, pipe: redis.client.Pipeline) -> int:
        """Put the write of what has changed into `pipe`; returns how many commands that takes. See `written`."""
        if time.monotonic() >= self._rewrite_at:
            self._rewrite()
        if not self._changed:
            return 0
        batch = dict(list(self._changed.items())[:WRITE_MAX])
        left = [job_id for job_id, value in batch.items() if value is None]
        pairs = [part for job_id, value in batch.items() if value is not None for part in (job_id, value)]
        args = [self._lease.owner, _keys.UNLISTED_TTL, int(self._is_first), len(left), *left, *pairs]
        pipe.eval(WRITE, 2, self._lease.key, _keys.UNLISTED, *args)
        self._sent = batch
        return 1

    def written(self) -> None:
        """What was last asked for is done."""
        self._is_first = False
        self._rewrite_at = time.monotonic() + REWRITE
        for job_id, value in self._sent.items():
            if self._changed.get(job_id, "") == value:
                del self._changed[job_id]
        self._sent = {}

    def _rewrite(self) -> None:
        self._is_first, self._cursor, self._walked_at = True, 0, float("-inf")
        self._changed = dict(self._known) | {_keys.UNLISTED_WHOLE: _keys.UNLISTED_UNSURE}
        self._rewrite_at = time.monotonic() + REWRITE

    def _is_due(self) -> bool:
        has_room = self._is_full and len(self._known) < self._most // 2
        return (self._is_doubtful or has_room) and time.monotonic() - self._walked_at >= WALK_EVERY

    def _conclude(self) -> None:
        self._cursor = None
        if not self._is_doubtful:
            self._changed[_keys.UNLISTED_WHOLE] = _keys.UNLISTED_MORE if self._is_full else _keys.UNLISTED_ALL

    def _begin(self) -> None:
        """Look at those that are known first: SCAN does not tell of a job that is gone."""
        self._walked_at = time.monotonic()
        self._is_doubtful = self._is_full = False
        known = list(self._known)
        for start in range(0, len(known), WINDOW):
            self._look(known[start : start + WINDOW])

    def _look(self, ids: list[str]) -> None:
        if not ids:
            return
        pipe = self._reader.pipeline(transaction=False)
        for job_id in ids:
            pipe.hmget(rqkeys.job(job_id), "status", "origin")
        for job_id, values in zip(ids, pipe.execute(raise_on_error=False), strict=True):
            status, queue = reply(values) or (None, None)
            self.note(job_id, status, queue)
