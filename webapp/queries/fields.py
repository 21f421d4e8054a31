"""One stored field to one value, or None: hashes may be half written, foreign or broken. No I/O."""

from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError

#: Epoch seconds beyond which JavaScript knows no date.
LATEST = 8.64e12
#: What is stored as a name may have 500 MB, and would be passed on to every page.
TEXT_BYTES = 64 * 1024


def reply(value: Any, default: Any = None) -> Any:
    """A pipeline's reply, or `default` where Redis refused that one command (wrong key type, no right)."""
    return default if isinstance(value, RedisError) else value


def text(raw: Any) -> str | None:
    """Text, whatever the bytes, of which TEXT_BYTES count; None where there is none.

    An empty string means unset in RQ's hashes.
    """
    if isinstance(raw, bytes) and raw:
        return raw[:TEXT_BYTES].decode("utf-8", "replace")
    return None


def moment(raw: Any) -> int | None:
    """RQ's `2026-11-22T14:02:11.020000Z` as epoch ms; None where it is unset or not a time."""
    shown = text(raw)
    if shown is None:
        return None
    try:
        stamp = datetime.fromisoformat(shown)
    except ValueError:
        return None
    return int((stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp() * 1000)


def number(raw: Any) -> float | None:
    """A finite number, or None."""
    try:
        value = float(raw)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if abs(value) < 1e300 else None


def integer(raw: Any) -> int | None:
    """A whole number, or None."""
    value = number(raw)
    return None if value is None else int(value)


def seconds_ms(raw: Any) -> int | None:
    """A score in epoch seconds as ms; RQ's `+inf` and -1 mean "never" and give None."""
    value = number(raw)
    return int(value * 1000) if value is not None and 0 <= value <= LATEST else None
