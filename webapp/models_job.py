"""One job as its page shows it, and how its runs ended: beside the rows of `models.py`. No I/O, no clock."""

from dataclasses import dataclass, field
from typing import Any

from webapp.models import JobSummary, Value


@dataclass(frozen=True, kw_only=True)
class Attempt(Value):
    """One entry of RQ's results stream."""

    outcome: str
    at: int
    started_at: int | None = None
    ended_at: int | None = None
    worker: str | None = None
    execution: str | None = None
    result: Any = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobDetail(JobSummary):
    """A job as its page shows it."""

    arguments: dict | None = None
    description: str = ""
    timeout: int | None = None
    result_ttl: int | None = None
    failure_ttl: int | None = None
    ttl: int | None = None
    #: When Redis forgets the hash; None: never.
    expires_at: int | None = None
    #: When it was canceled, as the registry of its queue says.
    canceled_at: int | None = None
    #: Of a running job: {"at", "deadline"}, epoch ms: when its worker last gave a sign, and when RQ gives the run up.
    heartbeat: dict | None = None
    retries_left: int | None = None
    retry_intervals: tuple[int, ...] | None = None
    #: How often it asked for another try itself, by returning `rq.Retry`.
    retries_asked: int | None = None
    repeats_left: int | None = None
    #: Seconds before the repeats to come; the last one holds for all after it.
    repeat_intervals: tuple[int, ...] | None = None
    #: {"on": success, failure or stopped, "func", "timeout"}
    callbacks: tuple[dict, ...] = ()
    #: {"on": finished or failed, "method", "url" without secrets, "headers": their names, "timeout"}
    webhooks: tuple[dict, ...] = ()
    actor: str | None = None
    #: Through which server, from where, see `queries/job_plans.py`; None where it was not submitted through us.
    submitted: dict | None = None
    meta: Any = None
    #: At most DEPENDENTS_MAX of them; those that who looks may not see are counted and not named.
    depends_on: tuple[str, ...] = ()
    depends_on_total: int = 0
    #: It runs also where a job that it depends on has failed.
    allow_failure: bool = False
    #: It goes to the front of its queue.
    at_front: bool = False
    #: The same of those that wait for it; RQ forgets them when the job has finished.
    dependents: tuple[str, ...] = ()
    dependents_total: int = 0
    group: str | None = None
    rate_limit: dict | None = None
    #: Newest first, at most ten: RQ keeps no more.
    attempts: tuple[Attempt, ...] = ()
    result: Any = None
    error: str | None = None
    artifacts: tuple[dict, ...] = ()
    log: dict = field(default_factory=lambda: {"lines": 0, "supported": False})
    #: It can be run again with other arguments: all of its own are plain values.
    args_editable: bool = False
    #: What may be done with it now.
    actions: tuple[str, ...] = ()
    queue_info: dict | None = None
