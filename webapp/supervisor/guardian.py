"""Ends everything where the supervisor itself was killed and cannot: a forked process that waits for its pipe to close.

It sleeps in one `read` all its life, shares its memory with the supervisor, and learns over the pipe which sessions
there are. No other work belongs here.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable

from webapp.supervisor.ending import Ending

GOODBYE = "goodbye"
FORGET = "forget"


class Guardian:
    """Watches over the process that makes it. Make it before any thread; `dismiss()` it at a regular end."""

    def __init__(self, redis_url: str, leave: Callable[[], object]) -> None:
        """`leave` is called last, when all sessions have ended."""
        reader, self._writer = os.pipe()
        self._pid = os.fork()
        if self._pid:
            os.close(reader)
            return
        os.close(self._writer)
        try:
            _watch(reader, redis_url, leave)
        finally:
            os._exit(0)

    def note(self, session: int, worker: str | None) -> None:
        """There is a new session, led by a worker of that name or by something else."""
        self._tell(f"{session} {worker or '-'}")

    def forget(self, session: int) -> None:
        """Nobody lives in that session any more."""
        self._tell(f"{session} {FORGET}")

    def dismiss(self) -> None:
        """Everything has ended in good order."""
        self._tell(GOODBYE)
        os.close(self._writer)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self._writer, f"{line}\n".encode())


def _watch(reader: int, redis_url: str, leave: Callable[[], object]) -> None:
    # A session of its own: it must outlive whatever kills the supervisor's process group.
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with open(reader) as lines:
        said = lines.read().split("\n")
    if GOODBYE in said:
        return
    noted = dict(line.split() for line in said if line)
    living = {int(session): name for session, name in noted.items() if name != FORGET}
    ending = Ending(redis_url, {session: None if name == "-" else name for session, name in living.items()})
    while not ending.step():
        time.sleep(0.05)
    leave()
