"""One read for many askers: whoever asks the same while it is read, or shortly after, gets the same answer."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any

#: Answers kept at a time.
KEPT_MAX = 200


class SingleFlight:
    """Answers are shared for `seconds` after they were read; errors are not."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._reading: dict[Hashable, threading.Lock] = {}
        self._answers: dict[Hashable, tuple[float, Any]] = {}

    def get(self, key: Hashable, read: Callable[[], Any]) -> Any:
        """The answer for `key`: a shared one, or that of `read()`. Raises what `read` raises."""
        with self._lock:
            gate = self._reading.setdefault(key, threading.Lock())
        with gate:
            known = self._answers.get(key)
            if known is not None and time.monotonic() - known[0] < self._seconds:
                return known[1]
            started = time.monotonic()
            try:
                answer = read()
            except Exception:
                with self._lock:
                    self._reading.pop(key, None)
                raise
            with self._lock:
                self._answers[key] = (started, answer)
                self._forget_old(started)
            return answer

    def _forget_old(self, now: float) -> None:
        if len(self._answers) < KEPT_MAX:
            return
        for key in [key for key, (at, _) in self._answers.items() if now - at > self._seconds]:
            del self._answers[key]
            self._reading.pop(key, None)
