"""One operation under way: goes on from where its hash says, some milliseconds of jobs at a time.

What is done to the jobs, and that it is done, one script writes: see `webapp/actions/lua/chunk.lua`.
"""

import logging
from collections.abc import Iterator
from typing import Any

from rq.rate_limit import RateLimitRegistry

from jobs import _keys
from webapp import files
from webapp.actions import one, scripts
from webapp.operations import chunks, fence, run_again, watch
from webapp.operations.bulk_collect import Collect
from webapp.operations.bulk_plan import Plan
from webapp.operations.bulk_state import State
from webapp.operations.bulk_undo import CollectDeleted
from webapp.operations.ledger import Full
from webapp.operations.line_up import LineUp
from webapp.operations.shift import Gone, Lost, Tools

log = logging.getLogger(__name__)

#: Milliseconds for which one call may hold Redis, and seconds that others get before the next.
CALL_MS = 4
REST = 0.001
#: Jobs that are given to a call at least.
FEW = 20
#: Jobs put back before that are still waited for where another process goes on.
RECALLED = 500


class BulkRun:
    """`work()` is advanced in steps of some milliseconds; `close()` gives its connections up."""

    def __init__(self, operation_id: str, stored: dict[bytes, bytes], tools: Tools, store: files.Store) -> None:
        self.id = operation_id
        self._tools = tools
        self._store = store
        self._plan = Plan(operation_id, stored)
        self._state = State(operation_id, tools)
        self._position = self._plan.position
        self._chunk: tuple[int, list[chunks.Kept], list[tuple]] = (-1, [], [])
        #: Jobs given to one call: some more than the last one had time for.
        self._at_once = self._plan.at_once
        self._streak = watch.Streak(tools, self._plan.since, self._plan.options.get("halt_after", 0))
        collects = CollectDeleted if self._plan.verb == "restore" else Collect
        #: What puts the jobs in their places that came back at the end of a long list.
        self._line_up = LineUp(operation_id, tools) if self._plan.verb == "restore" else None
        self._collect = collects(operation_id, stored, tools) if self._plan.state == "collecting" else None

    def work(self) -> Iterator[float | None]:
        """Collect, or do what is to be done, until it is ready, done, or somebody wants it to pause."""
        if self._collect:
            yield from self._collect.work()
            return
        self._streak.put_back(kept.id for kept in self._between(max(0, self._position - RECALLED), self._position))
        while True:
            if self._line_up and self._position >= self._plan.total:
                yield from self._line_up.work()
                self._line_up = None
            if (wait := self._call()) is None:
                return
            yield wait

    def fail(self, error: Exception) -> None:
        """Write down that it cannot go on. Raises Gone, Lost, redis.RedisError."""
        if isinstance(error, Full):
            self._state.fail({"code": "no_room"})
            return
        log.error("An operation failed", exc_info=error)
        self._state.fail({"code": "internal"})

    def close(self) -> None:
        if self._collect:
            self._collect.close()

    def _call(self) -> float | None:
        """Do the next jobs; seconds to wait before the next call, None where there is none to be made."""
        jobs, start = (self._next_jobs(), self._position) if self._position < self._plan.total else ([], "later")
        options = self._plan.script_options()
        args = [self._tools.owner, _keys.OPERATION_TTL, CALL_MS, options, start, self._plan.stop_at]
        keys = [self._tools.lease_key, _keys.operation(self.id), _keys.operation_later(self.id)]
        said = scripts.run(self._tools.writer, "chunk", keys, [*args, *jobs], self._plan.verb)
        state = said[0].decode()
        if state in ("lost", "gone"):
            raise Lost if state == "lost" else Gone
        return self._told(state, start == "later", said[1:]) if len(said) > 1 else None

    def _told(self, state: str, second: bool, said: list[Any]) -> float | None:
        """What follows from what the script said; `second`: of jobs that were looked at again."""
        position, wait_ms, _, kept, problem, *limits = said
        if not second:
            self._at_once = min(self._plan.at_once, max(FEW, 2 * (position - self._position)))
            self._streak.put_back(kept.id for kept in self._between(self._position, position))
        self._position = position
        self._plan.undo_left -= kept
        self._settle(limits)
        if problem:
            self._state.fail({"code": "redis", "error": problem.decode("utf-8", "replace")[:300]})
        if state == "tried":
            return self._wait_for_first()
        if state not in ("running", "trying"):
            return None
        if message := self._streak.look():
            self._state.halt(state, message)
            return None
        if position >= self._plan.total and not second and not self._line_up:
            # Whoever has popped a job has shown it by then.
            return one.LOST_AFTER
        return max(REST, wait_ms / 1000)

    def _wait_for_first(self) -> float | None:
        ids = [kept.id for kept in self._between(0, self._plan.stop_at)]
        said = watch.first_ones(self._tools, ids, self._plan.options.get("need", 0))
        if said is None:
            return watch.LOOK
        if isinstance(said, dict):
            self._state.halt("trying", said)
            return None
        self._state.go_on()
        self._plan.go_on()
        return REST

    def _next_jobs(self) -> list[Any]:
        """The rest of the chunk that is under way, as arguments. A round trip for each new chunk."""
        number, offset = divmod(self._position, _keys.OPERATION_CHUNK)
        if self._chunk[0] != number:
            kept = self._read(number)
            self._chunk = number, kept, self._as_args(kept)
        return [part for job in self._chunk[2][offset : offset + self._at_once] for part in job]

    def _between(self, start: int, end: int) -> list[chunks.Kept]:
        """The jobs from one position to another. A round trip for each chunk that is not at hand."""
        size, found = _keys.OPERATION_CHUNK, []
        for number in range(start // size, -(-end // size)):
            kept = self._chunk[1] if number == self._chunk[0] else self._read(number)
            found += kept[max(0, start - number * size) : end - number * size]
        return found

    def _read(self, number: int) -> list[chunks.Kept]:
        packed = self._tools.writer.lindex(_keys.operation_jobs(self.id), number)
        if packed is None:
            raise Gone
        return chunks.unpack(packed)

    def _as_args(self, jobs: list[chunks.Kept]) -> list[tuple]:
        if self._plan.fence:
            jobs = fence.keep(self._tools.writer, self._plan.fence, jobs)
        if self._plan.verb != "run_again":
            return [kept.as_args() for kept in jobs]
        return run_again.prepare(self._tools.reader, self._store, self.id, jobs)

    def _settle(self, limits: list[bytes]) -> None:
        """Free and take slots of rate limits. RQ's own maintenance does the same should we die before this."""
        for name in limits:
            RateLimitRegistry(name.decode("utf-8", "surrogateescape"), self._tools.writer).cleanup()
