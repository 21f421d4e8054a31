"""What one of each thing costs: a job, a listener, a look, a frame. `bench.scaling` reckons with these figures.

    python -m bench.costs [--quick] [--rounds 2] [--seconds 2]

CPU microseconds of Redis' main thread, of a web process and of operations, counts and bytes; never elapsed time, so
that other work of the machine matters less. Each figure is the median of rounds in turns.
"""

import json
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from rq import Queue, Worker

from bench import _installation
from bench._maths import median
from bench._meter import Helper, redis_cpu
from bench._report import Report, options
from bench._stage import Stage, cpu_seconds, resident_kib
from bench._tabs import Group, Tabs
from jobs import _keys
from tests.processes import Process, WebServer
from tests.support import eventually
from webapp.live.feed.prefixes import TRACKED

NAME = Path(__file__).stem
LISTENERS = (0, 1, 5, 20)
#: Workers of the crowd; and of a load that leaves Redis idle in between, its jobs a second.
CROWD, FEW, RATE = 64, 16, 300
#: Changes a second: more than there are looks.
CHANGES = 40
#: What is looked at: (name, queues, workers, runs).
SIZES = (
    ("small", 1, 0, 0),
    ("queues", 101, 0, 0),
    ("workers", 1, 1_000, 0),
    ("many_workers", 1, 10_000, 0),
    ("runs", 1, 0, 100),
)
VIEWERS = 300
MICRO = 1e6

Found = dict[str, list[float]]


def note(found: Found, name: str, value: float) -> None:
    found.setdefault(name, []).append(value)


def stock_jobs(stage: Stage, found: Found, jobs: int) -> None:
    """Jobs of a stock worker that forks, one after the other."""
    queue = Queue(connection=stage.redis)
    commands, cpu = stage.redis.info("stats")["total_commands_processed"], redis_cpu(stage.redis)
    for _ in range(jobs):
        queue.enqueue("time.sleep", 0, result_ttl=500)
    # Not by RQ's count, which cleans up.
    eventually(lambda: stage.redis.zcard("rq:finished:default") >= jobs, 60, "all jobs are finished")
    note(found, "redis_job_worker", (redis_cpu(stage.redis) - cpu) / jobs * MICRO)
    note(found, "commands_job", (stage.redis.info("stats")["total_commands_processed"] - commands) / jobs)
    emptied(stage)


def emptied(stage: Stage) -> None:
    """Nothing is left, nor being freed beside what comes next: that would count against its memory and time."""
    stage.redis.execute_command("FLUSHDB", "SYNC")


class Done(NamedTuple):
    """What a crowd of workers did, and Redis' CPU µs a job."""

    jobs: int
    seconds: float
    redis: float


def replayed(stage: Stage, found: Found, seconds: float, rate: int = 0) -> Done:
    """A crowd of workers, as fast as it goes or at a rate that leaves Redis idle in between."""
    memory, clients = (
        stage.redis.info("memory")["used_memory"],
        stage.redis.info("clients")["connected_clients"],
    )
    with Helper("_replay", stage.tcp_url, rate, seconds, CROWD if not rate else FEW) as crowd:
        cpu = redis_cpu(stage.redis)
        done = json.loads(crowd.ask())
        used = redis_cpu(stage.redis) - cpu
    # Its connections, and what Redis keeps for them, are gone.
    eventually(lambda: stage.redis.info("clients")["connected_clients"] <= clients, 5, "the crowd has left")
    note(found, "packets_job", done["packets"])
    note(found, "bytes_job", (stage.redis.info("memory")["used_memory"] - memory) / done["jobs"])
    emptied(stage)
    return Done(done["jobs"], done["seconds"], used / done["jobs"] * MICRO)


def listened(stage: Stage, found: Found, asked) -> None:
    """A crowd as fast as it goes, with 0, 1, 5 and 20 that listen; and with 20 that hear of no job hashes."""
    lean = [prefix for prefix in TRACKED if prefix != f"{_keys.RQ}:j"]
    kinds = [*((many, TRACKED, "") for many in LISTENERS), (LISTENERS[-1], lean, "_lean")]
    for many, prefixes, kind in kinds:
        with Helper("_listeners", stage.tcp_url, many, *prefixes) as listeners:
            done = replayed(stage, found, asked.seconds)
            heard = int(listeners.ask())
        note(found, f"redis_job_{many}_listeners{kind}", done.redis)
        if not many:
            note(found, "crowd_jobs_s", done.jobs / done.seconds)
        else:
            note(found, f"bytes_job_listener_of_{many}{kind}", heard / done.jobs / many)


def heartbeats(stage: Stage, found: Found, many: int) -> None:
    """Of an idle worker, and of one at work."""
    queue = Queue(connection=stage.redis)
    worker = Worker([queue], connection=stage.redis)
    worker.register_birth()
    job = queue.enqueue("time.sleep", 0)
    worker.prepare_execution(job)
    for name, beat in (("idle", worker.heartbeat), ("busy", lambda: worker.maintain_heartbeats(job, worker.execution))):
        cpu = redis_cpu(stage.redis)
        for _ in range(many):
            beat()
        note(found, f"redis_heartbeat_{name}", (redis_cpu(stage.redis) - cpu) / many * MICRO)
    emptied(stage)


