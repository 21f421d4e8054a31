"""How child processes of a job reach its live log and progress: they tell the process of the job, which writes.

A child gets a run of its own whose courier delivers over a unix socket to the desk of the parent. So one process
writes, a child needs neither Redis nor a password, and what a child had open is closed when it dies. Forked children
know the run from their parent's memory; spawned ones, and those of a fork server, from their process object. A
program started with `subprocess` is not a child in this sense: print what it prints.
"""

import atexit
import json
import os
import selectors
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.util import Finalize
from time import monotonic
from typing import Any

from jobs import _doors, _run
from jobs._log import Line

#: Seconds for which a child's courier waits for the parent, and the end of a run for its children's last lines.
TIMEOUT = 0.5
#: One delivery of a child; a longer one is not from us.
MESSAGE_BYTES_MAX = 4 * 1024 * 1024
#: Read at once from one child.
CHUNK = 64 * 1024


class Desk:
    """Where the children of a job deliver: a unix socket and the thread that reads it."""

    def __init__(self, run: _run.Run) -> None:
        self.path = os.path.join(tempfile.gettempdir(), f"rqlive-{os.getpid()}-{run.id}.sock")
        self._run = run
        self._closing = False
        self._open: dict[int, bytes] = {}
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        os.chmod(self.path, 0o600)
        self._listener.listen(64)
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._work, name="job-desk", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Read what the children have sent so far, then listen no more. At most TIMEOUT."""
        self._closing = True
        with suppress(OSError), socket.socket(socket.AF_UNIX) as knock:
            knock.connect(self.path)
        self._thread.join(TIMEOUT)

    def abandon(self) -> None:
        """In a forked child: let go of the parent's sockets."""
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()

    def _work(self) -> None:
        try:
            while not self._closing:
                self._turn(None)
            end = monotonic() + TIMEOUT
            while self._turn(0) and monotonic() < end:
                pass
        except Exception:
            pass
        finally:
            with suppress(OSError):
                os.unlink(self.path)
            self.abandon()

    def _turn(self, timeout: float | None) -> bool:
        """Serve whoever is ready; False if nobody is."""
        ready = self._selector.select(timeout)
        for key, _ in ready:
            if key.fileobj is self._listener:
                self._accept()
            else:
                self._read(key.fileobj)
        return bool(ready)

    def _accept(self) -> None:
        with suppress(OSError):
            child, _ = self._listener.accept()
            child.setblocking(False)
            self._selector.register(child, selectors.EVENT_READ)
            self._open[child.fileno()] = b""

    def _read(self, child: socket.socket) -> None:
        number = child.fileno()
        try:
            data = child.recv(CHUNK)
            *messages, rest = (self._open[number] + data).split(b"\n")
            for message in messages:
                self._take(number, json.loads(message))
            self._open[number] = rest
            if data and len(rest) < MESSAGE_BYTES_MAX:
                return
        except BlockingIOError:
            return
        except Exception:
            pass
        self._part_with(child, number)

    def _take(self, child: int, message: dict[str, Any]) -> None:
        for at, level, text in message["lines"]:
            self._run.deposit(at / 1000, level, text)
        if message["stages"] is not None:
            self._run.guests[child] = message["stages"]
            self._run.changed()

    def _part_with(self, child: socket.socket, number: int) -> None:
        self._selector.unregister(child)
        child.close()
        del self._open[number]
        if self._run.guests.pop(number, None):
            self._run.changed()


class ChildPost:
    """Delivers to the desk of the parent."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: socket.socket | None = None

    def deliver(self, lines: list[Line], stages: list[dict[str, Any]] | None, lifetime: int | None) -> bool:
        """False once the run is over in the parent."""
        message = {"lines": [(line.at, line.level, line.text) for line in lines], "stages": stages}
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX)
                self._socket.settimeout(TIMEOUT)
                self._socket.connect(self._path)
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            # Half a message may be out: what comes behind it could not be read.
            self.close()
            return False
        return True

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()


class ChildRun(_run.Run):
    """The run of a job as a child process of it takes part in it."""

    def __init__(self, job_id: str, run_id: str, path: str) -> None:
        super().__init__(job_id, run_id, lambda: ChildPost(path), address=path)

    def _start(self) -> None:
        """Also see to it that the rest is delivered when this process ends: `multiprocessing` leaves without atexit.

        Not before the first line: what is registered earlier, `multiprocessing` forgets when it has forked.
        """
        Finalize(None, self.finish, exitpriority=100)
        atexit.register(self.finish)
        super()._start()

    def finish(self) -> None:
        """Give back what was captured, deliver what waits."""
        _doors.take_down(self)
        self.flush()


def become_child(parent: _run.Run) -> None:
    """In a process just forked off that of a job: deliver to the parent. The parent's threads are not here."""
    if parent.desk is not None:
        parent.desk.abandon()
    _doors.finish_lines(None)
    path = parent.address()
    _run.current = ChildRun(parent.job_id, parent.id, path) if path else None


def arrive(job_id: str, run_id: str, path: str, build: Callable[..., Any], args: tuple) -> Any:
    """In a spawned process, unpickling its process object: take part in the run, then build the object."""
    if _run.current is None:
        _run.current = ChildRun(job_id, run_id, path)
        _doors.put_up()
    return build(*args)
