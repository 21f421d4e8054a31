"""Sweeps up after jobs, once a minute: logs and notes without a job, and whatever of ours grows beyond its share.

Touches keys of ours only. One process at a time by lease; each step is bounded. What is removed, and why, stands in
docs/operations.md.
"""

import logging
import threading
import time

from redis.exceptions import NoPermissionError, ReadOnlyError, RedisError

from jobs import _keys
from webapp.config import Config
from webapp.connections import Connections
from webapp.operations import room
from webapp.operations.errors import AWAY_ERRORS
from webapp.operations.figures_sweep import FiguresSweep
from webapp.operations.file_sweep import FileSweep
from webapp.operations.lease import Lease
from webapp.operations.log_sweep import LogSweep
from webapp.operations.note_sweep import NoteSweep
from webapp.operations.shares import Shares
from webapp.queries.fields import integer, reply

log = logging.getLogger(__name__)

#: Seconds between sweeps of keys, and of files.
INTERVAL = 60.0
FILES_INTERVAL = 3600.0
#: A sweep that takes longer than this lets another process in.
LEASE_MS = 60_000
#: What figures may take of all that is ours; logs take what is left.
FIGURES_SHARE = 0.25
#: What jobs deleted one by one may take of it.
ONE_BY_ONE = _keys.TRASH_MAX * room.NOTE
#: Logs are cut to this part of what they may take, and may grow by the rest until the next sweep.
LOGS_CUT_TO = 0.75


class Sweeper:
    """`run()` is meant for a thread of its own, `stop()` for any other."""

    def __init__(self, connections: Connections, config: Config) -> None:
        self._redis, self._memory = connections.writer, connections.memory
        self._stopping = threading.Event()
        self._lease = Lease(connections.writer, "sweep", LEASE_MS)
        self._shares = Shares(connections.writer)
        self._logs = LogSweep(connections.writer)
        self._notes = NoteSweep(connections.writer)
        self._figures = FiguresSweep(connections.writer)
        self._files = FileSweep(config, connections.reader) if config.may_write else None
        self._next_files = 0.0

    def run(self) -> None:
        """Sweep every INTERVAL, the first time after one, until `stop()`. Never raises."""
        while not self._stopping.wait(INTERVAL):
            try:
                self.sweep()
            except AWAY_ERRORS as error:
                log.debug("Nothing is swept: %s", error)
            except (NoPermissionError, ReadOnlyError) as error:
                log.info("Old logs are not removed, since Redis refuses: %s", error)
                return
            except RedisError as error:
                log.warning("Nothing is swept this time, since Redis refuses: %s", error)
            except Exception:
                log.exception("The sweep met an error of its own; it is tried again.")

    def stop(self) -> None:
        """Let `run()` return after the step that it is at; waits for nothing."""
        self._stopping.set()

    def sweep(self) -> None:
        """Once over keys, and every FILES_INTERVAL over files. About ten round trips where there is little to do.

        Without a lease where Redis is nearly full: it would be written, and two that sweep do no harm.
        """
        if not self._memory.may_keep():
            self._sweep_keys()
        elif self._lease.take():
            try:
                self._sweep_keys()
            finally:
                self._lease.release()
        if self._files is not None and time.monotonic() >= self._next_files:
            self._next_files = time.monotonic() + FILES_INTERVAL
            self._sweep_files(self._files)

    def _sweep_keys(self) -> None:
        pipe = self._redis.pipeline(transaction=False)
        pipe.time().info("memory").hlen(_keys.CATALOG)
        pipe.memory_usage(_keys.LOG_INDEX, samples=0).zcard(_keys.LOG_INDEX)
        moment, memory, types, *sizes, logs = pipe.execute(raise_on_error=False)
        self._memory.absorb(memory)
        moment, types, logs, sizes = reply(moment), reply(types), reply(logs), [reply(size) for size in sizes]
        budget = _keys.ours_bytes(self._memory.max)
        sizes.append(self._shares.sweep(budget))
        figures = self._figures.sweep(moment[0] // 60, int(budget * FIGURES_SHARE))
        self._say(figures, "minutes of figures beyond their share")
        self._say(self._notes.sweep(), "jobs' notes, since the job is gone")
        thrown, held = self._weigh_operations()
        known = self._figures.total + self._notes.total + sum(size or 0 for size in sizes)
        left = budget - known - self._weigh_searches() - held
        # What is noted about deleted jobs is ours for a minute: it keeps to the cap, not to the share of a small Redis.
        cap = left + _keys.OURS_BYTES - budget
        if logs:
            most = max(0, min(_keys.LOGS_BYTES, left, cap - thrown))
            self._say(self._logs.sweep(int(most * LOGS_CUT_TO)), "logs without a job or beyond their share")
            self._allow_logs(most - self._logs.total)
        self._tell_room(cap - (self._logs.total if logs else 0))
        if (types or 0) > _keys.CATALOG_MAX:
            self._say(self._shares.trim_types(), "job types beyond the cap of the catalog")

    def _allow_logs(self, more: int) -> None:
        """All logs together may grow by so many bytes until the next sweep."""
        if self._memory.may_keep():
            self._redis.set(_keys.LOG_ROOM, max(0, more), ex=_keys.LOG_ROOM_TTL)

    def _weigh_searches(self) -> int:
        """Bytes of what searches have found. Two round trips; each of at most SEARCHES_MAX has a bound of its own."""
        pipe = self._redis.pipeline(transaction=False)
        for member in self._redis.zrange(_keys.SEARCHES, 0, -1):
            pipe.memory_usage(_keys.search_hits(member.decode("utf-8", "replace")), samples=0)
        return sum(reply(size) or 0 for size in pipe.execute(raise_on_error=False))

    def _weigh_operations(self) -> tuple[int, int]:
        """(bytes of ours about deleted jobs that can be put back, and about operations). Two round trips."""
        pipe = self._redis.pipeline(transaction=False)
        for member in self._redis.zrange(_keys.OPERATIONS, 0, -1):
            pipe.hmget(_keys.operation(member.decode("utf-8", "replace")), "trash_bytes", "bytes")
        found = [reply(told) or (None, None) for told in pipe.execute(raise_on_error=False)]
        thrown, held = (sum(integer(told[at]) or 0 for told in found) for at in (0, 1))
        return thrown + ONE_BY_ONE, held

    def _tell_room(self, left: int) -> None:
        """What operations note about what they throw away takes no more than this."""
        if not self._memory.may_keep():
            return
        pipe = self._redis.pipeline()
        pipe.hset(_keys.SWEEP, "room", max(0, left - ONE_BY_ONE)).expire(_keys.SWEEP, _keys.SWEEP_TTL)
        pipe.execute()

    def _sweep_files(self, files: FileSweep) -> None:
        try:
            self._say(files.sweep(), "folders of uploads and artifacts without a job")
        except OSError as error:
            log.warning("Old files are not removed: %s", error)

    @staticmethod
    def _say(count: int, what: str) -> None:
        if count:
            log.info("Removed %d %s.", count, what)
