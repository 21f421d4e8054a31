"""Collects the jobs that an operation has deleted and that can be put back, the one deleted last first.

In that order each finds the neighbour that it had in its queue. Changes no job.
"""

import json
from collections.abc import Iterator

from jobs import _keys
from webapp.operations import chunks, trash
from webapp.operations.ledger import Ledger
from webapp.operations.shift import Tools
from webapp.queries.fields import reply


class CollectDeleted:
    """`work()` is advanced in steps of some milliseconds."""

    def __init__(self, operation_id: str, stored: dict[bytes, bytes], tools: Tools) -> None:
        self._token = json.loads(stored[b"of"])["operation"].encode()
        self._tools = tools
        self._ledger = Ledger(operation_id, tools)
        self._jobs: list[chunks.Kept] = []

    def work(self) -> Iterator[float | None]:
        """The operation runs at once, since it was asked for by number. Raises Gone, Lost, Full, redis.RedisError."""
        self._ledger.begin()
        writer, key = self._tools.writer, _keys.operation_jobs(self._token.decode())
        for number in reversed(range(writer.llen(key))):
            kept = chunks.unpack(writer.lindex(key, number))
            pipe = writer.pipeline(transaction=False)
            for one in kept:
                pipe.hget(_keys.trash(one.id), chunks.raw(one.id))
            notes = [reply(note) for note in pipe.execute(raise_on_error=False)]
            found = [one.id for one, note in zip(kept, notes, strict=True) if trash.token(note) == self._token]
            self._jobs += [chunks.Kept(job_id, "") for job_id in reversed(found)]
            self._ledger.report({"total": len(self._jobs)})
            yield
        yield from self._ledger.write(self._jobs, has_room=True)
        self._ledger.report({"state": "running", "started_at": self._tools.clock.now_ms()})

    def close(self) -> None:
        """It holds nothing."""
