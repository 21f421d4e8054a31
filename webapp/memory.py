"""How full Redis is, as this process last heard: the one place that says whether what we keep may be written now.

What somebody asked to be done to RQ's keys is done in any case. What we would keep beside them (figures, activity,
notes, searches, logs) is not while Redis is more than 80 % full: its last room is its users'.
"""

import threading
import time
from typing import Any

import redis
from redis.exceptions import NoPermissionError, OutOfMemoryError, RedisError

from jobs import _keys
from webapp.errors import StateChanged

#: Seconds for which what was heard counts. Who reads anyway hears of it that often, in the same round trip.
FRESH = 5.0
FINE, FULL, REFUSING = "fine", "full", "refusing"
#: Policies of Redis under which it refuses writes when it is full; under the others it throws keys away.
REFUSES = ("noeviction",)


class Memory:
    """One of a process. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._refused_at = float("-inf")
        self._may_ask = True
        self.used, self.max = 0, 0
        self._policy = ""
        self._is_full = False

    @property
    def level(self) -> str:
        """FINE; FULL: nothing of ours is written; REFUSING: Redis takes nobody's writes. No round trip."""
        over = bool(self.max) and self.used >= self.max and self._policy in REFUSES
        if over or time.monotonic() - self._refused_at < FRESH:
            return REFUSING
        return FULL if self._is_full else FINE

    @property
    def is_due(self) -> bool:
        """Whether it is time to `ask` again."""
        return self._may_ask and time.monotonic() - self._read_at >= FRESH

    def ask(self, pipe: redis.client.Pipeline) -> None:
        """Put one command into `pipe`, some 50 microseconds of Redis; its reply is for `absorb`."""
        pipe.info("memory")

    def absorb(self, reply: Any) -> None:
        """Take the reply of INFO; a refusal is not asked for again, since Redis logs each."""
        with self._lock:
            self._read_at = time.monotonic()
            if isinstance(reply, NoPermissionError):
                self._may_ask = False
            if isinstance(reply, dict):
                self.used, self.max = _keys.used_memory(reply)
                self._policy = str(reply.get("maxmemory_policy") or "")
                self._is_full = _keys.is_full(reply, self._is_full)

    def noted(self, error: RedisError) -> None:
        """A write of ours was refused: for lack of memory, or for another reason, which is nothing to us."""
        if isinstance(error, OutOfMemoryError):
            self._refused_at = time.monotonic()

    def may_keep(self) -> bool:
        """Whether what is only ours may be written. One round trip where nothing was heard for FRESH seconds.

        Raises redis.ConnectionError or TimeoutError when Redis is away.
        """
        if self.is_due:
            try:
                self.absorb(self._client.info("memory"))
            except redis.ResponseError as error:
                self.absorb(error)
        return self.level == FINE

    def require(self) -> None:
        """Raise StateChanged where nothing more of ours can be kept. Round trips as `may_keep`."""
        if not self.may_keep():
            raise StateChanged(
                f"This is not kept now: Redis is {self.percent} % full, and its last room is for jobs.",
                fix="Delete jobs that are no longer needed, or raise maxmemory; then try again.",
                code="redis_full",
            )

    @property
    def percent(self) -> int:
        """How full it is; 0 without a limit."""
        return round(100 * self.used / self.max) if self.max else 0

    def as_json(self) -> dict[str, Any] | None:
        """What the page tells while nothing of ours is written; None else."""
        level = self.level
        return None if level == FINE else {"level": level, "used": self.used, "max": self.max or None}
