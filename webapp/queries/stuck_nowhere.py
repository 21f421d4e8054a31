"""Walks all keys, a thousand at each look, for jobs that are in none of RQ's lists: nobody will ever run them.

A worker that dies between its pop and the start of the run loses a job so, and a program that dies between two steps.
SCAN finds each key that is there from begin to end of a walk; a walk over a million keys takes half an hour.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import redis

from webapp import rqkeys
from webapp.models_overview import Overview
from webapp.queries import sightings
from webapp.queries.fields import moment, reply, text
from webapp.queries.plan import Plan
from webapp.queries.stuck_facts import SHOWN_MAX, Found, Kind
from webapp.queries.stuck_places import Job, Places
from webapp.queries.suspects import Suspects

#: Keys that one look walks over, and suspects that it looks at again.
SCANNED, AGAIN_MAX = 1_000, 100
#: Least milliseconds from the begin of one walk to the next: where there is little, each look would walk over it all.
WALK_EVERY_MS = 10_000
#: Keys of one SCAN: a tenth of a millisecond of Redis.
SCAN_STEP = 200
#: Jobs of one pipeline: more would keep the other greenlets of a web process waiting.
CHUNK = 200
FIELDS = (
    "status",
    "origin",
    "created_at",
    "enqueued_at",
    "started_at",
    "rate_limit_key",
    "dependency_ids",
    "dependency_id",
)
#: Statuses of jobs that must lie somewhere.
LISTED = frozenset({b"queued", b"scheduled", b"deferred", b"rate_limited", b"ready_to_enqueue", b"started"})


class Mark(NamedTuple):
    """What tells a job that stayed from one that was moved and lost again."""

    status: str
    enqueued_at: int | None
    started_at: int | None


class NowhereWalk:
    """Goes through the keyspace again and again; remembers where it is."""

    def __init__(self) -> None:
        self._cursor = 0
        self._suspects = Suspects()
        self._jobs: dict[str, Job] = {}
        self.looked_at = self.keys = self.walks = 0
        #: Redis time at which the walk that goes on began, epoch ms.
        self.began_at: int | None = None

    def read(self, reader: redis.Redis, overview: Overview, now_ms: int) -> Kind:
        """Go on by about SCANNED keys. Some ten round trips, none of which holds Redis for longer than a few ms; one
        where the last walk is through and the next not due.
        """
        self._look_again(reader, overview, now_ms)
        places = Places(reader, overview, now_ms)
        found = places.nowhere(_read(reader, self._next(reader, now_ms)))
        self._remember(found)
        told = self._suspects.told()
        return Kind(kind="nowhere", found=[self._found(job_id) for job_id in told], at_least=self._suspects.cut)

    def _next(self, reader: redis.Redis, now_ms: int) -> list[str]:
        """Ids of the jobs among the next keys."""
        if not self._cursor:
            if self.began_at is not None and abs(now_ms - self.began_at) < WALK_EVERY_MS:
                return []
            self.began_at, self.looked_at = now_ms, 0
        keys: list[bytes] = []
        while len(keys) < SCANNED:
            plan = Plan(reader)
            plan.ask("keys", lambda pipe: pipe.scan(self._cursor, count=SCAN_STEP))
            plan.ask("size", lambda pipe: pipe.dbsize())
            plan.execute()
            self._cursor, found = reply(plan["keys"][0], (0, []))
            self.keys = reply(plan["size"][0], 0)
            keys += found
            if not self._cursor:
                self.walks += 1
                break
        self.looked_at += len(keys)
        start = rqkeys.JOB_PREFIX.encode()
        names = (key[len(start) :] for key in keys if key.startswith(start))
        return [name.decode("utf-8", "replace") for name in names if b":" not in name]

    def _look_again(self, reader: redis.Redis, overview: Overview, now_ms: int) -> None:
        ids = self._suspects.due(AGAIN_MAX, SHOWN_MAX, sightings.STANDS)
        found = Places(reader, overview, now_ms).nowhere(_read(reader, ids), thorough=True)
        self._suspects.judge(ids, {job.id: _mark(job) for job in found})
        self._jobs |= {job.id: job for job in found}
        self._jobs = {job_id: job for job_id, job in self._jobs.items() if job_id in self._suspects}

    def _remember(self, found: list[Job]) -> None:
        self._suspects.add({job.id: _mark(job) for job in found})
        self._jobs |= {job.id: job for job in found if job.id in self._suspects}

    def _found(self, job_id: str) -> Found:
        job = self._jobs[job_id]
        return Found(
            id=job_id, queue=job.queue, reason=job.status, since=job.started_at or job.enqueued_at or job.created_at
        )


def _mark(job: Job) -> Mark:
    return Mark(job.status, job.enqueued_at, job.started_at)


def _read(reader: redis.Redis, ids: list[str]) -> list[Job]:
    """Those of the jobs that must lie somewhere."""
    jobs = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        plan = Plan(reader)
        for job_id in chunk:
            plan.ask(job_id, lambda pipe, job_id: pipe.hmget(rqkeys.job(job_id), *FIELDS), job_id)
        plan.execute()
        fields = {job_id: reply(plan[job_id][0]) or [None] * len(FIELDS) for job_id in chunk}
        jobs += [
            _job(job_id, dict(zip(FIELDS, values, strict=True)))
            for job_id, values in fields.items()
            if values[0] in LISTED
        ]
    return jobs


def _job(job_id: str, fields: Mapping[str, Any]) -> Job:
    return Job(
        id=job_id,
        status=text(fields["status"]) or "",
        queue=text(fields["origin"]) or "",
        created_at=moment(fields["created_at"]),
        enqueued_at=moment(fields["enqueued_at"]),
        started_at=moment(fields["started_at"]) if fields["status"] == b"started" else None,
        limit=text(fields["rate_limit_key"]),
        dependencies=(fields["dependency_ids"], fields["dependency_id"]),
    )
