"""The catalog of job types, with how many workers listen for each and have its code. Never writes."""

from dataclasses import dataclass
from typing import Any

import redis

from jobs import _keys
from webapp import catalog, rqkeys
from webapp.offload import HubBreather
from webapp.queries.clock import RedisClock
from webapp.queries.fields import reply, text
from webapp.redact.redactor import Redactor


@dataclass(frozen=True)
class Catalog:
    """What can be submitted."""

    #: Catalog entries by title, with `listening` and `has_code`.
    job_types: tuple[dict[str, Any], ...]
    #: Live schedulers: without one, a job for later waits for ever.
    schedulers: int
    #: Redis' time, ms.
    now: int

    def as_json(self) -> dict[str, Any]:
        return {"job_types": list(self.job_types), "schedulers": self.schedulers, "now": self.now}


@dataclass(frozen=True)
class _Worker:
    queues: frozenset[str]
    hostname: str | None


def job_types(reader: redis.Redis, redactor: Redactor) -> Catalog:
    """Every entry, broken ones too. Two round trips, O(job types + workers + queues). Raises redis.RedisError."""
    with reader.pipeline(transaction=False) as pipe:
        pipe.hgetall(_keys.CATALOG).smembers(rqkeys.WORKERS).smembers(rqkeys.QUEUES).time()
        stored, workers, queues, time = (reply(answer) for answer in pipe.execute(raise_on_error=False))
    each = HubBreather().each
    entries = [catalog.entry(name.decode(errors="replace"), raw) for name, raw in each((stored or {}).items())]
    names = rqkeys.names(workers, rqkeys.WORKER_PREFIX)
    served = {
        *rqkeys.names(queues, rqkeys.QUEUE_PREFIX),
        *(entry["queue"] or catalog.DEFAULT_QUEUE for entry in entries),
    }
    listening, schedulers = _who_is_there(reader, names, sorted(served))
    shown = [entry | _counts(entry, listening) | {"schema": _schema(entry, redactor)} for entry in each(entries)]
    now = RedisClock().absorb(time)
    return Catalog(tuple(sorted(shown, key=lambda entry: (entry["title"].lower(), entry["name"]))), schedulers, now)


def _who_is_there(reader: redis.Redis, names: list[str], queues: list[str]) -> tuple[list[_Worker], int]:
    """The workers whose command channel has a listener, and how many schedulers hold a lock."""
    with reader.pipeline(transaction=False) as pipe:
        for queue in queues:
            pipe.get(rqkeys.scheduler_lock(queue))
        for name in names:
            pipe.hmget(rqkeys.worker(name), "queues", "hostname")
        if names:
            pipe.pubsub_numsub(*(rqkeys.commands(name) for name in names))
        replies = pipe.execute(raise_on_error=False) if len(pipe) else []
    schedulers = {reply(lock) for lock in replies[: len(queues)]} - {None}
    found = replies[len(queues) : len(queues) + len(names)]
    heard = dict(reply(replies[-1]) or ()) if names else {}
    workers = [
        _Worker(frozenset((text(fields[0]) or "").split(",")), text(fields[1]))
        for name, fields in zip(names, map(reply, found), strict=True)
        if fields and heard.get(rqkeys.commands(name).encode(), 0) > 0
    ]
    return workers, len(schedulers)


def _schema(entry: dict[str, Any], redactor: Redactor) -> dict[str, Any] | None:
    return redactor.schema(entry["schema"]) if isinstance(entry["schema"], dict) else None


def _counts(entry: dict[str, Any], workers: list[_Worker]) -> dict[str, int]:
    listening = [worker for worker in workers if (entry["queue"] or catalog.DEFAULT_QUEUE) in worker.queues]
    return {
        "listening": len(listening),
        "has_code": sum(worker.hostname in entry["hosts"] for worker in listening),
    }
