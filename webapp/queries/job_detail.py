"""What the replies about one job say: what it calls, how it went, what it waits for, what may be done. No I/O."""

from dataclasses import dataclass, replace
from typing import Any

from jobs import _keys
from webapp import decode
from webapp.models import WAITING, JobDetail, JobSummary, Overview
from webapp.queries import attempts
from webapp.queries.explain import explain
from webapp.queries.fields import integer, reply, text
from webapp.queries.plan import Plan
from webapp.tree import tree

FIELDS = (
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
#: Stored bytes of `data`, `meta` or `description` beyond which they are not read.
PAYLOAD_BYTES = 1024 * 1024
DESCRIPTION_CHARS = 2_000
#: Dependents that are named.
DEPENDENTS_MAX = 100

ACTIONS = {
    "started": ("stop",),
    "finished": ("run_again", "delete"),
    "failed": ("requeue", "run_again", "delete"),
    "stopped": ("requeue", "run_again", "delete"),
    "canceled": ("run_again", "delete"),
}
WAITING_ACTIONS = ("cancel", "run_again", "delete")

#: Bytes of `data`, `meta` and `description` as stored.
Sizes = tuple[int, int, int]


@dataclass
class Payload:
    """What is decoded in one go, in a native thread."""

    arguments: dict | None
    description: str
    note: str | None
    meta: Any
    attempts: tuple
    result: Any


def decode_payload(
    data: bytes | None, meta: bytes | None, description: bytes | None, entries: list, sizes: Sizes
) -> Payload:
    """Takes milliseconds where these are large: for a native thread."""
    arguments, note = None, None
    if data is None and sizes[0] > PAYLOAD_BYTES:
        note = f"Its arguments are too large to show ({sizes[0] // 1024:,} KB)."
    else:
        call = decode.call(data)
        note = call.problem and f"{call.problem[0].upper()}{call.problem[1:]}."
        if not call.problem:
            arguments = {"positional": tree(list(call.args)), "named": tree(call.kwargs)}
    described = (text(description) or "")[:DESCRIPTION_CHARS]
    return Payload(
        arguments, described, note, _meta(meta, sizes[1]), attempts.attempts(entries), attempts.result(entries)
    )


def _meta(meta: bytes | None, size: int) -> Any:
    if size > PAYLOAD_BYTES:
        return {"__type__": "truncated", "text": f"{size // 1024:,} KB"}
    if not meta:
        return None
    try:
        return tree(decode.loads(meta)) or None
    except decode.Undecodable as error:
        return {"__type__": "undecodable", "text": str(error)}


def detail(
    row: JobSummary, plan: Plan, payload: Payload, position: int | None, overview: Overview | None, now: int
) -> JobDetail:
    """The job from the replies that `plan` holds under its id, and what was decoded of it."""
    fields = dict(zip(FIELDS, reply(plan[f"fields {row.id}"][0]) or [None] * len(FIELDS), strict=True))
    worker = overview.workers.get(row.worker) if overview and row.worker else None
    if row.status == "started" and worker is not None:
        state = "runs on" if worker.runs_on else (worker.state if worker.state in ("lost", "no signal") else "alive")
        row = replace(row, worker_state=state)
    row = replace(row, note=row.note or payload.note)
    ttl = reply(plan[f"ttl {row.id}"][0], -1)
    failed = next((one for one in payload.attempts if one.error), None)
    queue_info = _queue_info(row, position, overview)
    return JobDetail(
        **{name: getattr(row, name) for name in JobSummary.__dataclass_fields__},
        arguments=payload.arguments,
        description=payload.description,
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
        dependents=tuple(sorted(text(member) or "" for member in reply(plan[f"dependents {row.id}"][0], (0, []))[1]))[
            :DEPENDENTS_MAX
        ],
        group=text(fields["group_id"]),
        rate_limit=_rate_limit(fields),
        attempts=payload.attempts,
        result=payload.result,
        error=failed.error if failed and row.status in ("failed", "stopped") else None,
        artifacts=attempts.artifacts(payload.result),
        log={"lines": reply(plan[f"lines {row.id}"][0], 0), "supported": row.type is not None},
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