def looks_so_far(web: WebServer) -> float:
    with urllib.request.urlopen(f"{web.url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("rqlive_look_seconds_count"))


def looked(stage: Stage, web: WebServer, seconds: float) -> tuple[float, float, float]:
    """(looks, Redis' CPU s, the web process's CPU s) while a queue grows faster than anybody looks."""
    looks, cpu, used = looks_so_far(web), redis_cpu(stage.redis), cpu_seconds(web)
    started = time.monotonic()
    for place in range(int(CHANGES * seconds)):
        time.sleep(max(0.0, started + place / CHANGES - time.monotonic()))
        stage.redis.rpush("rq:queue:default", "nobody")
    # Before they are counted: a scrape of a thousand workers is work too.
    cpu, used = redis_cpu(stage.redis) - cpu, cpu_seconds(web) - used
    return looks_so_far(web) - looks, cpu, used


def looks(stage: Stage, web: WebServer, found: Found, asked) -> None:
    """A look at each size of installation, one tab open on the overview."""
    for name, *size in SIZES:
        alive = _installation.make(stage.redis, *size)
        with Tabs({"tab": Group(f"{web.url}/live", 1, '"queued":', {"overview": True})}) as tab:
            time.sleep(1.5)
            note(found, f"bytes_snapshot_{name}", tab.collect()["tab"][0].bytes)
            many, redis_s, web_s = looked(stage, web, max(3, asked.seconds))
        note(found, f"redis_look_{name}", redis_s / many * MICRO)
        note(found, f"web_look_{name}", web_s / many * MICRO)
        if alive is not None:
            alive.close()
    emptied(stage)


def frames(stage: Stage, web: WebServer, found: Found, asked) -> None:
    """What a viewer costs the web process: memory, and each frame."""
    _installation.make(stage.redis, 1, 0, 0)
    group = Group(f"{web.url}/live", 1, '"queued":', {"overview": True})
    with Tabs({"tab": group}):
        before = resident_kib(web)
        time.sleep(1.0)
        many, _, alone = looked(stage, web, asked.seconds)
    with Tabs({"tabs": Group(group.url, VIEWERS, group.mark, group.watch)}) as tabs:
        time.sleep(1.5)
        note(found, "kib_viewer", (resident_kib(web) - before) / VIEWERS)
        tabs.collect()
        more, _, used = looked(stage, web, asked.seconds)
        heard = tabs.collect()["tabs"]
    sent = sum(tab.frames for tab in heard)
    note(found, "web_frame", (used - alone / many * more) / sent * MICRO)
    note(found, "bytes_frame", sum(tab.bytes for tab in heard) / sent)
    emptied(stage)


def read_so_far(stage: Stage) -> float:
    """µs that Redis spent in what operations asks of a job, and RQ does not."""
    stats = stage.redis.info("commandstats")
    return sum(stats.get(f"cmdstat_{name}", {"usec": 0})["usec"] for name in ("hmget", "hstrlen"))


def hints(stage: Stage, found: Found, asked) -> None:
    """What a job costs who hears of it: a web process without a viewer, and operations."""
    note(found, "redis_job_light", replayed(stage, found, asked.seconds, RATE).redis)
    for kind in ("web", "operations"):
        process: Process = stage.operations(stage.tcp_url) if kind == "operations" else stage.web(stage.tcp_url)
        time.sleep(1.0)
        used, read = cpu_seconds(process), read_so_far(stage)
        done = replayed(stage, found, asked.seconds, RATE)
        if kind == "operations":
            note(found, "redis_reads_operations", (read_so_far(stage) - read) / done.jobs)
        note(found, f"redis_job_{kind}", done.redis)
        note(found, f"cpu_job_{kind}", (cpu_seconds(process) - used) / done.jobs * MICRO)
        stage.end(process)


def connections(stage: Stage, found: Found) -> None:
    """Connections of one worker that waits."""
    before = stage.redis.info("clients")["connected_clients"]
    worker = stage.worker("connected")
    note(found, "connections_worker", stage.redis.info("clients")["connected_clients"] - before)
    stage.end(worker)
    emptied(stage)


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, rounds=(2, 1, "rounds"), seconds=(2, 1, "of each load"), jobs=(60, 20, "of a worker"))
    report = Report(
        name=NAME,
        question="What one of each thing costs: CPU µs, unless the name says bytes, KiB, commands or the like.",
        samples=f"{asked.rounds} rounds in turns, each load {asked.seconds} s",
        columns=("cost", "median", "least", "most"),
        bias=(
            "TCP on loopback: sending costs Redis the receiver's part of the stack too. Other work empties the caches: "
            "expect twice the figures on a busy machine. The crowd is one process that sends what a worker "
            "sent; on two cores it keeps Redis half busy, so that a full Redis is a little cheaper by the job."
        ),
    )
    found: Found = {}
    with Stage() as stage:
        connections(stage, found)
        for _ in range(asked.rounds):
            worker = stage.worker("bench")
            stock_jobs(stage, found, asked.jobs)
            stage.end(worker)
            heartbeats(stage, found, 50 * asked.jobs // 6)
            listened(stage, found, asked)
            hints(stage, found, asked)
            web = stage.web(stage.tcp_url)
            looks(stage, web, found, asked)
            frames(stage, web, found, asked)
            stage.end(web)
    report.rows = [(name, median(values), min(values), max(values)) for name, values in found.items()]
    report.finish()


if __name__ == "__main__":
    main()
