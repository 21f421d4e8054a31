"""The stage of a measurement: a Redis of its own, RQ Live and the bare prototype on it, stock workers. All end with it.

Servers and processes are those of the tests. Nothing is measured here.
"""

import os
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import psutil
import redis

from tests.processes import BIN, Process, WebServer, WorkerProcess, session_members
from tests.servers import RedisServer
from tests.support import eventually, free_port


class Closable(Protocol):
    """What can be ended."""

    def close(self) -> None: ...


class Stage:
    """One Redis and what works with it. A context: everything that it started ends with it."""

    def __init__(self, options: dict[str, object] | None = None) -> None:
        """`options` are settings of the Redis server."""
        self._folder = tempfile.TemporaryDirectory(prefix="rqlive-bench-")
        self.folder = Path(self._folder.name)
        self.server = RedisServer(options, port=free_port(), kind="valkey")
        self._processes: list[Closable] = []
        #: The door through which dashboards look, where their commands are counted.
        self.counted_url: str | None = None

    def __enter__(self) -> Self:
        self.server.start()
        self.redis = self.server.connection()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in reversed(self._processes):
            process.close()
        self.server.close()
        self._folder.cleanup()

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def tcp_url(self) -> str:
        """The same Redis, for programs that take no unix socket."""
        assert self.server.tcp_url
        return self.server.tcp_url

    @property
    def dashboard_url(self) -> str:
        """Where dashboards that take no unix socket look: at Redis, or through the door that counts."""
        return self.counted_url or self.tcp_url

    def client(self) -> redis.Redis:
        """One more client, apart from `self.redis`."""
        return self.server.connection()

    def web(self, url: str | None = None, wait: bool = True, **env: object) -> WebServer:
        """RQ Live's web process, as `make run` starts it; returns when it answers, or at once if not to `wait`.

        `url`: of what leads to Redis.
        """
        web = WebServer(url or self.url, self.folder, {"RQLIVE_OWN_REDIS": 1, **env})
        self._processes.append(web)
        if wait:
            web.wait_ready()
        return web

    def prototype(self, app: str = "bench.prototype:create_app()") -> "Prototype":
        """The bare feed that RQ Live is compared with, or another bare `app`; returns when it answers."""
        bare = Prototype(self.url, self.folder, app)
        self._processes.append(bare)
        bare.wait_ready()
        return bare

    def operations(self, url: str | None = None) -> Process:
        """RQ Live's operations process; returns when it records figures. `url`: of what leads to Redis."""
        env = {"RQLIVE_REDIS_URL": url or self.url, "RQ_REDIS_URL": url or self.url, "RQLIVE_OWN_REDIS": 1}
        return self.run([sys.executable, "-m", "webapp.operations"], env, ready="Figures are recorded")

    def worker(self, name: str = "bench", *queues: str) -> WorkerProcess:
        """A stock `rq worker`; returns when it listens."""
        worker = WorkerProcess(self.url, queues or ("default",), name, ["--quiet"], self.folder, None)
        self._processes.append(worker)
        worker.wait_ready()
        return worker

    def run(self, command: list[str], env: dict | None = None, ready: str = "") -> Process:
        """Any other process; returns when it has printed `ready`."""
        process = Process(command, self.folder, env)
        self._processes.append(process)
        if ready:
            eventually(lambda: ready in process.output, 20, f"{command} said {ready!r}")
        return process

    def also(self, process: "Closable") -> None:
        """What was started elsewhere ends with the stage, too."""
        self._processes.append(process)

    def end(self, process: "Closable") -> None:
        """End one process, and all that it started, before the stage ends."""
        self._processes.remove(process)
        process.close()


class Prototype(WebServer):
    """`bench/prototype.py`, or another `app`, under gunicorn's gevent worker."""

    def __init__(self, url: str, folder: Path, app: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Without a file named, gunicorn would read the project's own.
        command = [sys.executable, str(BIN / "gunicorn"), "-c", os.devnull, "-k", "gevent", "-w", "1"]
        command += ["--worker-connections", "10000", "--log-level", "warning", "--no-control-socket"]
        command += ["-b", f"127.0.0.1:{self.port}", app]
        Process.__init__(self, command, folder, {"BENCH_REDIS_URL": url})


def resident_kib(process: Process) -> float:
    """Memory of a process and its children, KiB (RSS)."""
    return sum(psutil.Process(pid).memory_info().rss for pid in session_members(process.pid)) / 1024


def shared_out_kib(process: Process) -> float:
    """The same with what processes share divided among them (PSS): forked ones share most of what they began with."""
    return sum(psutil.Process(pid).memory_full_info().pss for pid in session_members(process.pid)) / 1024


def cpu_seconds(process: Process) -> float:
    """Processor time of a process and its children so far."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in session_members(process.pid))


def worker_command(url: str, *flags: str) -> list[str]:
    """How to start a stock `rq worker` on the default queue that prints nothing."""
    return [sys.executable, str(BIN / "rq"), "worker", "-u", url, "--quiet", *flags]
