"""Redis' clock: "overdue", "stalled" and every `as_of` are reckoned by it, not by this host's."""

import time


class RedisClock:
    """Remembers how far Redis' clock is from ours. Feed it each reply of TIME."""

    def __init__(self) -> None:
        self._offset = 0.0

    def absorb(self, reply: object) -> int:
        """Take a reply of TIME; returns it as epoch ms, or our own estimate where Redis refused."""
        if isinstance(reply, tuple | list) and len(reply) == 2:
            self._offset = int(reply[0]) + int(reply[1]) / 1e6 - time.time()
        return self.now_ms()

    def now_ms(self) -> int:
        """Redis' time in epoch ms, from the last reply."""
        return int((time.time() + self._offset) * 1000)

    def at(self, seconds: float) -> int:
        """A moment of this host's clock (time.time()) as Redis' epoch ms."""
        return int((seconds + self._offset) * 1000)
