"""One supervised process: its command, its starts, its output, and when it is started again. Ends nothing."""

import os
import shlex
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from uuid import uuid4

#: Seconds to wait before a start after the first, second, … crash; a run of STEADY seconds begins anew.
BACKOFF = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY = 20.0
WORKER = "worker"
#: Stands in a command for the name that the worker gets at each start.
WORKER_NAME = "{worker}"
READ_BYTES = 1 << 16


def read_procfile(path: Path) -> dict[str, list[str]]:
    """Process type -> command, in the order of the file. Raises OSError, and ValueError on a line that is not one."""
    commands = {}
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        kind, _, command = line.partition(":")
        if not kind.strip() or not shlex.split(command):
            raise ValueError(f"{path.name}: `{line}` is not a line such as `web: gunicorn …`. Write it like that.")
        commands[kind.strip()] = shlex.split(command)
    return commands


class Output:
    """What one start of a child writes. It may go on when the child has ended: a horse writes to it too."""

    def __init__(self, name: str, pipe: IO[bytes]) -> None:
        os.set_blocking(pipe.fileno(), False)
        self.name = name
        self.fd = pipe.fileno()
        self._pipe = pipe
        self._rest = b""

    def read(self) -> tuple[list[bytes], bool]:
        """The lines written since, and whether it is open still. Never blocks; a line without end is cut."""
        data = self._pipe.read(READ_BYTES)
        if data is None:
            return [], True
        *lines, self._rest = (self._rest + data).split(b"\n")
        if self._rest and (not data or len(self._rest) > READ_BYTES):
            lines, self._rest = [*lines, self._rest], b""
        return lines, bool(data)

    def close(self) -> None:
        """Who writes to it afterwards is told that nobody reads."""
        self._pipe.close()


class Child:
    """A process that leads a session of its own; `kind` is its line of the Procfile. `once`: it need not run on.

    `tries`: so many crashes in a row are the last.
    """

    def __init__(self, name: str, kind: str, command: list[str], once: bool = False, tries: int | None = None) -> None:
        self.name = name
        self.kind = kind
        #: The name that RQ knows it by, if it is a worker. New at each start: RQ refuses that of a killed one.
        self.worker: str | None = None
        #: When to start it, on the monotonic clock. None: it runs, or is not to be started again.
        self.start_at: float | None = 0.0
        self.pid = 0
        #: Crashes in a row, and how it ended last: its exit code, or the signal, negative.
        self.crashes = 0
        self.code: int | None = None
        self._command = command
        self._once = once
        self._tries = len(BACKOFF) if once else tries
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._is_leaving = False

    @property
    def runs(self) -> bool:
        """Whether its process was not seen to end."""
        return self._process is not None

    def leave(self) -> None:
        """It is not started again, however it ends."""
        self._is_leaving, self.start_at = True, None

    def start(self, folder: Path, env: Mapping[str, str]) -> Output:
        """Start it. Raises OSError."""
        self.start_at = None
        self._started = time.monotonic()
        own = dict(env)
        if self.kind == WORKER:
            self.worker = own["RQLIVE_WORKER_NAME"] = uuid4().hex
        self._process = subprocess.Popen(
            [self.worker if part == WORKER_NAME else part for part in self._command],
            cwd=folder,
            env=own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # one pipe for both keeps their order
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdout
        self.pid = self._process.pid
        return Output(self.name, self._process.stdout)

    def ended(self) -> str | None:
        """What happened to it, once; None while it runs, or where there is nothing to say. Decides on a new start."""
        if self._process is None or (code := self._process.poll()) is None:
            return None
        self._process, self.code = None, code
        if code == 0 and self._once:
            return None
        if self._is_leaving or (code == 0 and self.kind == WORKER):
            return "ended as it was asked to, and is not started again."
        return self._crashed(f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}")

    def failed_to_start(self, error: OSError) -> str:
        """What to say of a start that the system refused. Decides on a new start."""
        return self._crashed(f"does not start: {error.strerror} ({self._command[0]})")

    def _crashed(self, what: str) -> str:
        if time.monotonic() - self._started > STEADY:
            self.crashes = 0
        pause = BACKOFF[min(self.crashes, len(BACKOFF) - 1)]
        self.crashes += 1
        if self.crashes == self._tries:
            return f"{what}; it is not tried again."
        self.start_at = time.monotonic() + pause
        return f"{what}; it starts again in {pause:g} s."
