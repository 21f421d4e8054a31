"""One operation under way: goes on from where its hash says, some milliseconds of jobs at a time.

What is done to the jobs, and that it is done, one script writes: see `webapp/actions/lua/chunk.lua`.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

from rq.rate_limit import RateLimitRegistry

from jobs import _keys
from webapp.actions import one, scripts
from webapp.operations import chunks
from webapp.operations.bulk_collect import Collect
from webapp.operations.bulk_undo import CollectDeleted
from webapp.operations.ledger import Full
from webapp.operations.places import as_args
from webapp.operations.room import Room
from webapp.operations.shift import Gone, Lost, Tools
from webapp.queries.fields import integer, text

log = logging.getLogger(__name__)

#: Milliseconds for which one call may hold Redis, and seconds that others get before the next.
CALL_MS = 5
REST = 0.001

#: KEYS: lease, operation. ARGV: owner, message as JSON, epoch ms
FAIL = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
if redis.call('EXISTS', KEYS[2]) == 0 then return 'gone' end
redis.call('HSET', KEYS[2], 'state', 'failed', 'message', ARGV[2], 'ended_at', ARGV[3])
return 'ok'
"""


class BulkRun:
    """`work()` is advanced in steps of some milliseconds; `close()` gives its connections up."""

    def __init__(self, operation_id: str, stored: dict[bytes, bytes], tools: Tools) -> None:
        self.id = operation_id
        self._stored = stored
        self._tools = tools
        self._verb = text(stored.get(b"verb")) or ""
        self._options: dict[str, Any] = json.loads(stored.get(b"options") or b"{}")
        self._position = integer(stored.get(b"position")) or 0
        self._total = integer(stored.get(b"total")) or 0
        collects = CollectDeleted if self._verb == "restore" else Collect
        self._collect = collects(operation_id, stored, tools) if stored.get(b"state") == b"collecting" else None
        self._trash_room = 0
        self._chunk: tuple[int, list[tuple]] = (-1, [])
        self._left = 0

    def work(self) -> Iterator[float | None]:
        """Collect, or do what is to be done, until it is ready, done, or somebody wants it to pause."""
        if self._collect:
            yield from self._collect.work()
            return
        if self._verb == "delete":
            # What it has thrown away already counts as its own.
            spent = integer(self._stored.get(b"trash_bytes")) or 0
            self._trash_room = max(0, Room(self._tools, _keys.operation(self.id)).bytes - spent)
        while (wait := self._call()) is not None:
            yield wait

    def fail(self, error: Exception) -> None:
        """Write down that it cannot go on. Raises Gone, Lost, redis.RedisError."""
        code = "no_room" if isinstance(error, Full) else "internal"
        if code == "internal":
            log.error("An operation failed", exc_info=error)
        self._say_failed({"code": code})

    def close(self) -> None:
        if self._collect:
            self._collect.close()

    def _call(self) -> float | None:
        """Do the next jobs; seconds to wait before the next call, None where there is none to be made."""
        if self._position < self._total:
            jobs, start = self._next_jobs(), self._position
        else:
            jobs, start = [], "later"
        args = [self._tools.owner, _keys.OPERATION_TTL, CALL_MS, self._script_options(), start, self._total]
        keys = [self._tools.lease_key, _keys.operation(self.id), _keys.operation_later(self.id)]
        said = scripts.run(self._tools.writer, "chunk", keys, [*args, *jobs], self._verb)
        state = said[0].decode()
        if state in ("lost", "gone"):
            raise Lost if state == "lost" else Gone
        if len(said) == 1:
            return None
        _, self._position, wait_ms, self._left, thrown, problem, *limits = said
        self._trash_room -= thrown
        self._settle(limits)
        if problem:
            self._say_failed({"code": "redis", "error": problem.decode("utf-8", "replace")[:300]})
        if state not in ("running", "trying"):
            return None
        if self._position >= self._total and start != "later":
            # Whoever has popped a job has shown it by then.
            return one.LOST_AFTER
        return max(REST, wait_ms / 1000)

    def _script_options(self) -> str:
        told: dict[str, Any] = {"stamp": one.stamp(), "rate": self._options.get("rate", 0)}
        if self._verb == "delete":
            life, undo = 1000 * _keys.TRASH_TTL, 1000 * _keys.UNDO_SECONDS
            told["trash"] = {"token": self.id, "life": life, "undo": undo, "room": self._trash_room}
        if self._verb == "restore":
            told["token"] = json.loads(self._stored[b"of"])["operation"]
        return json.dumps(told)

    def _next_jobs(self) -> list:
        """The rest of the chunk that is under way, as arguments. A round trip for each new chunk."""
        number, offset = divmod(self._position, _keys.OPERATION_CHUNK)
        if self._chunk[0] != number:
            packed = self._tools.writer.lindex(_keys.operation_jobs(self.id), number)
            if packed is None:
                raise Gone
            self._chunk = number, [as_args(kept) for kept in chunks.unpack(packed)]
        return [part for job in self._chunk[1][offset:] for part in job]

    def _settle(self, limits: list[bytes]) -> None:
        """Free and take slots of rate limits. RQ's own maintenance does the same should we die before this."""
        for name in limits:
            RateLimitRegistry(name.decode("utf-8", "surrogateescape"), self._tools.writer).cleanup()

    def _say_failed(self, message: dict[str, Any]) -> None:
        script = self._tools.writer.register_script(FAIL)
        keys = [self._tools.lease_key, _keys.operation(self.id)]
        said = script(keys=keys, args=[self._tools.owner, json.dumps(message), self._tools.clock.now_ms()])
        if said != b"ok":
            raise Lost if said == b"lost" else Gone
