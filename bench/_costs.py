"""Unit costs as the model wants them, from what `bench.costs` measured. Pure arithmetic.

Times are CPU seconds. Lines through two measured sizes stand for everything between and beyond them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.costs import LISTENERS, SIZES

MICRO = 1e-6
#: What the web process reads of an installation, see webapp/queries/overview.py.
WORKERS_READ, RUNS_READ = 1_000, 200
#: Bytes of one worker's and one queue's commands in the pipeline of a look, and what Redis reads of a client at a time.
ASKED_WORKER, ASKED_QUEUE, READ_AT_ONCE = 190, 700, 16_384


@dataclass(frozen=True)
class Line:
    """`base` for the smallest, and so much more for each queue, worker, worker beyond those that are read, and run."""

    base: float
    queue: float
    worker: float
    name: float
    run: float

    @classmethod
    def through(cls, costs: Mapping[str, float], kind: str) -> Self:
        """Of what was measured as `<kind>_<size>`."""
        at = {name: costs[f"{kind}_{name}"] for name, *_ in SIZES}
        size = {name: counts for name, *counts in SIZES}
        small = at["small"]
        return cls(
            small,
            (at["queues"] - small) / (size["queues"][0] - size["small"][0]),
            (at["workers"] - small) / size["workers"][1],
            max(0.0, at["many_workers"] - at["workers"]) / (size["many_workers"][1] - WORKERS_READ),
            (at["runs"] - small) / size["runs"][2],
        )

    def at(self, queues: float, workers: float, runs: float) -> float:
        read, beyond = min(workers, WORKERS_READ), max(0.0, workers - WORKERS_READ)
        return (
            self.base
            + self.queue * max(0.0, queues - 1)
            + self.worker * read
            + self.name * beyond
            + self.run * min(runs, RUNS_READ)
        )


@dataclass(frozen=True)
class Costs:
    """Of one unit each."""

    #: Redis: a job of a forking worker; what is added by that anybody tracks, by each who does, and by operations.
    job: float
    tracked: float
    packets: float
    listener: float
    lean_listener: float
    operations_redis: float
    heartbeat_idle: float
    heartbeat_busy: float
    look_redis: Line
    look_web: Line
    #: A web process: a job that it hears of; a frame.
    hint: float
    frame: float
    #: The operations process.
    operations: float
    bytes_listener: float
    bytes_lean_listener: float
    bytes_frame: float
    snapshot: Line
    bytes_viewer: float
    bytes_job: float
    connections_worker: float

    @classmethod
    def of(cls, found: Mapping[str, float]) -> Self:
        """Of figures of `bench.costs` by name."""
        alone, one, most = found["redis_job_0_listeners"], found["redis_job_1_listeners"], LISTENERS[-1]
        each = max(0.0, found[f"redis_job_{most}_listeners"] - one) / (most - 1)
        return cls(
            job=alone * MICRO,
            tracked=max(0.0, one - alone - each) * MICRO,
            packets=found["packets_job"],
            listener=each * MICRO,
            # It hears less of everything; that it costs more is the measurement's noise.
            lean_listener=min(each, max(0.0, found[f"redis_job_{most}_listeners_lean"] - one) / (most - 1)) * MICRO,
            # Told by Redis itself: beside its listening it is too little for a difference of two loads to show.
            operations_redis=found["redis_reads_operations"] * MICRO,
            heartbeat_idle=found["redis_heartbeat_idle"] * MICRO,
            heartbeat_busy=found["redis_heartbeat_busy"] * MICRO,
            look_redis=Line.through({name: value * MICRO for name, value in found.items()}, "redis_look"),
            look_web=Line.through({name: value * MICRO for name, value in found.items()}, "web_look"),
            hint=found["cpu_job_web"] * MICRO,
            frame=found["web_frame"] * MICRO,
            operations=found["cpu_job_operations"] * MICRO,
            bytes_listener=found[f"bytes_job_listener_of_{most}"],
            bytes_lean_listener=found[f"bytes_job_listener_of_{most}_lean"],
            bytes_frame=found["bytes_frame"],
            snapshot=Line.through(found, "bytes_snapshot"),
            bytes_viewer=found["kib_viewer"] * 1024,
            bytes_job=found["bytes_job"],
            connections_worker=found["connections_worker"],
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Of a report of `bench.costs`: the least of each, since what others do on the machine only ever adds."""
        return cls.of({name: least for name, _, least, _ in json.loads(path.read_text())["rows"]})


def pieces(queues: float, workers: float) -> int:
    """In how many turns Redis takes the pipeline of a look: others are served between two of them."""
    asked = queues * ASKED_QUEUE + min(workers, WORKERS_READ) * ASKED_WORKER
    return 1 + int(asked // READ_AT_ONCE)
