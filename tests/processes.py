"""Real processes for tests: a stock RQ worker, the web server, the operations process. All of a test's end with it.

Each runs in a session of its own, so that a worker's horse (which leaves the worker's process group, not its session)
is found and ended too, also after the worker itself was killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psutil
import redis

from tests.support import ROOT, clean_env, eventually, free_port
from webapp.queries.liveness import NEWBORN_MS

BIN = Path(sys.executable).parent
APP = "webapp:create_app()"


class Process:
    """A child process in a session of its own, its output in a file, or where the descriptor `out` leads."""

    def __init__(self, command: Sequence[str], folder: Path, env: dict | None = None, out: int | None = None) -> None:
        self._log = folder / f"{uuid4().hex[:8]}.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=clean_env(env),
                stdin=subprocess.DEVNULL,
                stdout=log if out is None else out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._process.pid

    @property
    def output(self) -> str:
        """All that it has printed so far."""
        return self._log.read_text(errors="replace")

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def family(self) -> set[int]:
        """The pids of its whole session that live: itself, its children, orphaned horses."""
        return set(session_members(self.pid))

    def signal(self, number: int) -> None:
        """Send a signal to the process itself, as `kill` does."""
        self._process.send_signal(number)

    def wait(self, timeout: float = 10.0) -> int:
        """Its exit code, when it has ended by itself."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {timeout} s; it printed:\n{self.output[-3000:]}") from None

    def stop(self, timeout: float = 10.0) -> int:
        """SIGTERM; returns its exit code when it has ended."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self) -> None:
        """SIGKILL to the process alone: a horse of it runs on, as after a crash."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and everything that it started."""
        for pid in session_members(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def _ready(self, check, what: str, timeout: float = 20.0) -> None:
        def probe():
            if self.returncode is not None:
                raise RuntimeError(f"it ended with {self.returncode} before {what}:\n{self.output[-3000:]}")
            return check()

        eventually(probe, timeout, f"{what}; it printed: {self.output[-3000:]}")


def session_members(session: int) -> list[int]:
    """Living processes of a session, zombies left out."""
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process.pid)
    return members


class WorkerProcess(Process):
    """A stock `rq worker`, or the project's `worker.py`."""

    def __init__(
        self,
        url: str,
        queues: Sequence[str],
        name: str,
        options: Sequence[str],
        folder: Path,
        env: dict | None,
        stock: bool = True,
        rq: Sequence[str] = (sys.executable, str(BIN / "rq")),
    ) -> None:
        self.name = name
        self.queues = tuple(queues)
        self._url = url
        if stock:
            command = [*rq, "worker", "-u", url, "-n", name, *options, *queues]
        else:
            command = [sys.executable, "worker.py", *queues]
            env = {"RQLIVE_REDIS_URL": url, "RQLIVE_WORKER_NAME": name} | (env or {})
        super().__init__(command, folder, env)

    def wait_ready(self) -> None:
        """Returns when it is registered, hears commands, and is idle or busy."""
        self._ready(lambda: self._state() in (b"idle", b"busy"), f"worker {self.name} was registered")

    def wait_grown(self) -> None:
        """Returns when it is no newborn any more: until then it is not called silent, though nobody listens."""
        with redis.Redis.from_url(self._url) as client:
            birth = datetime.fromisoformat(client.hget(f"rq:worker:{self.name}", "birth").decode())
        age = timedelta(milliseconds=NEWBORN_MS)
        eventually(lambda: datetime.now(UTC) - birth > age, 5, f"worker {self.name} has grown")

    def wait_idle(self, timeout: float = 20.0) -> None:
        """Returns when it is idle and its queues are empty."""
        eventually(self._idle, timeout, f"worker {self.name} is idle")

    def _state(self) -> bytes | None:
        with redis.Redis.from_url(self._url) as client:
            heard = dict(client.pubsub_numsub(f"rq:pubsub:{self.name}"))
            return client.hget(f"rq:worker:{self.name}", "state") if any(heard.values()) else None

    def _idle(self) -> bool:
        with redis.Redis.from_url(self._url) as client, client.pipeline(transaction=True) as pipe:
            for queue in self.queues:
                pipe.llen(f"rq:queue:{queue}")
                pipe.llen(f"rq:queue:{queue}:intermediate")
            pipe.scard(f"rq:worker:{self.name}:executions")
            pipe.hget(f"rq:worker:{self.name}", "state")
            *counts, state = pipe.execute()
        return state == b"idle" and not any(counts)


class WebServer(Process):
    """gunicorn with the project's own settings, on a free loopback port."""

    def __init__(self, redis_url: str | None, folder: Path, env: dict | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = {"PORT": self.port, "RQLIVE_FILES": folder / "files"} | (env or {})
        if redis_url:
            settings |= {"RQLIVE_REDIS_URL": redis_url, "RQ_REDIS_URL": redis_url}
        super().__init__([sys.executable, str(BIN / "gunicorn"), "-c", "gunicorn.conf.py", APP], folder, settings)

    def wait_ready(self) -> None:
        """Returns when /healthz answers, whatever it answers."""
        self._ready(self._answers, "/healthz answered")

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True
