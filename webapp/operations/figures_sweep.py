"""Holds the figures within their share: the oldest minutes by function go first, then the oldest minutes."""

import redis

from jobs import _keys
from webapp.queries.fields import reply

#: Minutes that FIGURES_TTL keeps.
MINUTES = _keys.FIGURES_TTL // 60
#: Minutes weighed in one round trip.
CHUNK = 250
#: What a key is taken to weigh where Redis does not tell: MEMORY USAGE may be forbidden.
GUESS = 4 * 1024


class FiguresSweep:
    """Remembers what each minute weighs, since a past minute does not change."""

    def __init__(self, writer: redis.Redis) -> None:
        self._redis = writer
        self._weighed_until = 0
        #: epoch minute -> bytes
        self._figures: dict[int, int] = {}
        self._functions: dict[int, int] = {}

    @property
    def total(self) -> int:
        """What all past minutes weigh, in bytes, as of the last sweep."""
        return sum(self._figures.values()) + sum(self._functions.values())

    def sweep(self, minute: int, budget: int) -> int:
        """Weigh what is new before the epoch minute `minute`, and remove down to `budget` bytes; returns how many keys.

        One round trip, two where something is removed; six the first time. Raises redis.RedisError.
        """
        first = minute - MINUTES
        for start in range(max(self._weighed_until, first), minute, CHUNK):
            self._weigh(range(start, min(start + CHUNK, minute)))
        self._weighed_until = minute
        for sizes in (self._functions, self._figures):
            for past in [past for past in sizes if past < first]:
                del sizes[past]
        return self._shrink(budget)

    def _weigh(self, minutes: range) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for minute in minutes:
            pipe.memory_usage(_keys.figures(minute), samples=0)
            pipe.memory_usage(_keys.functions(minute), samples=0)
        replies = [reply(size, GUESS) for size in pipe.execute(raise_on_error=False)]
        self._figures |= {minute: size for minute, size in zip(minutes, replies[::2], strict=True) if size}
        self._functions |= {minute: size for minute, size in zip(minutes, replies[1::2], strict=True) if size}

    def _shrink(self, budget: int) -> int:
        excess, doomed = self.total - budget, []
        for sizes, key in ((self._functions, _keys.functions), (self._figures, _keys.figures)):
            for minute in sorted(sizes):
                if excess <= 0:
                    break
                excess -= sizes.pop(minute)
                doomed.append(key(minute))
        if doomed:
            self._redis.unlink(*doomed)
        return len(doomed)
