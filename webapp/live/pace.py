"""How often is looked: at once for the first changes, then so that half of the process stays free. No I/O."""

import time

#: Looks a second under steady change. A worker's one step is several writes, so a few may follow each other at once.
LOOKS_PER_SECOND = 20.0
LOOKS_AT_ONCE = 4
#: Seconds between two looks in any case, and as a share of what the last one cost: half of the process stays free. At
#: most so many seconds, since a look that took long has mostly waited for Redis.
LOOK_GAP = 0.004
REST, REST_MAX = 1.0, 1.0
#: Seconds before a look by which all hints should be in, and the longest that the feed goes without reading them.
EARLY, DOZE_MAX = 0.003, 0.05


class Pace:
    """Of one thread that looks again and again."""

    def __init__(self) -> None:
        self._left = float(LOOKS_AT_ONCE)
        self._ended_at = float("-inf")
        self._free_at, self._doze_most = float("-inf"), DOZE_MAX

    def begin(self) -> None:
        """A look begins: what was saved up in the quiet before it counts."""
        quiet = time.monotonic() - self._ended_at
        self._left = min(LOOKS_AT_ONCE, self._left + quiet * LOOKS_PER_SECOND)
        # It may end at any moment, and the next may follow LOOK_GAP after it.
        self._free_at, self._doze_most = float("inf"), LOOK_GAP

    def rest_after(self, spent: float, least: float = 0.0) -> float:
        """Seconds to rest after a look that took `spent`, so that looks stay below LOOKS_PER_SECOND on the average."""
        self._ended_at = time.monotonic()
        self._left -= 1
        rest = max(least, LOOK_GAP, min(REST * spent, REST_MAX), -self._left / LOOKS_PER_SECOND)
        self._free_at, self._doze_most = self._ended_at + rest, DOZE_MAX
        return rest

    def sleep(self) -> None:
        """Nobody watches: no hint leads to a look before the next `begin`."""
        self._free_at, self._doze_most = float("inf"), DOZE_MAX

    def doze(self) -> float:
        """Seconds for which a hint would only be one more of those that wait for the next look. Any thread may ask.

        A worker at work changes a hundred things between two looks, and each wake of the feed costs as much as a dozen
        hints that are read at once.
        """
        return min(self._doze_most, max(0.0, self._free_at - EARLY - time.monotonic()))
