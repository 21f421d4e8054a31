"""How a job is to run: queue, time, timeout, retries. Every problem in what a client sent is named at once. Pure."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.errors import BadInput

#: Ten years: beyond any use, and within what Redis' EXPIRE and the kernel's alarm() take.
SECONDS_MAX = 10 * 365 * 24 * 3600
#: A form has minutes, and clocks differ: a moment that passed within this many seconds is now.
PAST_TOLERANCE = 60
RETRIES_MAX = 1_000
DESCRIPTION_MAX = 1_000
QUEUE_MAX = 128

JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, kw_only=True)
class Options:
    """None is "not said": then the job type's own value holds, or RQ's."""

    id: str | None = None
    queue: str | None = None
    #: When to run, UTC; None: now.
    run_at: datetime | None = None
    at_front: bool = False
    #: Seconds; -1: no limit.
    timeout: int | None = None
    result_ttl: int | None = None
    #: How often to try again, and the seconds before each.
    retries: int | None = None
    intervals: tuple[int, ...] = (0,)
    description: str | None = None


def parse(body: Mapping[str, Any], now: datetime) -> Options:
    """The options in a request's body; keys that are no options are left to others. Raises BadInput with `fields`."""
    reader = _Reader(body)
    run_at = reader.take("in", lambda value: _delay(value, now)) or reader.take("at", lambda value: _moment(value, now))
    if body.get("in") is not None and body.get("at") is not None:
        reader.problems["at"] = "cannot be given together with `in`; leave one of them out"
    retries, intervals = reader.take("retry", _retry) or (None, (0,))
    options = Options(
        id=reader.take("id", job_id),
        queue=reader.take("queue", _queue),
        run_at=run_at,
        at_front=bool(reader.take("at_front", _flag)),
        timeout=reader.take("timeout", _timeout),
        result_ttl=reader.take("result_ttl", lambda value: _integer(value, -1)),
        retries=retries,
        intervals=intervals,
        description=reader.take("description", _description),
    )
    if reader.problems:
        raise BadInput(
            f"The job cannot be submitted like this: {', '.join(reader.problems)}.",
            fix="Correct what `fields` names; docs/api.md describes each option.",
            code="bad_options",
            fields=reader.problems,
        )
    return options


def job_id(value: Any) -> str:
    """A job id that RQ accepts. Raises ValueError."""
    if isinstance(value, str) and JOB_ID.fullmatch(value):
        return value
    raise ValueError("must be 1 to 128 letters, digits, underscores and dashes")


class _Reader:
    """Collects what is wrong instead of stopping at the first."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self.problems: dict[str, str] = {}

    def take(self, name: str, check: Callable[[Any], Any]) -> Any:
        value = self._body.get(name)
        if value is None:
            return None
        try:
            return check(value)
        except ValueError as problem:
            self.problems[name] = str(problem)
            return None


def _integer(value: Any, low: int, high: int = SECONDS_MAX) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"must be a whole number from {low} to {high}")
    return value


def _timeout(value: Any) -> int:
    if value == 0:
        raise ValueError("must not be 0; use -1 for a job without a limit")
    return _integer(value, -1)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _queue(value: Any) -> str:
    """RQ joins the names of a worker's queues with commas, and uses two shapes of names for itself."""
    known = isinstance(value, str) and 0 < len(value) <= QUEUE_MAX and value.isprintable() and "," not in value
    if not known or value != value.strip() or value.endswith(":intermediate") or value.startswith("_compact:"):
        raise ValueError(f"must be 1 to {QUEUE_MAX} printable characters without a comma")
    return value


def _description(value: Any) -> str:
    if not isinstance(value, str) or len(value) > DESCRIPTION_MAX:
        raise ValueError(f"must be a text of at most {DESCRIPTION_MAX} characters")
    return value


def _delay(value: Any, now: datetime) -> datetime | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= SECONDS_MAX:
        raise ValueError(f"must be a number of seconds from 0 to {SECONDS_MAX}")
    return _whole_second(now + timedelta(seconds=value)) if value else None


def _moment(value: Any, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC) if datetime.fromisoformat(value).tzinfo else None
    except (TypeError, ValueError, OverflowError):
        moment = None
    if moment is None:
        raise ValueError("must be a time with its offset, such as 2026-02-28T09:30:00+01:00")
    if moment > now + timedelta(seconds=SECONDS_MAX):
        raise ValueError("must be within ten years")
    if moment < now - timedelta(seconds=PAST_TOLERANCE):
        raise ValueError("has passed; leave it out to run the job now")
    return _whole_second(moment) if moment > now else None


def _whole_second(moment: datetime) -> datetime:
    """The next whole second: RQ's scheduler counts in them, and rounding down would run a job too early."""
    return datetime.fromtimestamp(math.ceil(moment.timestamp()), UTC)


def _retry(value: Any) -> tuple[int, tuple[int, ...]]:
    shape = {"max": value} if isinstance(value, int) else value
    if not isinstance(shape, dict) or "max" not in shape or not shape.keys() <= {"max", "interval"}:
        raise ValueError('must be a number of retries, or {"max": 3, "interval": [10, 60]}')
    most = _integer(shape["max"], 1, RETRIES_MAX)
    interval = shape.get("interval") or 0
    intervals = interval if isinstance(interval, list) else [interval]
    if len(intervals) > RETRIES_MAX:
        raise ValueError(f"must have at most {RETRIES_MAX} intervals")
    return most, tuple(_integer(seconds, 0) for seconds in intervals)
