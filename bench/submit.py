"""Jobs submitted over HTTP, one by one and many at once, beside RQ's own `enqueue` and `enqueue_many`, in turns.

    python -m bench.submit [--quick] [--turns 9] [--jobs 500] [--many 3000]

All make the same jobs of three arguments. RQ's start from Python values and check nothing. Ours come as JSON or CSV
over connections that stay open: each is read, checked against the schema of its type, written with who submitted it and
a line of activity, and answered with the job. An empty view of Flask under the same gunicorn is what HTTP alone takes.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from rq import Queue
from rq.group import Group

from bench._maths import SPREAD, interval, median, spread
from bench._report import Goal, Report, options
from bench._stage import Prototype, Stage, cpu_seconds
from bench._wire import Wire
from jobs import _keys
from tests.processes import WebServer
from webapp.actions import batch

NAME = Path(__file__).stem
FUNC = "bench.nowhere.send"
SHAPES = {"to": {"type": "string"}, "n": {"type": "integer", "minimum": 0}, "dry": {"type": "boolean"}}
SCHEMA = {"type": "object", "properties": SHAPES, "required": ["to", "n"], "additionalProperties": False}
#: Rows of one batch.
ROWS = 1_000
#: Clients at once, each with a connection.
CLIENTS = 3
ENQUEUE, MANY = "RQ: enqueue", "RQ: enqueue_many of 1,000"
SINGLE, FEW, EMPTY = "POST /api/jobs, 1 client", f"POST /api/jobs, {CLIENTS} clients", "empty view of Flask, 1 client"
BATCH = "POST /api/jobs/batch of 1,000"

Run = Callable[[int], float]


def row(number: int) -> dict[str, object]:
    return {"to": f"user-{number}@example.org", "n": number, "dry": True}


def publish(stage: Stage) -> None:
    """An empty Redis with one type."""
    stage.redis.flushall()
    stage.redis.hset(_keys.CATALOG, "send", json.dumps({"title": "Send", "func": FUNC, "schema": SCHEMA}))


def posts(web: WebServer, clients: int, jobs: int) -> float:
    """Jobs a second, one request each."""
    bodies = [json.dumps({"type": "send", "args": row(number)}).encode() for number in range(jobs)]

    def send(wire: Wire, of: list[bytes]) -> None:
        for body in of:
            status, answer = wire.ask("POST", "/api/jobs", body)
            if status != 201:
                raise RuntimeError(f"{status}: {answer[:300]!r}")

    with ExitStack() as ending:
        wires = [ending.enter_context(Wire(web.url)) for _ in range(clients)]
        pool = ending.enter_context(ThreadPoolExecutor(clients))
        began = time.perf_counter()
        list(pool.map(send, wires, [bodies[at::clients] for at in range(clients)]))
        return jobs / (time.perf_counter() - began)


def batches(web: WebServer, jobs: int) -> float:
    """Jobs a second from the text to the last job on its queue."""
    texts = [
        "to,n,dry\n" + "".join(f"user-{n}@example.org,{n},true\n" for n in range(start, start + ROWS))
        for start in range(0, jobs, ROWS)
    ]
    bodies = [json.dumps({"type": "send", "text": text, "format": "csv"}).encode() for text in texts]
    with Wire(web.url) as wire:
        began = time.perf_counter()
        made = sum(json.loads(wire.ask("POST", "/api/jobs/batch", body)[1])["batch"]["created"] for body in bodies)
        took = time.perf_counter() - began
    if made != len(bodies) * ROWS:
        raise RuntimeError(f"{made} of {len(bodies) * ROWS} jobs were made.")
    return made / took


def enqueue(stage: Stage, jobs: int) -> float:
    """Jobs a second of `Queue.enqueue`, one after the other."""
    queue, rows = Queue(connection=stage.redis), [row(number) for number in range(jobs)]
    began = time.perf_counter()
    for kwargs in rows:
        queue.enqueue(FUNC, kwargs=kwargs)
    return jobs / (time.perf_counter() - began)


def enqueue_many(stage: Stage, jobs: int) -> float:
    """Jobs a second of `Group.enqueue_many`, each of a thousand in one pipeline."""
    queue = Queue(connection=stage.redis)
    began = time.perf_counter()
    for start in range(0, jobs, ROWS):
        data = [Queue.prepare_data(FUNC, kwargs=row(number)) for number in range(start, start + ROWS)]
        Group.create(stage.redis, f"bench-{start}").enqueue_many(queue, data)
    return jobs / (time.perf_counter() - began)


def script_ms(stage: Stage) -> float:
    """Milliseconds of Redis in a call of the script, on average: the longest is one in which Redis lost its core."""
    told = stage.redis.info("commandstats")["cmdstat_evalsha"]
    return told["usec"] / told["calls"] / 1000


def measure(stage: Stage, web: WebServer, empty: Prototype, turns: int, jobs: int, many: int) -> dict[str, list]:
    """Jobs a second of each way, in turns; and milliseconds of processor that our web process takes for one."""
    ways: dict[str, tuple[Run, int]] = {
        ENQUEUE: (lambda count: enqueue(stage, count), jobs),
        SINGLE: (lambda count: posts(web, 1, count), jobs),
        FEW: (lambda count: posts(web, CLIENTS, count), jobs),
        EMPTY: (lambda count: posts(empty, 1, count), jobs),
        MANY: (lambda count: enqueue_many(stage, count), many),
        BATCH: (lambda count: batches(web, count), many),
    }
    found: dict[str, list] = {way: [] for way in ways} | {f"{way}, CPU ms": [] for way in (SINGLE, EMPTY)}
    for turn in range(-1, turns):
        for way, (run, count) in list(ways.items())[:: 1 if turn % 2 else -1]:
            publish(stage)
            process = empty if way == EMPTY else web
            before = cpu_seconds(process)
            rate = run(count)
            if turn >= 0:
                found[way].append(rate)
            if turn >= 0 and way in (SINGLE, EMPTY):
                found[f"{way}, CPU ms"].append((cpu_seconds(process) - before) / count * 1000)
    return found


def main() -> None:
    """Measure, print, keep."""
    counts = {"turns": (9, 1, "turns"), "jobs": (500, 50, "jobs of one"), "many": (3_000, 1_000, "jobs in batches")}
    asked = options(__doc__, **counts)
    report = Report(
        NAME,
        question="How fast are jobs submitted over HTTP, beside RQ's own calls?",
        samples=f"{asked.turns} turns: {asked.jobs:,} jobs one by one; {asked.many:,} in batches of {ROWS:,}",
        columns=("which", *SPREAD),
        bias=(
            "The clients write bare HTTP into a socket, and are processes of the same two cores. RQ's calls make no "
            "request: what HTTP alone takes is the empty view's, which reads JSON and does nothing."
        ),
    )
    with Stage() as stage:
        web, empty = stage.web(), stage.prototype("bench.empty:create_app()")
        found = measure(stage, web, empty, asked.turns, asked.jobs, asked.many)
        publish(stage)
        stage.redis.config_resetstat()
        batches(web, asked.many)
        held = script_ms(stage)
    report.rows = [(which if "CPU" in which else f"{which}, jobs/s", *spread(told)) for which, told in found.items()]
    compared = (SINGLE, ENQUEUE), (FEW, ENQUEUE), (BATCH, MANY), (EMPTY, ENQUEUE), (SINGLE, EMPTY)
    for ours, theirs in compared:
        ratios = [one / other for one, other in zip(found[ours], found[theirs], strict=True)]
        low, high = interval(ratios, median)
        text = f"{ours}, by {theirs} (95 % interval {low:.2f} to {high:.2f})"
        if EMPTY in (ours, theirs):
            report.notes.append(f"{text}: {median(ratios):.2f}")
        else:
            report.goals.append(Goal(text, median(ratios), 0.7, at_most=False))
    report.goals.append(Goal(f"a call of the script for {batch.CHUNK} jobs, ms of Redis", held, 10))
    report.finish()


if __name__ == "__main__":
    main()
