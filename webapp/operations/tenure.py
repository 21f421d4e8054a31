"""One holding of the recorder's lease: hears of changed jobs, looks at them, counts, and writes every 2 s.

Looks at once where nothing happened before, so that a job is met before it runs, then at most four times a second,
whatever the load. Never reads arguments or results. Threads and lease-keeping belong to `recorder.py`.
"""

import secrets
import threading
import time

from redis.exceptions import RedisError

from jobs import _keys
from webapp import rqkeys
from webapp.connections import Connections
from webapp.live.feed import Feed
from webapp.live.feed.prefixes import JOBS
from webapp.operations.census import Census
from webapp.operations.counters import WorkerCounters
from webapp.operations.flush import Flush
from webapp.operations.lease import Lease
from webapp.operations.looks import Looks
from webapp.operations.pending import Pending
from webapp.operations.tally import Increment, Tally, still_open
from webapp.operations.unaccounted import Unaccounted
from webapp.queries.clock import RedisClock

#: Seconds between writes: with the renewal of the lease and the workers' counters they are one round trip.
FLUSH_INTERVAL = 2.0
#: The same while no change is heard of.
CALM_INTERVAL = 3.0
#: Seconds that the feed gets to connect before time counts as uncovered.
FIRST_WORD = 1.0
#: While nothing happens, the covered time alone is written this seldom: each write wakes every web process.
IDLE_WRITE_MS = 10_000
#: Least seconds between two looks: changed jobs are collected meanwhile.
LOOK_GAP = 0.25
#: The feed's thread rests for this long after each notice: read together, notices cost a third.
REST = 0.1
#: A job that was never looked at counts only what happened this recently, by its own times.
FRESH_MS = 60_000
#: A longer time between two writes is not called recorded: Redis was away, or this process stood still.
COVERED_GAP_MS = 6_000
#: What the list of jobs that RQ lists nowhere may take of all that is ours, and what one of them takes.
UNLISTED_SHARE, UNLISTED_BYTES = 0.05, 300
#: Running jobs that are looked at again after a gap.
LOOK_AGAIN_MAX = 2_000


