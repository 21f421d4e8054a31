"""The mask of a job whose log or progress is told: its arguments are read once, however large the page would show them.

Rows read small payloads only; what a job logs may hold the secrets of a large one.
"""

from collections import OrderedDict
from collections.abc import Iterable

import redis

from webapp import decode, rqkeys
from webapp.offload import offload
from webapp.queries.fields import reply
from webapp.queries.titles import Titles
from webapp.redact.redactor import JobMask, Redactor

#: Jobs whose mask is remembered: as many logs as are looked at in one process at a time.
MASKS_MAX = 500
#: Stored bytes of a payload beyond which it is not read, as on the page of a job; and of those that are read at once.
PAYLOAD_BYTES, BURST_BYTES = 1024 * 1024, 4 * 1024 * 1024


class MaskReader:
    """Masks by job id. One per web process."""

    def __init__(self, titles: Titles, redactor: Redactor) -> None:
        self._titles = titles
        self._redactor = redactor
        self._version = redactor.version
        self._masks: OrderedDict[str, JobMask] = OrderedDict()

    def of(self, reader: redis.Redis, ids: Iterable[str]) -> dict[str, JobMask]:
        """By id, also for jobs that are gone. No round trip where all are remembered.

        Else one, one for each BURST_BYTES of payloads, and one more in five seconds for the catalog.
        """
        wanted = list(dict.fromkeys(ids))
        if wanted:
            self._titles.refresh(reader)
        if self._version != self._redactor.version:
            self._version = self._redactor.version
            self._masks.clear()
        found = {job_id: self._masks[job_id] for job_id in wanted if job_id in self._masks}
        missing = [job_id for job_id in wanted if job_id not in found]
        found |= self._read(reader, missing) if missing else {}
        while len(self._masks) > MASKS_MAX:
            self._masks.popitem(last=False)
        return found

    def _read(self, reader: redis.Redis, ids: list[str]) -> dict[str, JobMask]:
        pipe = reader.pipeline(transaction=False)
        for job_id in ids:
            pipe.hstrlen(rqkeys.job(job_id), "data")
        sizes = [reply(size, 0) or 0 for size in pipe.execute(raise_on_error=False)]
        small = [(job_id, size) for job_id, size in zip(ids, sizes, strict=True) if 0 < size <= PAYLOAD_BYTES]
        read: dict[str, JobMask] = {}
        while small:
            burst, size = [], 0
            while small and (not burst or size + small[-1][1] <= BURST_BYTES):
                job_id, weight = small.pop()
                burst.append(job_id)
                size += weight
                pipe.hget(rqkeys.job(job_id), "data")
            answers = [reply(answer) for answer in pipe.execute(raise_on_error=False)]
            read |= zip(burst, offload(self._decode, answers), strict=True)
        # Of a job that is gone nothing is remembered: one of the same id may come.
        self._masks |= read
        return dict.fromkeys(ids, self._redactor.nobody) | read

    def _decode(self, payloads: list[bytes | None]) -> list[JobMask]:
        return [self._redactor.call(decode.call(payload)).mask for payload in payloads]
