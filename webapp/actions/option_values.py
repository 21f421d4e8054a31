"""Values of options, each checked by one function that raises ValueError with a sentence. Pure."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

#: Ten years: beyond any use, and within what Redis' EXPIRE and the kernel's alarm() take.
SECONDS_MAX = 10 * 365 * 24 * 3600
#: A form has minutes, and clocks differ: a moment that passed within this many seconds is now.
PAST_TOLERANCE = 60
#: Retries, repeats, and the intervals of either.
TIMES_MAX = 1_000
DESCRIPTION_MAX = 1_000
NAME_MAX = 128
#: Every parent is read and written by the script that makes the job.
PARENTS_MAX = 100
#: It travels in the job's hash with every read of the job.
META_BYTES = 4_096
CONCURRENCY_MAX = 1_000_000
#: RQ before 2.8 took any text for an id.
PARENT_ID_MAX = 500

JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
#: RQ keeps the sorted sets of the limit `a` under these: a limit of such a name would want a hash there.
LIMIT_TAILS = (":allowed", ":rate_limited")


def job_id(value: Any) -> str:
    """A job id that RQ accepts. Raises ValueError."""
    if isinstance(value, str) and JOB_ID.fullmatch(value):
        return value
    raise ValueError("must be 1 to 128 letters, digits, underscores and dashes")


class Reader:
    """Collects what is wrong instead of stopping at the first."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self.problems: dict[str, str] = {}

    def take(self, name: str, check: Callable[[Any], Any]) -> Any:
        """The checked value; None where it is not said, or is wrong."""
        value = self._body.get(name)
        if value is None:
            return None
        try:
            return check(value)
        except ValueError as problem:
            self.problems[name] = str(problem)
            return None


def integer(value: Any, low: int, high: int = SECONDS_MAX) -> int:
    """A whole number; True is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"must be a whole number from {low} to {high}")
    return value


def timeout(value: Any) -> int:
    """Seconds; -1: no limit."""
    if value == 0:
        raise ValueError("must not be 0; use -1 for a job without a limit")
    return integer(value, -1)


def flag(value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def queue(value: Any) -> str:
    """RQ joins the names of a worker's queues with commas, and uses two shapes of names for itself."""
    known = isinstance(value, str) and 0 < len(value) <= NAME_MAX and value.isprintable() and "," not in value
    if not known or value != value.strip() or value.endswith(":intermediate") or value.startswith("_compact:"):
        raise ValueError(f"must be 1 to {NAME_MAX} printable characters without a comma")
    return value


def description(value: Any) -> str:
    """A text for people."""
    if not isinstance(value, str) or len(value) > DESCRIPTION_MAX:
        raise ValueError(f"must be a text of at most {DESCRIPTION_MAX} characters")
    return value


def delay(value: Any, now: datetime) -> datetime | None:
    """When it is due, from seconds; None: now."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= SECONDS_MAX:
        raise ValueError(f"must be a number of seconds from 0 to {SECONDS_MAX}")
    return whole_second(now + timedelta(seconds=value)) if value else None


def moment(value: Any, now: datetime) -> datetime | None:
    """When it is due, from ISO 8601 with an offset; None: now."""
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
    return whole_second(moment) if moment > now else None


def whole_second(moment: datetime) -> datetime:
    """The next whole second: RQ's scheduler counts in them, and rounding down would run a job too early."""
    return datetime.fromtimestamp(math.ceil(moment.timestamp()), UTC)


def retry(value: Any) -> tuple[int, tuple[int, ...]]:
    """(times, seconds before each)."""
    return _times(value, "max", 'must be a number of retries, or {"max": 3, "interval": [10, 60]}')


def repeat(value: Any) -> tuple[int, tuple[int, ...]]:
    """(times after the first run, seconds before each)."""
    return _times(value, "times", 'must be a number of repeats, or {"times": 3, "interval": [10, 60]}')


def after(value: Any) -> tuple[tuple[str, ...], bool]:
    """(ids of the jobs to wait for, whether those may fail)."""
    shape = {"jobs": value} if isinstance(value, list) else value
    if not isinstance(shape, dict) or not shape.keys() <= {"jobs", "allow_failure"}:
        raise ValueError('must be a list of job ids, or {"jobs": ["…"], "allow_failure": true}')
    jobs = shape.get("jobs")
    if not isinstance(jobs, list) or not 0 < len(jobs) <= PARENTS_MAX:
        raise ValueError(f"must name 1 to {PARENTS_MAX} jobs")
    if not all(isinstance(one, str) and 0 < len(one) <= PARENT_ID_MAX and one.isprintable() for one in jobs):
        raise ValueError(f"must be ids of jobs, of at most {PARENT_ID_MAX} characters each")
    return tuple(dict.fromkeys(jobs)), flag(shape.get("allow_failure", False))


def rate_limit(value: Any) -> tuple[str, int]:
    """(key, jobs at once)."""
    if not isinstance(value, dict) or value.keys() != {"key", "concurrency"}:
        raise ValueError('must be such as {"key": "mail", "concurrency": 2}')
    key = name(value["key"])
    if key.endswith(LIMIT_TAILS):
        raise ValueError(f"must have a key that does not end with {' or '.join(LIMIT_TAILS)}: RQ uses those itself")
    return key, integer(value["concurrency"], 1, CONCURRENCY_MAX)


def name(value: Any) -> str:
    """A name that becomes part of a key."""
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= NAME_MAX
        or not value.isprintable()
        or value != value.strip()
    ):
        raise ValueError(f"must be a name of 1 to {NAME_MAX} printable characters")
    return value


def failure_ttl(value: Any) -> int:
    """Seconds; -1 for ever. With 0, RQ deletes the job and leaves its id in the registry of failed jobs."""
    if value == 0:
        raise ValueError("must not be 0: RQ would keep the id of a job that is gone")
    return integer(value, -1)


def meta(value: Any) -> dict[str, Any]:
    """What the job finds as `job.meta`."""
    if not isinstance(value, dict) or len(json.dumps(value, ensure_ascii=False).encode()) > META_BYTES:
        raise ValueError(f"must be an object of at most {META_BYTES:,} bytes")
    return value


def _times(value: Any, count: str, sentence: str) -> tuple[int, tuple[int, ...]]:
    plain = isinstance(value, int) and not isinstance(value, bool)
    shape = {count: value} if plain else value
    if not isinstance(shape, dict) or count not in shape or not shape.keys() <= {count, "interval"}:
        raise ValueError(sentence)
    most = integer(shape[count], 1, TIMES_MAX)
    interval = shape.get("interval") or 0
    intervals = interval if isinstance(interval, list) else [interval]
    if len(intervals) > TIMES_MAX:
        raise ValueError(f"must have at most {TIMES_MAX} intervals")
    return most, tuple(integer(seconds, 0) for seconds in intervals)
