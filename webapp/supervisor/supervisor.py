"""Several processes in one terminal: starts them, relays what they say, starts them again, and ends them all.

Its own, because others wait at Ctrl-C for a busy worker, for half a minute or more. What runs is in the Procfile; how
it all ends is in `ending.py`. No settings are read here.
"""

import selectors
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from webapp.supervisor import sessions
from webapp.supervisor.added import AddedWorkers
from webapp.supervisor.children import Child, Output
from webapp.supervisor.ending import Ending
from webapp.supervisor.guardian import Guardian
from webapp.supervisor.signals import Signals
from webapp.supervisor.terminal import Terminal

#: Seconds between looks at the children; a signal, a child's end or a line of output wakes it at once.
TICK = 0.25
ENDING_TICK = 0.03
HOUSEKEEPING = 1.0


class Supervisor:
    """Runs children until it is asked to end, or the terminal is gone. `added`: where more workers may be asked for."""

    def __init__(
        self,
        redis_url: str,
        guardian: Guardian,
        terminal: Terminal,
        signals: Signals,
        added: AddedWorkers | None = None,
    ) -> None:
        self._redis_url = redis_url
        self._guardian = guardian
        self._terminal = terminal
        self._signals = signals
        self._added = added
        #: Session -> worker that leads it, or None: also of children that ended while something of theirs lives on.
        self._sessions: dict[int, str | None] = {}
        self._selector = selectors.DefaultSelector()

    def run(
        self, children: list[Child], folder: Path, env: Mapping[str, str], housekeeping: Callable[[], object]
    ) -> None:
        """Return when all has ended. `housekeeping` is called every second meanwhile, and must not block."""
        next_housekeeping = 0.0
        with self._selector:
            self._selector.register(self._signals.fd, selectors.EVENT_READ, self._signals)
            if self._added:
                self._selector.register(self._added.desk.fd, selectors.EVENT_READ, self._added.desk)
            while not self._signals.asked and not self._terminal.gone:
                if self._added:
                    self._added.look(children)
                for child in children:
                    self._look_after(child, folder, env)
                if time.monotonic() >= next_housekeeping:
                    next_housekeeping = time.monotonic() + HOUSEKEEPING
                    self._forget_empty_sessions(children)
                    housekeeping()
                self._relay(TICK)
            self._end(children)

    def _look_after(self, child: Child, folder: Path, env: Mapping[str, str]) -> None:
        if what := child.ended():
            self._terminal.say(f"{child.name} {what}")
        if child.start_at is None or time.monotonic() < child.start_at:
            return
        try:
            output = child.start(folder, env)
        except OSError as error:
            self._terminal.say(f"{child.name} {child.failed_to_start(error)}")
            return
        self._guardian.note(child.pid, child.worker)
        self._sessions[child.pid] = child.worker
        self._selector.register(output.fd, selectors.EVENT_READ, output)

    def _forget_empty_sessions(self, children: list[Child]) -> None:
        """One day the system gives the number of an empty session to another program."""
        running = {child.pid for child in children}
        for session in [session for session in self._sessions if session not in running]:
            if not sessions.members(session):
                del self._sessions[session]
                self._guardian.forget(session)

    def _relay(self, timeout: float) -> None:
        """Show what was written, or wait for it so long."""
        for key, _ in self._selector.select(timeout):
            output = key.data
            if not isinstance(output, Output):
                output.drain()
                continue
            lines, more = output.read()
            for line in lines:
                self._terminal.relay(output.name, line)
                if self._added:
                    self._added.heard(output.name, line)
            if not more:
                self._selector.unregister(output.fd)
                output.close()

    def _end(self, children: list[Child]) -> None:
        self._terminal.say("Ending. Ctrl-C once more kills everything at once.")
        asked, ending = self._signals.asked, Ending(self._redis_url, self._sessions)
        while not ending.step():
            if self._signals.asked > asked:
                ending.hurry()
            for child in children:
                child.ended()
            self._relay(ENDING_TICK)
        self._relay(0)
        for job in ending.settled:
            self._terminal.say(f"Job {job} did not end in time and was stopped.")
        if ending.error:
            self._terminal.say(f"Redis could not be told that the workers ended: {ending.error}")
