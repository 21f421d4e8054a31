"""How many jobs of a delete can be put back. Reads only.

Deleted jobs are the users' own keys, renamed: they take what they took before. Ours is what is noted about each, and
the longer names: that stays within the cap of our keys, and within what Redis may use of its memory.
"""

import json
from typing import Any

from jobs import _keys
from webapp import rqkeys
from webapp.operations import chunks
from webapp.operations.ledger import others
from webapp.operations.shift import Tools
from webapp.queries.fields import integer, reply

#: Bytes where no sweep has told what is left: for a minute after the first process has started. Fewer beside logs.
UNTOLD, UNTOLD_BESIDE_LOGS = 48 * 1024 * 1024, 16 * 1024 * 1024
#: Jobs of which the parts are counted.
WEIGHED = 100
#: Bytes, as measured: the note about a job, the longer name of each of its keys with its end, and where that had an end
#: of its own. 160 for a queued job of RQ, so 250,000 take 40 MB.
NOTE, PART, LIFE = 125, 35, 35
#: What PTTL says of a key that there is not.
ABSENT = -2


class Room:
    """For one operation, as Redis stands now. Three round trips."""

    def __init__(self, tools: Tools, own_key: str) -> None:
        self._writer = tools.writer
        pipe = tools.writer.pipeline(transaction=False)
        pipe.hget(_keys.SWEEP, "room").exists(_keys.LOG_INDEX).info("memory")
        told, logs, memory = (reply(answer) for answer in pipe.execute(raise_on_error=False))
        used, most = ((memory or {}).get(name) or 0 for name in ("used_memory", "maxmemory"))
        #: Of what Redis may use.
        self._percent = 100 * used // most if most else 0
        #: Bytes until deleted jobs leave at once; None where Redis has no limit.
        self._spare = max(0, most * _keys.TRASH_MEMORY_PERCENT // 100 - used) if most else None
        left = integer(told)
        if left is None:
            left = UNTOLD_BESIDE_LOGS if logs else UNTOLD
        self._bytes = max(0, left - sum(others(tools, own_key, "trash_bytes")))

    def promise(self, jobs: list[chunks.Kept]) -> dict[str, Any]:
        """Fields of the operation: how many of these can be put back, why not all, the bytes set apart. One round trip.

        It holds whatever becomes of Redis until the delete has ended.
        """
        each = self._each(jobs)
        of_memory = len(jobs) if self._spare is None else self._spare // each
        fit = min(len(jobs), self._bytes // each, of_memory)
        told = {"undo_jobs": fit, "trash_bytes": fit * each}
        if fit < len(jobs):
            why = {"code": "memory", "percent": self._percent} if fit == of_memory else {"code": "share"}
            told["undo_why"] = json.dumps(why)
        return told

    def _each(self, jobs: list[chunks.Kept]) -> int:
        """Bytes that we add for one of these, on an average of some of them."""
        weighed = jobs[:: max(1, len(jobs) // WEIGHED)][:WEIGHED]
        pipe = self._writer.pipeline(transaction=False)
        for kept in weighed:
            for key in _parts(kept.id):
                pipe.pttl(chunks.raw(key))
        lives = [reply(life) for life in pipe.execute(raise_on_error=False)] if weighed else []
        parts = [life for life in lives if life is not None and life != ABSENT]
        bytes_of_parts = PART * len(parts) + LIFE * sum(life > 0 for life in parts)
        return NOTE + bytes_of_parts // max(1, len(weighed))


def _parts(job_id: str) -> list[str]:
    """The keys of a job that are renamed."""
    of_rq = (rqkeys.job, rqkeys.dependents, rqkeys.dependencies, rqkeys.results)
    return [key(job_id) for key in (*of_rq, _keys.log, _keys.notes)]
