"""How a job is to run: when, where, after what, how often. All problems at once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webapp.actions import option_values as values
from webapp.errors import BadInput

#: Every key of a body that is an option.
NAMES = ("id", "unique", "queue", "in", "at", "at_front", "after", "timeout", "retry", "repeat", "rate_limit", "group")
NAMES += ("ttl", "result_ttl", "failure_ttl", "meta", "description")


@dataclass(frozen=True, kw_only=True)
class Options:
    """None is "not said": then the job type's own value holds, or RQ's."""

    id: str | None = None
    queue: str | None = None
    #: When to run, UTC; None: now.
    run_at: datetime | None = None
    at_front: bool = False
    #: Jobs that must have finished first, and whether failed will do.
    after: tuple[str, ...] = ()
    allow_failure: bool = False
    #: Seconds; -1: no limit.
    timeout: int | None = None
    #: How often to try again, and the seconds before each.
    retries: int | None = None
    intervals: tuple[int, ...] = (0,)
    #: How often to run again after it has finished, and the seconds before each.
    repeats: int | None = None
    repeat_intervals: tuple[int, ...] = (0,)
    #: (key, jobs at once) of a rate limit.
    limit: tuple[str, int] | None = None
    group: str | None = None
    #: Seconds that it may wait, and that it is kept when it has finished or failed; -1: for ever.
    ttl: int | None = None
    result_ttl: int | None = None
    failure_ttl: int | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    description: str | None = None


def parse(body: Mapping[str, Any], now: datetime) -> Options:
    """The options in a request's body; keys that are no options are left to others. Raises BadInput with `fields`."""
    reader = values.Reader(body)
    run_at = reader.take("in", lambda value: values.delay(value, now)) or reader.take(
        "at", lambda value: values.moment(value, now)
    )
    retries, intervals = reader.take("retry", values.retry) or (None, (0,))
    repeats, repeat_intervals = reader.take("repeat", values.repeat) or (None, (0,))
    after, allow_failure = reader.take("after", values.after) or ((), False)
    unique = reader.take("unique", values.flag)
    options = Options(
        id=reader.take("id", values.job_id),
        queue=reader.take("queue", values.queue),
        run_at=run_at,
        at_front=bool(reader.take("at_front", values.flag)),
        after=after,
        allow_failure=allow_failure,
        timeout=reader.take("timeout", values.timeout),
        retries=retries,
        intervals=intervals,
        repeats=repeats,
        repeat_intervals=repeat_intervals,
        limit=reader.take("rate_limit", values.rate_limit),
        group=reader.take("group", values.name),
        ttl=reader.take("ttl", lambda value: values.integer(value, 1)),
        result_ttl=reader.take("result_ttl", lambda value: values.integer(value, -1)),
        failure_ttl=reader.take("failure_ttl", values.failure_ttl),
        meta=reader.take("meta", values.meta) or {},
        description=reader.take("description", values.description),
    )
    _check_together(reader.problems, body, options, unique, now)
    if reader.problems:
        raise BadInput(
            f"The job cannot be submitted like this: {', '.join(reader.problems)}.",
            fix="Correct what `fields` names; docs/api.md describes each option.",
            code="bad_options",
            fields=reader.problems,
        )
    return options


def _check_together(
    problems: dict[str, str], body: Mapping[str, Any], options: Options, unique: bool | None, now: datetime
) -> None:
    """Name what each may be said, but not together."""
    if body.get("in") is not None and body.get("at") is not None:
        problems["at"] = "cannot be given together with `in`; leave one of them out"
    if options.after and options.run_at:
        problems["after"] = "cannot be given together with a time: RQ runs a job when it is due, whatever it waits for"
    if options.ttl and options.run_at and (options.run_at - now).total_seconds() >= options.ttl:
        problems["ttl"] = "is over before the job is due: it would be gone by then"
    if unique and options.id is None and "id" not in problems:
        problems["id"] = "is missing: `unique` is about the job of one id"
