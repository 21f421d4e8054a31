"""How often is looked: at once for the first changes, then so that half of the process stays free. No I/O."""

import time

#: Looks a second under steady change. A worker's one step is several writes, so a few may follow each other at once.
LOOKS_PER_SECOND = 20.0
LOOKS_AT_ONCE = 4
#: Seconds between two looks in any case, and as a share of what the last one cost: half of the process stays free. At
#: most so many seconds, since a look that took long has mostly waited for Redis.
LOOK_GAP = 0.004
REST, REST_MAX = 1.0, 1.0


class Pace:
    """Of one thread that looks again and again."""

    def __init__(self) -> None:
        self._left = float(LOOKS_AT_ONCE)
        self._ended_at = float("-inf")

    def begin(self) -> None:
        """A look begins: what was saved up in the quiet before it counts."""
        quiet = time.monotonic() - self._ended_at
        self._left = min(LOOKS_AT_ONCE, self._left + quiet * LOOKS_PER_SECOND)

    def rest_after(self, spent: float) -> float:
        """Seconds to rest after a look that took `spent`, so that looks stay below LOOKS_PER_SECOND on the average."""
        self._ended_at = time.monotonic()
        self._left -= 1
        return max(LOOK_GAP, min(REST * spent, REST_MAX), -self._left / LOOKS_PER_SECOND)
