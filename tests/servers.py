"""Real Redis servers for tests: the embedded Valkey, or Debian's Redis with RQLIVE_TEST_SERVER=redis."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import redis

from tests import feed_mode
from tests.support import eventually
from webapp.local_redis import server_binary


def binary_to_test(kind: str | None) -> str:
    """The program to test against: `kind` is "valkey" or "redis"; else RQLIVE_TEST_SERVER decides; else Valkey."""
    kind = kind or os.environ.get("RQLIVE_TEST_SERVER", "valkey")
    found = server_binary() if kind == "valkey" else shutil.which("redis-server")
    if not found:
        raise RuntimeError(f"No {kind} server to test with. Run `make test`, or install redis-server.")
    return str(found)


class RedisServer:
    """A real server on a unix socket in a short folder of its own (a socket's path may have 104 bytes).

    `options` are settings of the server, `{"maxmemory": "64mb"}`. With `port`, it listens on 127.0.0.1 as well.
    Data outlives `stop()` and `start()` unless `save=False`, as it does on a server that is restarted with care.
    """

    def __init__(self, options: dict[str, object] | None = None, port: int = 0, kind: str | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rql-"))
        self.path = str(self.folder / "s")
        self.url = f"unix://{self.path}"
        self.port = port
        self.tcp_url = f"redis://127.0.0.1:{port}/0" if port else None
        self._options = options or {}
        #: More of its environment, from the next start on: a clock of its own.
        self.environment: dict[str, str] = {}
        self._binary = binary_to_test(kind)
        self._process: subprocess.Popen | None = None
        self._connections: list[redis.Redis] = []

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        assert self._process, "the server is not running"
        return self._process.pid

    def connection(self, **options: object) -> redis.Redis:
        """A new client of bytes; closed with the server at the end of the test session or test."""
        client = redis.Redis.from_url(self.url, **options)
        self._connections.append(client)
        return client

    def start(self) -> None:
        """Start it on the same socket; returns when it answers."""
        settings = {"port": self.port, "bind": "127.0.0.1", "unixsocket": self.path, "dir": self.folder, "save": ""}
        if feed_mode.ASKED == "keyspace":
            settings["notify-keyspace-events"] = "KEA"
        arguments = [part for name, value in (settings | self._options).items() for part in (f"--{name}", str(value))]
        with open(self.folder / "log", "ab") as log:
            command = [self._binary, *arguments]
            env = {**os.environ, **self.environment}
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env)
        eventually(self._answers, message=f"{self._binary} answers")

    def stop(self, save: bool = True) -> None:
        """End it in good order. With `save`, its data is there again after `start()`."""
        if not self._process:
            return
        if not save:
            (self.folder / "dump.rdb").unlink(missing_ok=True)
        with redis.Redis.from_url(self.url, socket_timeout=5) as client, contextlib.suppress(redis.RedisError):
            client.shutdown(save=save, nosave=not save)
        self._ended()

    def kill(self) -> None:
        """SIGKILL: nothing is saved."""
        if self._process:
            self._process.kill()
            self._ended()

    def restart(self, save: bool = True) -> None:
        """Stop and start; returns when it answers again."""
        self.stop(save)
        self.start()

    def close(self) -> None:
        """End the server, its clients and its folder."""
        for client in self._connections:
            client.close()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ended(self) -> None:
        assert self._process
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _answers(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._binary} ended at once:\n{(self.folder / 'log').read_text()[-2000:]}")
        with redis.Redis.from_url(self.url, socket_timeout=1) as client, contextlib.suppress(redis.RedisError):
            return client.ping()
        return False
