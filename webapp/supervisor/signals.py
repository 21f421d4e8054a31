"""How the supervisor is asked to end: Ctrl-C, SIGTERM, the end of the terminal. Counts, and wakes a selector."""

import os
import signal
import time
from types import FrameType
from typing import Any, Self

#: Seconds within which a signal is the same: one Ctrl-C can come from the terminal, and be passed on by `make`.
SAME = 0.3


class Signals:
    """While it is entered, signals are counted in `asked` instead of ending the process. Main thread only."""

    def __init__(self) -> None:
        self.asked = 0
        self.fd, self._wake_fd = os.pipe()
        self._asked_at = -SAME
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        os.set_blocking(self.fd, False)
        os.set_blocking(self._wake_fd, False)
        numbers = [signal.SIGINT, signal.SIGTERM]
        if (
            signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
        ):  # ignored: started with nohup, to outlive its terminal
            numbers.append(signal.SIGHUP)
        self._before = {number: signal.signal(number, self._ask) for number in numbers}
        # Only a signal with a handler wakes the selector.
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._wake_fd, warn_on_full_buffer=False)
        return self

    def __exit__(self, *exception: object) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self.fd)
        os.close(self._wake_fd)

    def drain(self) -> None:
        """Make `fd` unreadable until the next signal."""
        try:
            os.read(self.fd, 512)
        except BlockingIOError:
            return

    def _ask(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._asked_at > SAME:
            self.asked += 1
        self._asked_at = now
