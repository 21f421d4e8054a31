"""What the replies about one job say: what it calls, how it went, what it waits for, what may be done. No I/O."""

from dataclasses import dataclass, replace
from typing import Any

from jobs import _keys
from webapp import decode, plain
from webapp.models import WAITING, JobSummary
from webapp.models_job import JobDetail
from webapp.models_overview import Overview
from webapp.queries import attempts, job_plans
from webapp.queries.fields import integer, moment, reply, seconds_ms, text
from webapp.queries.plan import Replies
from webapp.redact.redactor import Arguments, JobMask, Redactor
from webapp.tree import tree

FIELDS = (
    "timeout",
    "result_ttl",
    "failure_ttl",
    "ttl",
    "retries_left",
    "retry_intervals",
    "number_of_retries",
    "repeats_left",
    "repeat_intervals",
    "success_callback_name",
    "failure_callback_name",
    "stopped_callback_name",
    "success_callback_timeout",
    "failure_callback_timeout",
    "stopped_callback_timeout",
    "dependency_ids",
    "dependency_id",
    "allow_dependency_failures",
    "enqueue_at_front",
    "last_heartbeat",
    "group_id",
    "rate_limit_key",
    "rate_limit_concurrency",
    _keys.ACTOR_FIELD,
    _keys.SUBMITTED_FIELD,
)
#: Stored bytes of `data`, `meta`, `description` or `webhooks` beyond which they are not read.
PAYLOAD_BYTES = 1024 * 1024
DESCRIPTION_CHARS = 2_000
#: Dependents that are named.
DEPENDENTS_MAX = 100
#: What RQ adds to the deadline of a run where it keeps its runs.
EXECUTION_GRACE_MS = 60_000

ACTIONS = {
    "created": ("cancel", "move", "run_again", "delete"),
    "scheduled": ("run_now", "cancel", "to_front", "move", "run_again", "delete"),
    "deferred": ("run_now", "cancel", "to_front", "move", "run_again", "delete"),
    "rate_limited": ("cancel", "to_front", "move", "run_again", "delete"),
    "ready_to_enqueue": ("run_now", "cancel", "run_again", "delete"),
    "queued": ("cancel", "to_front", "move", "hold", "run_again", "delete"),
    "started": ("stop",),
    "finished": ("run_again", "move", "delete"),
    "failed": ("requeue", "run_again", "move", "delete"),
    "stopped": ("requeue", "run_again", "move", "delete"),
    "canceled": ("run_again", "move", "delete"),
}

#: Bytes of `data`, `meta`, `description` and `webhooks` as stored.
Sizes = tuple[int, int, int, int]


@dataclass
class Payload:
    """What is decoded in one go, in a native thread."""

    arguments: dict | None
    description: str
    note: str | None
    meta: Any
    webhooks: tuple
    attempts: tuple
    result: Any
    args_editable: bool = False


def decode_payload(
    redactor: Redactor,
    data: bytes | None,
    meta: bytes | None,
    description: bytes | None,
    webhooks: bytes | None,
    entries: list,
    sizes: Sizes,
) -> Payload:
    """Takes milliseconds where these are large: for a native thread."""
    described = text(description) or ""
    if data is not None or sizes[0] <= PAYLOAD_BYTES:
        call = decode.call(data)
        given = redactor.call(call)
        if call.problem is None:
            shown, editable = told(call, given, described), plain.call(data) is not None
            return payload_of(*shown, None, given.mask, editable, meta, webhooks, entries, sizes)
        note, mask = f"{call.problem[0].upper()}{call.problem[1:]}.", given.mask
    else:
        note, mask = f"Its arguments are too large to show ({sizes[0] // 1024:,} KB).", redactor.nobody
    described = redactor.described(decode.function_of_description(described), described)
    return payload_of(None, described, note, mask, plain.call(data) is not None, meta, webhooks, entries, sizes)


def told(call: decode.Call, given: Arguments, described: str) -> tuple[dict, str]:
    """Arguments and description of a call, as they may be shown."""
    arguments = {"positional": tree(list(given.args)), "named": tree(given.kwargs)}
    return arguments, given.description(call.func, described, DESCRIPTION_CHARS)


def payload_of(
    arguments: dict | None,
    described: str,
    note: str | None,
    mask: JobMask,
    editable: bool,
    meta: bytes | None,
    webhooks: bytes | None,
    entries: list,
    sizes: Sizes,
) -> Payload:
    return Payload(
        arguments,
        described[:DESCRIPTION_CHARS],
        note,
        _meta(meta, sizes[1], mask),
        job_plans.webhooks(webhooks),
        attempts.attempts(entries, mask),
        attempts.result(entries, mask),
        editable,
    )