class Tenure:
    """Begins with `begin()`; `step()` again and again; `end()`. Not thread-safe."""

    def __init__(self, connections: Connections, lease: Lease, mode: str, pending: Pending) -> None:
        self._writer, self._memory = connections.writer, connections.memory
        self._lease = lease
        self._clock = RedisClock()
        most = min(_keys.UNLISTED_MAX, int(_keys.ours_bytes(self._memory.max) * UNLISTED_SHARE / UNLISTED_BYTES))
        self._census = Census(connections.reader, lease, most)
        self._looks = Looks(connections.reader, note=self._census.note)
        self._tally = Tally()
        self._counters = WorkerCounters()
        self._owed = Unaccounted()
        self._pending = pending
        process = f"operations-{secrets.token_hex(4)}"
        listeners = frozenset({_keys.LISTENERS_CHANNEL})
        self._feed = Feed(connections, self._hear, mode=mode, channels=lambda: listeners, process=process, hears=JOBS)
        self._number = 0
        self._unsent: list[Increment] = []
        self._gap = False
        self._news = False
        self._next_flush = time.monotonic()
        self._looked_at = self._flushed_at = float("-inf")

    def begin(self) -> None:
        """Start to listen, and mark where the workers' counters stand. Three round trips. Raises redis.RedisError."""
        self._clock.absorb(self._writer.time())
        for _ in range(2):
            # The first read learns the workers' names, the second their counters.
            pipe = self._writer.pipeline(transaction=False)
            self._counters.ask(pipe)
            self._counters.absorb(pipe.execute(raise_on_error=False), self._clock.now_ms())
        self._pending.take()
        self._feed.start()
        if self._pending.bell.wait(FIRST_WORD):
            # The feed's first word is "anything may have changed": before the tenure, which is not ours to count.
            self._pending.take()
        self._started_ms = self._covered_until = self._written_ms = self._clock.now_ms()
        self._flush = Flush(self._lease, self._started_ms)

    def end(self) -> None:
        """Stop to listen."""
        self._feed.stop()

    def step(self, stopping: threading.Event) -> bool:
        """Wait for a change or the next write, and do it. False where the lease is lost. Raises redis.RedisError."""
        if self._pending.bell.wait(max(0.0, self._next_flush - time.monotonic())):
            stopping.wait(self._looked_at + LOOK_GAP - time.monotonic())
            self._look()
            self._next_flush = min(self._next_flush, self._flushed_at + FLUSH_INTERVAL)
        return time.monotonic() < self._next_flush or self.flush()

    def flush(self) -> bool:
        """Look at what waits, then write. False where the lease is lost. One round trip where nothing waits."""
        is_calm = self._looked_at < self._flushed_at
        self._look()
        self._flushed_at = time.monotonic()
        self._next_flush = self._flushed_at + (CALM_INTERVAL if is_calm else FLUSH_INTERVAL)
        self._census.walk()
        now_ms = self._clock.now_ms()
        pipe = self._writer.pipeline(transaction=False)
        self._flush.ask(pipe, self._number, self._batch(now_ms), now_ms, self._feed.status.mode)
        pipe.time()
        # What is said of the memory is heard in the same round trip.
        weighed = self._memory.is_due
        if weighed:
            self._memory.ask(pipe)
        listed = self._census.ask(pipe)
        self._counters.ask(pipe)
        held, moment, *counters = pipe.execute(raise_on_error=False)
        if weighed:
            self._memory.absorb(counters.pop(0))
        if isinstance(held, RedisError):
            self._memory.noted(held)
            raise held
        if not held:
            return self._lease.take()
        self._unsent = []
        self._number += 1
        if listed and counters.pop(0) == 1:
            self._census.written()
        self._cover(now_ms)
        self._settle(counters, self._clock.absorb(moment))
        return True

    def _hear(self, keys: list[bytes] | None) -> None:
        """In the feed's thread."""
        self._pending.add(keys)
        time.sleep(REST)

    def _batch(self, now_ms: int) -> list[Increment]:
        """What to write now: a batch whose answer was lost once more, else what was counted since the last."""
        if self._unsent:
            self._unsent = [entry for entry in self._unsent if still_open(entry.minute, now_ms)]
            return self._unsent
        # The time that counts belong to is told with the write after theirs.
        news, self._news = self._news, self._tally.has_counts
        if news or self._news or now_ms - self._written_ms >= IDLE_WRITE_MS:
            self._written_ms = now_ms
            self._unsent = self._tally.take(now_ms)
        return self._unsent

    def _cover(self, now_ms: int) -> None:
        """Note that all was heard since the last write, unless that is too long ago. It is told with the next one."""
        start, self._covered_until = self._covered_until, now_ms
        if 0 < now_ms - start <= COVERED_GAP_MS:
            self._tally.cover(start, now_ms, arrivals=not self._gap and self._feed.status.mode != "away")

    def _look(self) -> None:
        """Look at the jobs that wait. Two round trips per 500 jobs, one where all were met before."""
        self._looked_at = time.monotonic()
        waiting = self._pending.take()
        self._gap = self._gap or waiting.gap
        if waiting.gap:
            self._census.doubt()
        try:
            if waiting.workers:
                self._counters.learn(self._writer.smembers(rqkeys.WORKERS))
            self._look_at(list(dict.fromkeys(waiting.jobs + self._looks.running(LOOK_AGAIN_MAX * waiting.gap))))
        except RedisError:
            self._gap = True
            raise

    def _look_at(self, jobs: list[str]) -> None:
        now_ms = self._clock.now_ms()
        for seen in self._looks.look(jobs, max(self._started_ms, now_ms - FRESH_MS)):
            if seen.vanished:
                self._owed.vanished(now_ms, seen.queue, seen.function, seen.started)
            else:
                self._owed.looked(seen.events)
                self._tally.add(now_ms, seen.queue, seen.function, seen.events)

    def _settle(self, counters: list, now_ms: int) -> None:
        """Count what only the workers' counters tell of."""
        self._owed.counted(self._counters.absorb(counters, now_ms))
        gap, self._gap = self._gap, False
        for owed in self._owed.settle(now_ms, everything=gap):
            self._tally.add(now_ms, owed.queue, owed.function, owed.events)
