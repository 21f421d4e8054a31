"""One terminal for many processes: a prefix for each, in colour where that is wanted. Never waits for the reader.

A thread writes; where the reader stalls (Ctrl-S, a pipe that nobody empties), the oldest lines are dropped and counted,
so that neither the supervisor nor its children ever hang on their own words.
"""

import collections
import os
import select
import threading
from collections.abc import Mapping

MAX_LINES = 5_000
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
#: The name before the supervisor's own lines.
SELF = "rq live"


class Terminal:
    """Writes to a file descriptor from a thread of its own."""

    def __init__(self, fd: int, names: list[str], env: Mapping[str, str]) -> None:
        self._fd = fd
        self._width = max(map(len, [*names, SELF]))
        self._colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}
        self._coloured = os.isatty(fd) and not env.get("NO_COLOR") and env.get("TERM") != "dumb"
        self._lines: collections.deque[bytes] = collections.deque()
        self._dropped = 0
        self._ready = threading.Condition()
        self._closed = False
        self._failed = False
        self._reader = select.poll()
        self._reader.register(fd, 0)
        self._thread = threading.Thread(target=self._write, name="terminal", daemon=True)
        self._thread.start()

    @property
    def gone(self) -> bool:
        """Whether nobody will read any more. Asked, not only tried: where `make` leads the session of a terminal
        that is closed, it keeps the signal to itself."""
        return self._failed or any(event & (select.POLLHUP | select.POLLERR) for _, event in self._reader.poll(0))

    def relay(self, name: str, line: bytes) -> None:
        """Show a line of a child."""
        self._put(self._prefix(name) + line + b"\n")

    def say(self, text: str) -> None:
        """Show a line, or several, of the supervisor itself."""
        for line in text.split("\n"):
            self.relay(SELF, line.encode())

    def show(self, text: str) -> None:
        """Show a text as it is, with an empty line before and after."""
        self._put(f"\n{text}\n\n".encode())

    def close(self, timeout: float) -> None:
        """Return when everything is written, or after `timeout` seconds."""
        with self._ready:
            self._closed = True
            self._ready.notify()
        self._thread.join(timeout)

    def _prefix(self, name: str) -> bytes:
        padded = f"{name:<{self._width}} |"
        colour = self._colours.get(name, 1)
        return (f"\x1b[{colour}m{padded}\x1b[0m " if self._coloured else f"{padded} ").encode()

    def _put(self, data: bytes) -> None:
        with self._ready:
            if len(self._lines) >= MAX_LINES:
                self._lines.popleft()
                self._dropped += 1
            self._lines.append(data)
            self._ready.notify()

    def _take(self) -> bytes | None:
        with self._ready:
            while not self._lines and not self._closed:
                self._ready.wait()
            if not self._lines:
                return None
            data, dropped = b"".join(self._lines), self._dropped
            self._lines.clear()
            self._dropped = 0
        note = self._prefix(SELF) + f"{dropped} lines were dropped: nobody read them.\n".encode() if dropped else b""
        return note + data

    def _write(self) -> None:
        # os.write, not sys.stdout: its lock, held by this thread, would hang the exit of the interpreter.
        while (data := self._take()) is not None:
            try:
                while data:
                    data = data[os.write(self._fd, data) :]
            except OSError:
                self._failed = True
                return
