"""A real Redis behind real sentinels on loopback: a primary, a replica, three sentinels that make one of the other."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import redis

from tests.servers import RedisServer, binary_to_test
from tests.support import eventually, free_port

SERVICE = "jobs"
SENTINELS, QUORUM = 3, 2
#: Milliseconds of silence after which a sentinel calls the primary down.
DOWN_AFTER = 500
CONFIG = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {service} 127.0.0.1 {primary} {quorum}
sentinel down-after-milliseconds {service} {down_after}
sentinel failover-timeout {service} 3000
"""


class Sentinels:
    """A context: all of it ends with it."""

    def __init__(self, kind: str | None = None) -> None:
        self._kind = kind
        self._folder = Path(tempfile.mkdtemp(prefix="rql-"))
        self._processes: list[subprocess.Popen] = []
        self.ports = [free_port() for _ in range(SENTINELS)]
        primary, replica = free_port(), free_port()
        self.primary = RedisServer(port=primary, kind=kind)
        self.replica = RedisServer({"replicaof": f"127.0.0.1 {primary}"}, port=replica, kind=kind)

    @property
    def url(self) -> str:
        """The address that names the sentinels."""
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self.ports)}/{SERVICE}/0"

    def __enter__(self) -> "Sentinels":
        self.primary.start()
        self.replica.start()
        for port in self.ports:
            self._start(port)
        eventually(self._is_ready, 30, "the sentinels know each other and the replica")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        self.replica.close()
        self.primary.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def failover(self) -> None:
        """The primary is killed; returns when the replica has taken its place."""
        self.primary.kill()
        client = self.replica.connection()
        eventually(lambda: client.info("replication")["role"] == "master", 30, "the replica is the primary")

    def _start(self, port: int) -> None:
        settings = {"service": SERVICE, "primary": self.primary.port, "quorum": QUORUM, "down_after": DOWN_AFTER}
        config = self._folder / f"{port}.conf"
        config.write_text(CONFIG.format(port=port, folder=self._folder, **settings))
        command = [binary_to_test(self._kind), str(config), "--sentinel"]
        with open(self._folder / f"{port}.log", "wb") as log:
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def _is_ready(self) -> bool:
        for port in self.ports:
            try:
                with redis.Redis(port=port, socket_timeout=1) as client:
                    known = client.sentinel_master(SERVICE)
            except redis.RedisError:
                return False
            if known["num-other-sentinels"] < SENTINELS - 1 or known["num-slaves"] < 1:
                return False
        return True