def _meta(meta: bytes | None, size: int, mask: JobMask) -> Any:
    if size > PAYLOAD_BYTES:
        return {"__type__": "truncated", "text": f"{size // 1024:,} KB"}
    if not meta:
        return None
    try:
        return tree(mask.value(decode.loads(meta), "meta", meta)) or None
    except decode.Undecodable as error:
        return {"__type__": "undecodable", "text": str(error)}


def detail(
    row: JobSummary, plan: Replies, payload: Payload, place: Any, overview: Overview | None, now: int
) -> JobDetail:
    """The job from the replies that `plan` holds under its id, and what was decoded of it.

    `place`: its index in the queue where it waits in one, its score where it is canceled.
    """
    fields = dict(zip(FIELDS, reply(plan[f"fields {row.id}"][0]) or [None] * len(FIELDS), strict=True))
    worker = overview.workers.get(row.worker) if overview and row.worker else None
    if row.status == "started" and worker is not None:
        state = "runs on" if worker.runs_on else (worker.state if worker.state in ("lost", "no signal") else "alive")
        row = replace(row, worker_state=state)
    row = replace(row, note=row.note or payload.note)
    ttl = reply(plan[f"ttl {row.id}"][0], -1)
    failed = next((one for one in payload.attempts if one.error), None)
    parents = dependencies(fields["dependency_ids"], fields["dependency_id"])
    queue_info = _queue_info(row, place if row.status == "queued" else None, overview)
    return JobDetail(
        **{name: getattr(row, name) for name in JobSummary.__dataclass_fields__},
        arguments=payload.arguments,
        description=payload.description,
        timeout=integer(fields["timeout"]),
        result_ttl=integer(fields["result_ttl"]),
        failure_ttl=integer(fields["failure_ttl"]),
        ttl=integer(fields["ttl"]),
        expires_at=now + ttl if ttl and ttl > 0 else None,
        canceled_at=seconds_ms(place) if row.status == "canceled" else None,
        heartbeat=_heartbeat(row, fields["last_heartbeat"], reply(plan[f"runs {row.id}"][0])),
        retries_left=integer(fields["retries_left"]),
        retry_intervals=job_plans.whole_numbers(fields["retry_intervals"]),
        retries_asked=integer(fields["number_of_retries"]),
        repeats_left=integer(fields["repeats_left"]),
        repeat_intervals=job_plans.whole_numbers(fields["repeat_intervals"]),
        callbacks=job_plans.callbacks(fields),
        webhooks=payload.webhooks,
        actor=text(fields[_keys.ACTOR_FIELD]),
        submitted=job_plans.submitted(fields[_keys.SUBMITTED_FIELD]),
        meta=payload.meta,
        depends_on=parents[:DEPENDENTS_MAX],
        depends_on_total=len(parents),
        allow_failure=job_plans.flag(fields["allow_dependency_failures"]),
        at_front=job_plans.flag(fields["enqueue_at_front"]),
        dependents=tuple(sorted(text(member) or "" for member in reply(plan[f"dependents {row.id}"][0], (0, []))[1]))[
            :DEPENDENTS_MAX
        ],
        dependents_total=reply(plan[f"dependents {row.id}"][1], 0),
        group=text(fields["group_id"]),
        rate_limit=_rate_limit(fields),
        attempts=payload.attempts,
        result=payload.result,
        error=failed.error if failed and row.status in ("failed", "stopped") else None,
        artifacts=attempts.artifacts(payload.result),
        log={"lines": reply(plan[f"lines {row.id}"][0], 0), "supported": row.type is not None},
        args_editable=payload.args_editable,
        actions=_actions(row),
        queue_info=queue_info,
    )


def _actions(row: JobSummary) -> tuple[str, ...]:
    return tuple(action for action in ACTIONS.get(row.status or "", ()) if action != "run_again" or row.func)


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


def dependencies(ids: bytes | None, first: bytes | None) -> tuple[str, ...]:
    """The ids that a job waits for: `dependency_ids`, a JSON list, and `dependency_id`, all that RQ had before 1.3."""
    try:
        listed = decode.loads(ids) if ids else []
    except decode.Undecodable:
        listed = []
    named = [job_id for job_id in listed if isinstance(job_id, str)] if isinstance(listed, list) else []
    single = text(first)
    return tuple(dict.fromkeys(named + ([single] if single else [])))


def _heartbeat(row: JobSummary, stored: bytes | None, runs: list | None) -> dict | None:
    """{"at", "deadline"} of the newest run. RQ keeps the deadline of a run with a minute added."""
    if row.status != "started":
        return None
    deadline = seconds_ms(runs[-1][1]) if runs else None
    return {"at": moment(stored), "deadline": deadline and deadline - EXECUTION_GRACE_MS}


def _rate_limit(fields: dict[str, Any]) -> dict | None:
    key = text(fields["rate_limit_key"])
    return {"key": key, "concurrency": integer(fields["rate_limit_concurrency"])} if key else None
