"""Since when something is seen in every look: what stands for a moment between two writes is no fault. No I/O.

RQ moves a job in several steps, and a read of several keys is not atomic. A job that seems lost in one look is
told of only when each look for STANDS seconds has found it so, with the same mark.
"""

import time
from collections import OrderedDict
from collections.abc import Hashable, Iterable

#: Seconds after which a finding is no longer a moment between two writes.
STANDS = 5.0
#: Seconds between two looks beyond which nobody knows what was in between.
STALE = 30.0


class Sightings:
    """Remembers at most `most` findings, the latest seen."""

    def __init__(self, most: int = 2_000) -> None:
        self._most = most
        #: what -> (first seen, last seen, mark)
        self._seen: OrderedDict[Hashable, tuple[float, float, Hashable]] = OrderedDict()

    def note(self, what: Hashable, mark: Hashable = None, now: float | None = None) -> float:
        """It is seen now; returns for how many seconds each look has seen it with this mark: 0 at first."""
        now = time.monotonic() if now is None else now
        first, last, known = self._seen.pop(what, (now, now, mark))
        if known != mark or now - last > STALE:
            first = now
        self._seen[what] = (first, now, mark)
        while len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return now - first

    def stands(self, what: Hashable, mark: Hashable = None, now: float | None = None) -> bool:
        """It is seen now, and was in every look for long enough to be told."""
        return self.note(what, mark, now) >= STANDS

    def forget(self, what: Hashable) -> None:
        """It was looked for and not found."""
        self._seen.pop(what, None)

    def keep(self, what: Iterable[Hashable]) -> None:
        """Forget everything else."""
        kept = set(what)
        for key in [key for key in self._seen if key not in kept]:
            del self._seen[key]
