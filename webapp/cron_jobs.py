"""What a cron process says of the jobs that it carries, as values that all readers can trust. Pure.

RQ keeps them as JSON, "for monitoring": arguments too, where JSON can hold them. Read by queries, and by the action
that enqueues one now.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from webapp.queries.fields import integer, moment

#: What RQ writes in place of arguments that are no JSON.
NO_JSON = "<not JSON serializable>"
#: Bytes of one process' JSON that are read: about 3,000 cron jobs.
JOBS_BYTES = 1024 * 1024
#: Cron jobs of one process that are looked at.
JOBS_MAX = 500
#: Characters of a name.
NAME_CHARS = 500
#: RQ's "never" is the year 9999.
NEVER_MS = 253_370_764_800_000

OPTIONS = ("job_timeout", "result_ttl", "ttl", "failure_ttl")


@dataclass(frozen=True)
class CronJob:
    """One cron job as one process carries it."""

    name: str
    func: str
    queue: str
    #: None where they are no JSON: then it cannot be enqueued from here.
    args: list[Any] | None
    kwargs: dict[str, Any] | None
    #: Seconds, or None.
    interval: int | None
    cron: str | None
    #: job_timeout, result_ttl, ttl, failure_ttl (s), meta and webhooks: those that are set.
    options: dict[str, Any]
    #: Whether all that belongs to a job could be read.
    whole: bool
    #: Epoch ms.
    latest_at: int | None
    next_at: int | None

    @property
    def key(self) -> str:
        """Tells apart what shares a name: the same for the same job in several processes."""
        told = [self.name, self.func, self.queue, self.args, self.kwargs, self.interval, self.cron]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def parse(raw: bytes | None) -> tuple[list[CronJob], int]:
    """(the cron jobs of one process, how many of its entries cannot be read or are too many). Never raises."""
    try:
        entries = json.loads(raw) if raw else []
    except (ValueError, RecursionError):
        return [], 1
    if not isinstance(entries, list):
        return [], 1
    found = [job for entry in entries[:JOBS_MAX] if (job := _job(entry)) is not None]
    return found, len(entries) - len(found)


def _job(entry: Any) -> CronJob | None:
    if not isinstance(entry, dict):
        return None
    func, queue = entry.get("func_name"), entry.get("queue_name")
    name = entry.get("name") or func
    if not all(isinstance(part, str) and 0 < len(part) <= NAME_CHARS for part in (name, func, queue)):
        return None
    args, kwargs = _json(entry.get("args"), list, []), _json(entry.get("kwargs"), dict, {})
    options = {name: value for name in OPTIONS if (value := integer(entry.get(name))) is not None}
    more = {"meta": _json(entry.get("meta"), dict, {}), "webhooks": _json(entry.get("webhooks"), list, [])}
    cron, interval = entry.get("cron"), integer(entry.get("interval"))
    return CronJob(
        name=name,
        func=func,
        queue=queue,
        args=args,
        kwargs=kwargs,
        interval=interval if interval and interval > 0 else None,
        cron=cron[:NAME_CHARS] if isinstance(cron, str) and cron else None,
        options=options | {name: value for name, value in more.items() if value},
        whole=None not in (args, kwargs, *more.values()),
        latest_at=_moment(entry.get("latest_enqueue_time")),
        next_at=_moment(entry.get("next_enqueue_time")),
    )


def _json(stored: Any, kind: type, nothing: Any) -> Any:
    """What RQ stores as JSON within the JSON; None where it is something else."""
    if stored is None:
        return nothing
    try:
        value = json.loads(stored) if isinstance(stored, str) and stored != NO_JSON else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, kind) else None


def _moment(stored: Any) -> int | None:
    at = moment(stored.encode()) if isinstance(stored, str) else None
    return at if at is not None and at < NEVER_MS else None
