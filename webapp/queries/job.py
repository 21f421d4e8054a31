"""Reads one job in full, or many at once. Bounded in every part; what the replies say is in `job_detail.py`."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import redis

from jobs import _keys
from webapp import rqkeys
from webapp.models import JobSummary
from webapp.models_job import JobDetail
from webapp.models_overview import Overview
from webapp.offload import offload
from webapp.queries import attempts
from webapp.queries.clock import RedisClock
from webapp.queries.fields import reply
from webapp.queries.job_detail import (
    DEPENDENTS_MAX,
    FIELDS,
    PAYLOAD_BYTES,
    Payload,
    Sizes,
    decode_payload,
    detail,
)
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader

#: Jobs whose decoded payload is remembered: as many as are looked at in one process at a time.
PAYLOADS_MAX = 50
#: The fields that are read only where they are small.
PAYLOAD = ("data", "meta", "description", "webhooks")
#: LPOS walks the list: a position further back is not told.
POSITION_MAX = 2_000
#: (status, queue) of a job whose place there is told.
Place = tuple[str, str]


@dataclass(frozen=True)
class _Known:
    """What the last read of a job found, and what it was made of."""

    fingerprint: tuple
    sizes: Sizes
    place: Place | None
    payload: Payload


class JobReader:
    """Reads jobs in full. Shares its memory of rows with the lists."""

    def __init__(self, clock: RedisClock, rows: RowReader) -> None:
        self._clock = clock
        self._rows = rows
        self._payloads: OrderedDict[str, _Known] = OrderedDict()

    def read(self, reader: redis.Redis, job_id: str, overview: Overview | None = None) -> tuple[JobDetail | None, int]:
        """(the job or None where its hash is gone, Redis time of the read). One to three round trips.

        `overview` tells of workers and schedulers. Raises redis.RedisError.
        """
        plan = Plan(reader)
        self.ask(plan, job_id)
        return self.finish(reader, plan.execute(), [job_id], overview)[job_id]

    def ask(self, plan: Plan, job_id: str) -> None:
        """Put the commands for one job into `plan`."""
        key = rqkeys.job(job_id)
        plan.ask(f"clock {job_id}", lambda pipe: pipe.time())
        plan.ask(f"row {job_id}", self._rows.ask, job_id)
        plan.ask(f"fields {job_id}", lambda pipe: pipe.hmget(key, *FIELDS))
        plan.ask(f"meta {job_id}", lambda pipe: pipe.hstrlen(key, "meta"))
        plan.ask(f"description {job_id}", lambda pipe: pipe.hstrlen(key, "description"))
        plan.ask(f"webhooks {job_id}", lambda pipe: pipe.hstrlen(key, "webhooks"))
        plan.ask(f"ttl {job_id}", lambda pipe: pipe.pttl(key))
        plan.ask(f"dependents {job_id}", _ask_dependents, rqkeys.dependents(job_id))
        plan.ask(f"runs {job_id}", lambda pipe: pipe.zrange(rqkeys.executions(job_id), -1, -1, withscores=True))
        plan.ask(f"results {job_id}", lambda pipe: pipe.xrevrange(rqkeys.results(job_id), count=attempts.MAX))
        plan.ask(f"lines {job_id}", lambda pipe: pipe.xlen(_keys.log(job_id)))
        known = self._payloads.get(job_id)
        if known is not None:
            # As at the last read: if it has changed since, that costs a second round trip.
            _ask_payload(plan, job_id, known.sizes, known.place)

    def finish(
        self, reader: redis.Redis, plan: Plan, ids: Iterable[str], overview: Overview | None
    ) -> dict[str, tuple[JobDetail | None, int]]:
        """What `read` tells, of each job that was asked for. No round trip for jobs that are as they were, else two."""
        rows = {row.id: row for row in self._rows.finish(reader, {job_id: plan[f"row {job_id}"] for job_id in ids})}
        more = Plan(reader)
        for job_id, row in rows.items():
            sizes, place = _sizes(plan, job_id), _place_of(row)
            if not _is_asked(plan, job_id, sizes, place):
                _ask_payload(more, job_id, sizes, place)
        more.execute()
        found: dict[str, tuple[JobDetail | None, int]] = {}
        for job_id, row in rows.items():
            now = self._clock.absorb(reply(plan[f"clock {job_id}"][0]))
            is_gone = row.status is None and (reply(plan[f"ttl {job_id}"][0]) or -2) == -2
            found[job_id] = None if is_gone else self._detail(row, plan, more, overview, now), now
        return found

    def _detail(self, row: JobSummary, plan: Plan, more: Plan, overview: Overview | None, now: int) -> JobDetail:
        sizes, place = _sizes(plan, row.id), _place_of(row)
        source = plan if _is_asked(plan, row.id, sizes, place) else more
        stored = tuple(
            reply(source[f"{name} of {row.id}"][0]) if size <= PAYLOAD_BYTES else None
            for name, size in zip(PAYLOAD, sizes, strict=True)
        )
        entries = reply(plan[f"results {row.id}"][0]) or []
        found = reply(source[f"place of {row.id}"][0]) if place else None
        return detail(row, plan, self._decoded(row.id, stored, entries, sizes, place), found, overview, now)

    def _decoded(
        self, job_id: str, stored: tuple[bytes | None, ...], entries: list, sizes: Sizes, place: Place | None
    ) -> Payload:
        """Decoded now, or remembered: a running job is read many times a second, and only its progress changes."""
        version = self._rows.redactor.version
        fingerprint = (version, [value and hash(value) for value in stored], [entry_id for entry_id, _ in entries])
        known = self._payloads.pop(job_id, None)
        if known is None or (known.fingerprint, known.sizes) != (fingerprint, sizes):
            payload = offload(decode_payload, self._rows.redactor, *stored, entries, sizes)
        else:
            payload = known.payload
        self._payloads[job_id] = _Known(fingerprint, sizes, place, payload)
        while len(self._payloads) > PAYLOADS_MAX:
            self._payloads.popitem(last=False)
        return payload


def _ask_dependents(pipe: redis.client.Pipeline, key: str) -> None:
    pipe.sscan(key, 0, count=DEPENDENTS_MAX)
    pipe.scard(key)


def _sizes(plan: Plan, job_id: str) -> Sizes:
    asked = [plan[f"row {job_id}"][1], *(plan[f"{name} {job_id}"][0] for name in PAYLOAD[1:])]
    data, meta, description, webhooks = (reply(size, 0) or 0 for size in asked)
    return data, meta, description, webhooks


def _place_of(row: JobSummary) -> Place | None:
    """Where the job has a place that its hash does not tell."""
    return (row.status, row.queue) if row.status in ("queued", "canceled") and row.queue else None


def _ask_payload(plan: Plan, job_id: str, sizes: Sizes, place: Place | None) -> None:
    key = rqkeys.job(job_id)
    for name, size in zip(PAYLOAD, sizes, strict=True):
        if size <= PAYLOAD_BYTES:
            plan.ask(f"{name} of {job_id}", lambda pipe, name: pipe.hget(key, name), name)
    if place:
        plan.ask(f"place of {job_id}", _ask_place, job_id, *place)


def _ask_place(pipe: redis.client.Pipeline, job_id: str, status: str, queue: str) -> None:
    if status == "queued":
        pipe.lpos(rqkeys.queue(queue), job_id, maxlen=POSITION_MAX)
    else:
        pipe.zscore(rqkeys.registry(status, queue), job_id)


def _is_asked(plan: Plan, job_id: str, sizes: Sizes, place: Place | None) -> bool:
    needed = [f"{name} of {job_id}" for name, size in zip(PAYLOAD, sizes, strict=True) if size <= PAYLOAD_BYTES]
    if place:
        needed.append(f"place of {job_id}")
    return all(name in plan for name in needed)
