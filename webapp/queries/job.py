"""One job in full: what it calls, how it went, what it waits for, what may be done with it. Bounded in every part."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import redis

from jobs import _keys
from webapp import decode, rqkeys
from webapp.models import WAITING, JobDetail, JobSummary, Overview
from webapp.offload import offload
from webapp.queries import attempts
from webapp.queries.clock import RedisClock
from webapp.queries.explain import explain
from webapp.queries.fields import integer, reply, text
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.tree import tree

FIELDS = (
    "description",
    "timeout",
    "result_ttl",
    "failure_ttl",
    "ttl",
    "retries_left",
    "retry_intervals",
    "dependency_ids",
    "dependency_id",
    "group_id",
    "rate_limit_key",
    "rate_limit_concurrency",
    _keys.ACTOR_FIELD,
)
#: Stored bytes of `data` or `meta` beyond which they are described instead of shown.
PAYLOAD_BYTES = 1024 * 1024
#: Dependents that are named.
DEPENDENTS_MAX = 100
#: Jobs whose decoded payload is remembered: as many as are looked at in one process at a time.
PAYLOADS_MAX = 16
#: LPOS walks the list: a position further back is not told.
POSITION_MAX = 2_000

ACTIONS = {
    "started": ("stop",),
    "finished": ("run_again", "delete"),
    "failed": ("requeue", "run_again", "delete"),
    "stopped": ("requeue", "run_again", "delete"),
    "canceled": ("run_again", "delete"),
}
WAITING_ACTIONS = ("cancel", "run_again", "delete")


@dataclass
class _Payload:
    """What is decoded in one go, in a native thread."""

    arguments: dict | None
    note: str | None
    meta: Any
    attempts: tuple
    result: Any


class JobReader:
    """Reads jobs in full. Shares its memory of rows with the lists."""

    def __init__(self, clock: RedisClock, rows: RowReader) -> None:
        self._clock = clock
        self._rows = rows
        #: job id -> a fingerprint of what was decoded, and what it gave
        self._payloads: OrderedDict[str, tuple[tuple, _Payload]] = OrderedDict()

    def read(self, reader: redis.Redis, job_id: str, overview: Overview | None = None) -> tuple[JobDetail | None, int]:
        """(the job or None where its hash is gone, Redis time of the read). Three round trips.

        `overview` tells of workers and schedulers. Raises redis.RedisError.
        """
        key = rqkeys.job(job_id)
        plan = Plan(reader)
        plan.ask("clock", lambda pipe: pipe.time())
        plan.ask("row", self._rows.ask, job_id)
        plan.ask("fields", lambda pipe: pipe.hmget(key, *FIELDS))
        plan.ask("meta", lambda pipe: pipe.hstrlen(key, "meta"))
        plan.ask("ttl", lambda pipe: pipe.pttl(key))
        plan.ask("dependents", lambda pipe: pipe.sscan(rqkeys.dependents(job_id), 0, count=DEPENDENTS_MAX))
        plan.ask("results", lambda pipe: pipe.xrevrange(rqkeys.results(job_id), count=attempts.MAX))
        plan.ask("log", lambda pipe: pipe.xlen(_keys.log(job_id)))
        plan.execute()
        now = self._clock.absorb(reply(plan["clock"][0]))
        row = self._rows.finish(reader, {job_id: plan["row"]})[0]
        if row.status is None and (reply(plan["ttl"][0]) or -2) == -2:
            return None, now
        payload, position = self._payload(reader, job_id, row, plan)
        return _detail(row, plan, payload, position, overview, now), now

    def _payload(self, reader: redis.Redis, job_id: str, row: JobSummary, plan: Plan) -> tuple[_Payload, int | None]:
        """Payload and position: one round trip more."""
        key = rqkeys.job(job_id)
        sizes = (reply(plan["row"][1], 0) or 0, reply(plan["meta"][0], 0) or 0)
        more = Plan(reader)
        for name, size in zip(("data", "meta"), sizes, strict=True):
            if size <= PAYLOAD_BYTES:
                more.ask(name, lambda pipe, name: pipe.hget(key, name), name)
        if row.status == "queued" and row.queue:
            more.ask("position", _ask_position, row.queue, job_id)
        more.execute()
        data = reply(more["data"][0]) if sizes[0] <= PAYLOAD_BYTES else None
        meta = reply(more["meta"][0]) if sizes[1] <= PAYLOAD_BYTES else None
        payload = self._decoded(job_id, data, meta, reply(plan["results"][0]) or [], sizes)
        position = reply(more["position"][0]) if row.status == "queued" and row.queue else None
        return payload, position

    def _decoded(self, job_id: str, data: bytes | None, meta: bytes | None, entries: list, sizes: tuple) -> _Payload:
        """Decoded now, or remembered: a running job is read many times a second, and only its progress changes."""
        fingerprint = (data and hash(data), meta and hash(meta), sizes, [entry_id for entry_id, _ in entries])
        known = self._payloads.pop(job_id, None)
        if known is None or known[0] != fingerprint:
            known = fingerprint, offload(_decode, data, meta, entries, sizes)
        self._payloads[job_id] = known
        while len(self._payloads) > PAYLOADS_MAX:
            self._payloads.popitem(last=False)
        return known[1]


def _ask_position(pipe: redis.client.Pipeline, queue: str, job_id: str) -> None:
    pipe.lpos(rqkeys.queue(queue), job_id, maxlen=POSITION_MAX)


def _decode(data: bytes | None, meta: bytes | None, entries: list, sizes: tuple[int, int]) -> _Payload:
    arguments, note = None, None
    if data is None and sizes[0] > PAYLOAD_BYTES:
        note = f"Its arguments are too large to show ({sizes[0] // 1024:,} KB)."
    else:
        call = decode.call(data)
        note = call.problem and f"{call.problem[0].upper()}{call.problem[1:]}."
        if not call.problem:
            arguments = {"positional": tree(list(call.args)), "named": tree(call.kwargs)}
    return _Payload(arguments, note, _meta(meta, sizes[1]), attempts.attempts(entries), attempts.result(entries))


def _meta(meta: bytes | None, size: int) -> Any:
    if size > PAYLOAD_BYTES:
        return {"__type__": "truncated", "text": f"{size // 1024:,} KB"}
    if not meta:
        return None
    try:
        return tree(decode.loads(meta)) or None
    except decode.Undecodable as error:
        return {"__type__": "undecodable", "text": str(error)}


def _detail(
    row: JobSummary, plan: Plan, payload: _Payload, position: int | None, overview: Overview | None, now: int
) -> JobDetail:
    fields = dict(zip(FIELDS, reply(plan["fields"][0]) or [None] * len(FIELDS), strict=True))
    worker = overview.workers.get(row.worker) if overview and row.worker else None
    if row.status == "started" and worker is not None:
        state = "runs on" if worker.runs_on else (worker.state if worker.state in ("lost", "no signal") else "alive")
        row = replace(row, worker_state=state)
    row = replace(row, note=row.note or payload.note)
    ttl = reply(plan["ttl"][0], -1)
    failed = next((one for one in payload.attempts if one.error), None)
    queue_info = _queue_info(row, position, overview)
    return JobDetail(
        **{name: getattr(row, name) for name in JobSummary.__dataclass_fields__},
        arguments=payload.arguments,
        description=(text(fields["description"]) or "")[:2_000],
        timeout=integer(fields["timeout"]),
        result_ttl=integer(fields["result_ttl"]),
        failure_ttl=integer(fields["failure_ttl"]),
        ttl=integer(fields["ttl"]),
        expires_at=now + ttl if ttl and ttl > 0 else None,
        retries_left=integer(fields["retries_left"]),
        retry_intervals=_whole_numbers(fields["retry_intervals"]),
        actor=text(fields[_keys.ACTOR_FIELD]),
        meta=payload.meta,
        depends_on=_dependencies(fields),
        dependents=tuple(sorted(text(member) or "" for member in reply(plan["dependents"][0], (0, []))[1]))[
            :DEPENDENTS_MAX
        ],
        group=text(fields["group_id"]),
        rate_limit=_rate_limit(fields),
        attempts=payload.attempts,
        result=payload.result,
        error=failed.error if failed and row.status in ("failed", "stopped") else None,
        artifacts=attempts.artifacts(payload.result),
        log={"lines": reply(plan["log"][0], 0), "supported": row.type is not None},
        actions=_actions(row),
        queue_info=queue_info,
        explain=explain(row, queue_info, overview, now),
    )


def _actions(row: JobSummary) -> tuple[str, ...]:
    actions = WAITING_ACTIONS if row.status in WAITING else ACTIONS.get(row.status or "", ())
    return tuple(action for action in actions if action != "run_again" or row.func)


def _queue_info(row: JobSummary, position: int | None, overview: Overview | None) -> dict | None:
    stats = overview.queues.get(row.queue) if overview and row.queue else None
    if stats is None or row.status not in WAITING:
        return None
    return {
        "workers": stats.workers,
        "position": position,
        "queued": stats.queued,
        "scheduler": stats.scheduler,
    }


def _dependencies(fields: dict[str, Any]) -> tuple[str, ...]:
    try:
        ids = decode.loads(fields["dependency_ids"]) if fields["dependency_ids"] else []
    except decode.Undecodable:
        ids = []
    named = [job_id for job_id in ids if isinstance(job_id, str)] if isinstance(ids, list) else []
    single = text(fields["dependency_id"])
    return tuple(dict.fromkeys(named + ([single] if single else [])))[:DEPENDENTS_MAX]


def _whole_numbers(raw: bytes | None) -> tuple[int, ...] | None:
    try:
        values = decode.loads(raw) if raw else None
    except decode.Undecodable:
        return None
    if not isinstance(values, list):
        return None
    return tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))[:100]


def _rate_limit(fields: dict[str, Any]) -> dict | None:
    key = text(fields["rate_limit_key"])
    return {"key": key, "concurrency": integer(fields["rate_limit_concurrency"])} if key else None
