"""Ends the notes whose job is gone. Redis only."""

import redis

from jobs import _keys
from webapp.operations.log_sweep import END_WITH_JOB

#: Jobs looked at in one call: about a millisecond of Redis.
CHUNK = 250


class NoteSweep:
    """Walks the whole index of notes: it is short, see NOTED_JOBS_MAX."""

    def __init__(self, writer: redis.Redis) -> None:
        self._redis = writer
        self._end_notes = writer.register_script(END_WITH_JOB)
        #: What the notes of all jobs took when they were last looked at, in bytes.
        self.total = 0

    def sweep(self) -> int:
        """Returns of how many jobs the notes ended. One round trip, and one for each CHUNK. Raises redis.RedisError."""
        noted = [
            (member.decode("utf-8", "replace"), size)
            for member, size in self._redis.zrange(_keys.NOTES_INDEX, 0, -1, withscores=True)
        ]
        self.total = sum(int(size) for _, size in noted)
        ended = 0
        for start in range(0, len(noted), CHUNK):
            ids = [job_id for job_id, _ in noted[start : start + CHUNK]]
            keys = [key for job_id in ids for key in (_keys.job(job_id), _keys.notes(job_id))]
            ended += self._end_notes(keys=[_keys.NOTES_INDEX, *keys], args=ids)
        return ended
