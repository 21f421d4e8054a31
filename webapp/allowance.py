"""How much a client may do at once and after that: a bucket that fills by itself. No I/O."""

import time


class Allowance:
    """Lets `burst` through at once, and `rate` a second after that."""

    def __init__(self, burst: float, rate: float) -> None:
        self._burst, self._rate = float(burst), rate
        self._left, self._at = self._burst, time.monotonic()

    def spend(self) -> bool:
        """Whether one more may pass; what may not costs nothing."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
