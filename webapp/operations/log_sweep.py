"""Ends the logs whose job is gone, and the oldest ones where all together are too large. Redis only."""

from collections.abc import Sequence

import redis

from jobs import _keys
from webapp.queries.fields import reply

#: Logs looked at in one round trip (about 5 ms), and such round trips in one sweep.
CHUNK = 500
CHUNKS = 20
#: Logs removed in one round trip, and such round trips in one sweep.
OLDEST = 100
REMOVALS = 50
#: What a log is taken to weigh where Redis does not tell: MEMORY USAGE may be forbidden.
GUESS = 32 * 1024

#: KEYS: index, then job and log (or what else is kept of a job) of each; ARGV: the ids. A log ends if its job is gone
#: at that very moment.
END_WITH_JOB = """
local ended = 0
for i, id in ipairs(ARGV) do
  if redis.call('EXISTS', KEYS[2 * i]) == 0 then
    redis.call('UNLINK', KEYS[2 * i + 1])
    redis.call('ZREM', KEYS[1], id)
    ended = ended + 1
  end
end
return ended
"""


class LogSweep:
    """Walks the index of logs, some thousands in each sweep; the next one goes on where it stopped."""

    def __init__(self, writer: redis.Redis) -> None:
        self._redis = writer
        self._end_logs = writer.register_script(END_WITH_JOB)
        self._cursor = 0
        self._walked_bytes = 0
        #: What all logs weighed when they were last walked through, in bytes.
        self.total = 0

    def sweep(self, budget: int) -> int:
        """Do a part of the walk, and shrink the logs to `budget` bytes at its end. Returns how many logs ended.

        At most two round trips per CHUNK, and CHUNKS of them. Raises redis.RedisError.
        """
        ended = 0
        for _ in range(CHUNKS):
            self._cursor, members = self._redis.zscan(_keys.LOG_INDEX, self._cursor, count=CHUNK)
            ended += self._look([member.decode("utf-8", "replace") for member, _ in members])
            if self._cursor == 0:
                self.total, self._walked_bytes = self._walked_bytes, 0
                return ended + self._shrink(budget)
        return ended

    def _look(self, ids: Sequence[str]) -> int:
        if not ids:
            return 0
        pipe = self._redis.pipeline(transaction=False)
        for job_id in ids:
            pipe.exists(_keys.job(job_id)).memory_usage(_keys.log(job_id))
        replies = pipe.execute(raise_on_error=False)
        gone = [job_id for job_id, exists in zip(ids, replies[::2], strict=True) if exists == 0]
        self._walked_bytes += sum(
            reply(size, GUESS) or 0 for exists, size in zip(replies[::2], replies[1::2], strict=True) if exists != 0
        )
        if not gone:
            return 0
        keys = [key for job_id in gone for key in (_keys.job(job_id), _keys.log(job_id))]
        return self._end_logs(keys=[_keys.LOG_INDEX, *keys], args=gone)

    def _shrink(self, budget: int) -> int:
        """Remove the logs that began first until all fit."""
        removed = 0
        for _ in range(REMOVALS):
            if self.total <= budget:
                break
            oldest = [
                member.decode("utf-8", "replace") for member in self._redis.zrange(_keys.LOG_INDEX, 0, OLDEST - 1)
            ]
            if not oldest:
                break
            removed += self._remove(oldest, budget)
        return removed

    def _remove(self, ids: Sequence[str], budget: int) -> int:
        pipe = self._redis.pipeline(transaction=False)
        for job_id in ids:
            pipe.memory_usage(_keys.log(job_id))
        sizes = [reply(size, GUESS) or 0 for size in pipe.execute(raise_on_error=False)]
        removed = 0
        for job_id, size in zip(ids, sizes, strict=True):
            if self.total <= budget:
                break
            pipe.unlink(_keys.log(job_id)).zrem(_keys.LOG_INDEX, job_id)
            self.total -= size
            removed += 1
        pipe.execute()
        return removed
