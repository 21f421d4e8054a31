"""How much of a Redis our own keys may take, and from when on nothing of ours is written at all. Pure.

`jobs/_keys.py` hands these on: workers and web processes judge alike.
"""

from collections.abc import Mapping
from typing import Any

#: All keys of ours together, bytes: the smaller of the two.
OURS_BYTES = 64 * 1024 * 1024
OURS_SHARE = 0.02
#: Parts of `maxmemory` in use from which on nothing of ours is written, and below which it is again: between the two
#: stays what is, so that it does not flap.
FULL, FULL_NO_MORE = 0.80, 0.78
#: One job's log takes at most this part of all that is ours.
LOG_SHARE = 0.05


def ours_bytes(maxmemory: int) -> int:
    """Bytes for all keys of ours; `maxmemory` 0: the server has no limit."""
    return min(OURS_BYTES, int(maxmemory * OURS_SHARE)) if maxmemory else OURS_BYTES


def log_bytes(maxmemory: int, most: int) -> int:
    """Bytes for one job's log, at most `most`."""
    return min(most, int(ours_bytes(maxmemory) * LOG_SHARE))


def used_memory(memory: Mapping[str, Any]) -> tuple[int, int]:
    """(bytes in use that count, bytes that may be: 0 without a limit), of the section `memory` of INFO."""
    held = int(memory.get("used_memory") or 0) - int(memory.get("mem_not_counted_for_evict") or 0)
    return max(0, held), int(memory.get("maxmemory") or 0)


def is_full(memory: Mapping[str, Any], was_full: bool = False) -> bool:
    """Whether nothing of ours may be written."""
    held, limit = used_memory(memory)
    return bool(limit) and held > limit * (FULL_NO_MORE if was_full else FULL)
