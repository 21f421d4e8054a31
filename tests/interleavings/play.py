"""One performance: jobs come, workers run them, operators act, all comes to rest, and the judge looks."""

import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.interleavings import judge
from tests.interleavings.operators import BulkOperator, Ledger, Operator, door, release_all
from tests.interleavings.scene import LIMIT, QUEUES, Scene
from tests.processes import Process, WorkerProcess
from tests.servers import RedisServer
from webapp import rqkeys
from webapp.config import Config
from webapp.connections import connect

OPERATORS, WORKERS = 4, 3
#: New jobs for each deed.
JOBS_A_DEED = 0.6
#: Seconds until all must have come to rest.
PATIENCE = 40.0


@dataclass(frozen=True)
class Outcome:
    deeds: int
    jobs: int
    words: dict[tuple[str, str], int]
    wrongs: list[str]
    seconds: float


def play(server: RedisServer, folder: Path, deeds: int, seed: int) -> Outcome:
    """Act so many times on an empty `server`. Raises AssertionError where it does not come to rest."""
    began = time.monotonic()
    rng = random.Random(seed)
    client = server.connection()
    config = Config(redis_url=server.url, own_redis=True, files=str(folder / "files"))
    connections = connect(config)
    scene, ledger = Scene(client, rng), Ledger()
    settings = {"RQLIVE_REDIS_URL": server.url, "RQ_REDIS_URL": server.url, "RQLIVE_FILES": folder / "files"}
    processes = [Process([sys.executable, "-m", "webapp.operations"], folder, settings | {"RQLIVE_WRITE": 1})]
    processes += [_worker(server, folder, f"w{n}") for n in range(WORKERS)]
    try:
        scene.more(60)
        actors: list[Operator] = [
            Operator(door(connections.writer, config, f"o{n}"), scene, ledger, deeds // OPERATORS, seed * 100 + n)
            for n in range(OPERATORS)
        ]
        actors.append(BulkOperator(door(connections.writer, config, "bulk"), scene, ledger, max(1, deeds // 150), seed))
        for actor in actors:
            actor.start()
        while any(actor.is_alive() for actor in actors):
            if len(scene.ids) < len(ledger.deeds) * JOBS_A_DEED + 60:
                scene.more(20)
            time.sleep(0.05)
        for actor in actors:
            if actor.error is not None:
                raise actor.error
        # RQ leaves a job that others touched as it became ready to its maintenance: each worker's start is one.
        processes.append(_worker(server, folder, "late"))
        _come_to_rest(client, ledger)
        found = judge.wrongs(client, scene, ledger)
        return Outcome(len(ledger.deeds), len(scene.ids), dict(ledger.words()), found, time.monotonic() - began)
    finally:
        for process in processes:
            process.close()
        connections.close()


def _worker(server: RedisServer, folder: Path, name: str) -> WorkerProcess:
    return WorkerProcess(server.url, QUEUES, name, ("--with-scheduler", "--quiet"), folder, None)


def _come_to_rest(client, ledger: Ledger) -> None:
    end, still = time.monotonic() + PATIENCE, 0
    while still < 5:
        release_all(client)
        still = still + 1 if _rests(client) else 0
        assert time.monotonic() < end, f"it does not come to rest: {_restless(client, ledger)}"
        time.sleep(0.2)


def _restless(client, ledger: Ledger) -> dict[str, tuple]:
    """Who is where it should not stay, its status, and what was done to it."""
    calm = ("finished:", "failed:", "canceled:", "deferred:")
    found = {}
    for job_id, places in judge.everywhere(client).items():
        if not all(place.startswith(calm) for place in places):
            done = [(deed.verb, deed.word) for deed in ledger.deeds if deed.job == job_id]
            found[job_id] = (places, client.hget(rqkeys.job(job_id), "status"), done, ledger.perhaps.get(job_id))
    return found


def _rests(client) -> bool:
    with client.pipeline(transaction=True) as pipe:
        for name in QUEUES:
            pipe.llen(rqkeys.queue(name)).llen(rqkeys.intermediate(name))
            pipe.zcard(rqkeys.registry("started", name)).zcard(rqkeys.registry("scheduled", name))
            pipe.zcard(rqkeys.registry("ready_to_enqueue", name))
        pipe.zcard(rqkeys.rate_limited(LIMIT.key))
        return not any(pipe.execute())
