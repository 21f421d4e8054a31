"""Why jobs fail: a memory of the newest failed jobs by cause, kept up with what changes. One per web process.

What lies in the registries is in `failure_lists.py`, what is read of a job in `failure_read.py`, how they are put
together in `failure_groups.py`, what boards tell in `failure_views.py`. Here: how much of it is read, and what next.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

import redis

from webapp.errors import NotFound
from webapp.offload import offload
from webapp.queries import failure_read, failure_views, mutes
from webapp.queries.clock import RedisClock
from webapp.queries.failure_groups import HOUR_MS, Groups
from webapp.queries.failure_lists import FailureLists
from webapp.queries.mutes import Mute
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles
from webapp.rights import EVERYTHING, Rights

#: New jobs of one read, and of one step of it; the next read goes on.
READ_MAX, STEP = 1_000, 200
#: Jobs of one read that are looked at again though nothing tells of a change.
AGAIN_MAX = 100
#: Jobs that notices told of between two reads.
HEARD_MAX = 1_000
#: Seconds within which several boards share one look.
FRESH = 0.5
#: Jobs of one cause that are shown.
ROWS_MAX = 200
#: Jobs of one cause that are named, to do something to them: as many as one operation takes by id.
IDS_MAX = 1_000

#: (queue, score in its failed registry)
Place = tuple[str, float]


class Failures:
    """The memory of one Redis. Its methods may be called from any thread."""

    def __init__(self, rights: Rights = EVERYTHING) -> None:
        """Of the jobs that `rights` cover."""
        self._rights = rights
        self._lock = threading.Lock()
        self._lists = FailureLists(rights)
        self._groups = Groups()
        self._mutes: dict[str, Mute] = {}
        #: What was read, by id, with the place that it had.
        self._seen: dict[str, Place] = {}
        #: What is to be read, newest first.
        self._pending: dict[str, Place] = {}
        #: Jobs whose place does not tell that they failed again: those that never expire, and those that were no
        #: failures when they were read. Those that were read longest ago stand first.
        self._doubtful: dict[str, None] = {}
        #: Those of `_seen` that were stopped: RQ counts them among the failed ones.
        self._stopped: set[str] = set()
        self._heard: set[str] = set()
        self._version = -1
        self._masked_as = 0
        self._next_expiry = float("inf")
        self._looked_at = float("-inf")
        self._is_outdated = False
        self._has_recent = True

    @property
    def has_more(self) -> bool:
        """Whether the next read goes on with what the last one left."""
        return bool(self._pending) or self._lists.is_walking

    @property
    def has_more_recent(self) -> bool:
        """The same for who wants to know of the last hour only."""
        return (bool(self._pending) and self._has_recent) or self._lists.is_walking

    def hear(self, jobs: Iterable[str]) -> bool:
        """Some jobs have changed; returns whether one that is remembered is among them. No I/O."""
        found = [job_id for job_id in jobs if job_id in self._seen]
        self._heard.update(islice(found, max(0, HEARD_MAX - len(self._heard))))
        return bool(found)

    def look_anew(self) -> None:
        """What was read a moment ago is older than what was heard since: the next read shares no look. No I/O."""
        self._is_outdated = True

    def overview(self, reader: redis.Redis, clock: RedisClock, rows: RowReader) -> dict[str, Any]:
        """The board "failures". Three round trips where nothing has changed, see `_refresh`."""
        with self._lock:
            self._refresh(reader, clock, rows, only_recent=False)
            told = offload(failure_views.overview, self._view(clock, rows.titles))
        return told | self._extent()

    def count(self, reader: redis.Redis, clock: RedisClock, rows: RowReader) -> dict[str, int]:
        """The board "failures_count". Two round trips where nothing has changed, see `_refresh`."""
        with self._lock:
            self._refresh(reader, clock, rows, only_recent=True)
            return failure_views.last_hour(self._groups, self._mutes, clock.now_ms())

    def stopped(self, reader: redis.Redis, clock: RedisClock, rows: RowReader) -> dict[str, Any]:
        """The board "stopped": how many jobs of each queue were. Two round trips where nothing has changed."""
        with self._lock:
            self._refresh(reader, clock, rows, only_recent=False)
            counts = Counter(self._seen[job_id][0] for job_id in self._stopped)
            is_whole = self._lists.is_whole and not self.has_more
        return {"queues": dict(counts), "whole": is_whole} | self._extent()

    def group(
        self, reader: redis.Redis, clock: RedisClock, rows: RowReader, cause_id: str, age: int | None
    ) -> dict[str, Any]:
        """The board "failure/<id>": one cause, and the newest of its jobs of the last `age` seconds. Raises NotFound.

        Five round trips where nothing has changed, up to three more for jobs not met before.
        """
        with self._lock:
            self._refresh(reader, clock, rows, only_recent=False)
            found = self._groups.get(cause_id)
            if found is None and not self.has_more:
                raise NotFound("No failed job is left of this cause.", fix="Look at the other causes.")
            since = clock.now_ms() - age * 1_000 if age else 0
            newest = found.newest(since, ROWS_MAX) if found else []
            told = found and failure_views.group(found, self._view(clock, rows.titles))
            more = found.since(since) - len(newest) if found else 0
        shown = [row.as_json() for row in rows.rows(reader, [failure.id for failure in newest])]
        sample = failure_read.traceback(reader, rows, told["sample"]["job"]) if told else None
        return {"group": told, "traceback": sample, "jobs": shown, "more": more, "age": age} | self._extent()

    def ids(self, reader: redis.Redis, clock: RedisClock, rows: RowReader, cause_id: str) -> dict[str, Any]:
        """The board "failure_jobs/<id>": ids of at most IDS_MAX jobs of one cause, the newest first. Raises NotFound.

        Three round trips where nothing has changed, see `_refresh`.
        """
        with self._lock:
            self._refresh(reader, clock, rows, only_recent=False)
            found = self._groups.get(cause_id)
            if found is None:
                raise NotFound("No failed job is left of this cause.", fix="Look at the other causes.")
            return {"ids": [failure.id for failure in found.newest(0, IDS_MAX)], "of": len(found.jobs)}

    def _extent(self) -> dict[str, int]:
        return {"looked_at": len(self._seen), "of": self._lists.total}

    def _view(self, clock: RedisClock, titles: Titles) -> failure_views.View:
        is_whole = self._lists.is_whole and not self.has_more
        return failure_views.View(self._groups, self._told_mutes(), clock.now_ms(), titles, is_whole)

    def _told_mutes(self) -> dict[str, Mute]:
        """Of a cause of which no job is in sight, narrowed rights do not cover even the name."""
        if not self._rights.is_narrowed:
            return self._mutes
        return {cause_id: mute for cause_id, mute in self._mutes.items() if self._groups.get(cause_id) is not None}

    def _refresh(self, reader: redis.Redis, clock: RedisClock, rows: RowReader, only_recent: bool) -> None:
        """Look at the registries and the mutes, then read at most READ_MAX jobs that are new.

        `only_recent`: what failed longer ago is left until somebody wants to know of it. Cost: see
        `FailureLists.look` and `failure_read.read`, which takes STEP jobs at a time.
        """
        rows.titles.refresh(reader)
        if self._masked_as != rows.redactor.version:
            self._forget(rows.redactor.version)
        if self._is_outdated or time.monotonic() - self._looked_at >= FRESH:
            self._is_outdated = False
            self._lists.look(reader, clock)
            self._mutes = mutes.read(reader)
            now = clock.now_ms() / 1_000
            if self._version != self._lists.version or now >= self._next_expiry:
                offload(self._compare, now)
            self._ask_again(only_recent)
            self._looked_at = time.monotonic()
        for _ in range(0, READ_MAX, STEP):
            if not self._pending or (only_recent and not self._has_recent):
                return
            self._read(reader, rows, clock.now_ms())

    def _forget(self, masked_as: int) -> None:
        """Read all anew: other arguments are secret than were."""
        self._masked_as, self._version, self._is_outdated = masked_as, -1, True
        self._groups = Groups()
        for remembered in (self._seen, self._pending, self._doubtful, self._stopped):
            remembered.clear()

    def _compare(self, now: float) -> None:
        """Forget who has left the registries or expired, and note who is to be read. O(remembered jobs)."""
        self._version = self._lists.version
        members = {job_id: at for job_id, at in self._lists.members().items() if not 0 <= at[1] < now}
        for job_id in self._seen.keys() - members.keys():
            del self._seen[job_id]
            self._doubtful.pop(job_id, None)
            self._stopped.discard(job_id)
            self._groups.drop(job_id)
        new = [job_id for job_id, place in members.items() if self._seen.get(job_id) != place]
        new.sort(key=lambda job_id: members[job_id][1], reverse=True)
        self._pending = {job_id: members[job_id] for job_id in new}
        self._has_recent = self._has_recent or bool(new)
        self._next_expiry = min((score for _, score in members.values() if score >= 0), default=float("inf"))

    def _ask_again(self, only_recent: bool) -> None:
        """Put those that have changed, or may have unseen, before what is to be read."""
        again, self._heard = self._heard, set()
        self._has_recent = self._has_recent or bool(again)
        if not only_recent:
            again |= set(islice(self._doubtful, AGAIN_MAX))
        if again:
            first = {job_id: self._seen[job_id] for job_id in again if job_id in self._seen}
            self._pending = first | self._pending

    def _read(self, reader: redis.Redis, rows: RowReader, now_ms: int) -> None:
        jobs = dict(islice(self._pending.items(), STEP))
        found = failure_read.read(reader, rows, {job_id: queue for job_id, (queue, _) in jobs.items()})
        self._has_recent = False
        for job_id, place in jobs.items():
            self._pending.pop(job_id)
            self._seen[job_id] = place
            told = found[job_id]
            self._stopped.discard(job_id)
            if isinstance(told, tuple) and not self._rights.sees_job(told[0].queue, told[0].func):
                self._groups.drop(job_id)
                self._doubtful.pop(job_id, None)
                continue
            if told == failure_read.STOPPED:
                self._stopped.add(job_id)
                told = None
            if told:
                self._groups.put(*told)
                # Never-expiring jobs lie in the order of their ids: the newest may be the last.
                self._has_recent = self._has_recent or told[0].at >= now_ms - HOUR_MS or place[1] < 0
            else:
                self._groups.drop(job_id)
            self._doubtful.pop(job_id, None)
            if not told or place[1] < 0:
                self._doubtful[job_id] = None
