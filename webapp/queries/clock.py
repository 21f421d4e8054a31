"""Redis' clock: "overdue", "stalled" and every `as_of` are reckoned by it, not by this host's."""

import time

#: Milliseconds that Redis' clock must lag behind what it told before to count as set back: a reply may be late.
SET_BACK_MS = 2_000


class RedisClock:
    """Remembers how far Redis' clock is from this host's monotonic one. Feed it each reply of TIME."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._told = False
        #: How often Redis' clock was set back, as by a failover to another host: what was stamped before looks newer
        #: than what is stamped now.
        self.turns = 0

    def absorb(self, reply: object) -> int:
        """Take a reply of TIME; returns it as epoch ms, or our own estimate where Redis refused."""
        if isinstance(reply, tuple | list) and len(reply) == 2:
            seconds = int(reply[0]) + int(reply[1]) / 1e6
            self.turns += self._told and seconds * 1000 < self.now_ms() - SET_BACK_MS
            self._told = True
            self._offset = seconds - time.monotonic()
        return self.now_ms()

    def now_ms(self) -> int:
        """Redis' time in epoch ms, from the last reply."""
        return int((time.monotonic() + self._offset) * 1000)

    def at(self, seconds: float) -> int:
        """A moment of this host's clock (time.time()) as Redis' epoch ms."""
        return self.now_ms() - int((time.time() - seconds) * 1000)
