"""Easing off: while Redis answers slowly, or refuses for lack of memory, it is looked at less often. No I/O.

A dashboard that reads as fast as ever from a Redis that cannot keep up would be part of the trouble.
"""

import math
from typing import Any

from webapp.memory import REFUSING, Memory

#: Seconds for a reply, smoothed, beyond which Redis counts as slow, and below which it no longer does.
SLOW, FAST = 0.050, 0.025
#: Most weight of one reply, and the longest that one counts for: a single hiccup of a fifth of a second is none.
WEIGHT_MAX, LONGEST = 0.2, 1.0
#: Seconds between looks for each second of a reply, and at most.
TIMES, GAP_MAX = 10.0, 2.0


class Easing:
    """Belongs to the watcher; what it tells may be read by any thread."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._smoothed = 0.0
        self._is_slow = False

    def took(self, seconds: float, elapsed: float) -> None:
        """A reply was waited for so long, `elapsed` seconds after the one before it.

        Weighed by that time: of a server that stands still and answers by turns, the answers would outnumber it.
        """
        weight = min(WEIGHT_MAX, -math.expm1(-elapsed))
        self._smoothed += weight * (min(seconds, LONGEST) - self._smoothed)
        self._is_slow = self._smoothed > (FAST if self._is_slow else SLOW)

    @property
    def reason(self) -> str | None:
        """slow, memory, or None while all is well."""
        if self._is_slow:
            return "slow"
        return "memory" if self._memory.level == REFUSING else None

    @property
    def gap(self) -> float:
        """Least seconds between two looks; 0 while all is well."""
        if self._is_slow:
            return min(GAP_MAX, TIMES * self._smoothed)
        return GAP_MAX if self._memory.level == REFUSING else 0.0

    def as_json(self) -> dict[str, Any] | None:
        """`reason`, `ms` (of a reply, smoothed), `every_ms` (between looks); None while all is well."""
        reason = self.reason
        if reason is None:
            return None
        return {"reason": reason, "ms": round(self._smoothed * 1000), "every_ms": round(self.gap * 1000)}
