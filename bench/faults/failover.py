"""The primary changes: it becomes a read-only replica under everybody, or dies and Sentinel makes another primary."""

import contextlib
import time
from pathlib import Path

import redis

from bench.faults._load import ask, word
from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from tests.processes import BIN, Process, WorkerProcess
from tests.servers import RedisServer, binary_to_test
from tests.support import eventually, free_port
from webapp.config import Config, ConfigError

SERVICE = "jobs"
SENTINEL = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {service} 127.0.0.1 {primary} 2
sentinel down-after-milliseconds {service} 1500
sentinel failover-timeout {service} 6000
"""


def follows(replica: redis.Redis) -> bool:
    """Whether it has all that its primary has."""
    told = replica.info("replication")
    return told.get("master_link_status") == "up" and told.get("master_sync_in_progress") == 0


@fault("the given Redis is a read-only replica for 6 s: pages go on reading it, actions are refused with the reason")
def redis_read_only(outcome: Outcome) -> None:
    other = RedisServer(port=free_port())
    other.start()
    try:
        with Scene(outcome, server=RedisServer(port=free_port())) as scene:
            second = other.connection()
            second.replicaof("127.0.0.1", scene.server.port)
            eventually(lambda: follows(second), 10)
            with scene.breaking():
                # Nothing is written between the two, as in a failover in good order.
                scene.redis.client_pause(3000, all=False)
                time.sleep(0.3)
                second.replicaof("NO", "ONE")
                scene.redis.replicaof("127.0.0.1", other.port)
                eventually(lambda: follows(scene.redis), 10)
                time.sleep(6)
                body = {"type": "counted", "args": {"folder": str(scene.folder)}, "id": "extra-0"}
                status, answer = ask(f"{scene.webs[0].url}/api/jobs", body)
                outcome.remarks.append(f"a submit meanwhile: {word(status, answer)}: {answer.get('error', answer)}")
                scene.redis.replicaof("NO", "ONE")
    finally:
        other.close()


class Behind(Scene):
    """A scene behind Sentinel: three of them, a primary and a replica."""

    def __init__(
        self, outcome: Outcome, replica: RedisServer, address: str, settings: Path, server: RedisServer
    ) -> None:
        super().__init__(outcome, server=server)
        self._replica = replica
        self._address = address
        self._settings = settings

    @property
    def url(self) -> str:
        return self._address

    def worker(self, name: str, *queues: str, env: dict | None = None) -> WorkerProcess:
        """RQ's own command line knows Sentinel by a file of settings."""
        command = [
            str(BIN / "rq"),
            "worker",
            "-c",
            str(self._settings.stem),
            "-n",
            name,
            "--quiet",
            *(queues or ["default"]),
        ]
        paths = f"{self._settings.parent}:{Path.cwd()}"
        worker = Process(command, self.folder, {"PYTHONPATH": paths} | (env or {}))
        worker.name, worker.queues = name, queues or ("default",)
        self.processes.append(worker)
        self.workers.append(worker)
        eventually(lambda: self.redis.hget(f"rq:worker:{name}", "state"), 20, f"it listens: {worker.output}")
        return worker

    def turn_to(self, server: RedisServer) -> None:
        """What is read as the truth from now on."""
        self.redis = self.truth.client = server.connection(socket_timeout=2)


@fault("the primary is killed (-9) and Sentinel makes its replica primary: all of it follows")
def sentinel_failover(outcome: Outcome) -> None:
    ports = [free_port() for _ in range(3)]
    address = f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in ports)}/{SERVICE}/0"
    try:
        Config.from_env({"RQLIVE_REDIS_URL": address})
    except ConfigError:
        outcome.skipped = "the settings take no address of Sentinel's yet"
        return
    primary, replica = RedisServer(port=free_port()), RedisServer(port=free_port())
    with contextlib.ExitStack() as closing:
        closing.callback(replica.close)
        replica.start()
        primary.start()
        replica.connection().replicaof("127.0.0.1", primary.port)
        eventually(lambda: follows(replica.connection()), 10)
        for port in ports:
            folder = replica.folder / f"sentinel-{port}"
            folder.mkdir()
            (folder / "conf").write_text(
                SENTINEL.format(port=port, folder=folder, service=SERVICE, primary=primary.port)
            )
            sentinel = Process([binary_to_test("valkey"), str(folder / "conf"), "--sentinel"], folder)
            closing.callback(sentinel.close)
        eventually(lambda: all(knows(port) for port in ports), 20, "the sentinels know each other")
        settings = replica.folder / "sentinel_settings.py"
        hosts = [("127.0.0.1", port) for port in ports]
        settings.write_text(f"SENTINEL = {{'INSTANCES': {hosts}, 'MASTER_NAME': '{SERVICE}'}}\n")
        # The scene starts it itself.
        primary.stop()
        with Behind(outcome, replica, address, settings, primary) as scene, scene.breaking(lossless=False):
            primary.kill()
            began = time.monotonic()
            eventually(lambda: replica.connection().info("replication")["role"] == "master", 30)
            outcome.remarks.append(f"Sentinel had another primary after {time.monotonic() - began:.1f} s")
            scene.turn_to(replica)


def knows(port: int) -> bool:
    """Whether the sentinel knows the two others and the replica."""
    with contextlib.suppress(redis.RedisError), redis.Redis(port=port, decode_responses=True) as client:
        told = client.sentinel_master(SERVICE)
        return told["num-other-sentinels"] == 2 and told["num-slaves"] == 1
    return False
