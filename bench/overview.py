"""The overview of a small and of a large installation: from a change to its frame, over HTTP after a rest, and polled.

    python -m bench.overview [--quick] [--changes 100] [--gets 20] [--seconds 5]

Large is 1,000 queues and 500 workers, as far as Redis can tell: their hashes lie there, and one connection hears all of
their command channels. One tab has the overview open and hears of a push onto one queue; then nobody has, and GET
/api/overview is asked for once in 1.3 s, so that all must be read; then 16 connections ask for it again and again.
"""

import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import redis

from bench._askers import ask_for
from bench._maths import SPREAD, flat, p95, spread
from bench._report import Goal, Report, options
from bench._stage import Stage, cpu_seconds
from bench._tabs import Group, Tabs, latencies
from tests import raw_jobs
from tests.processes import WebServer

NAME = Path(__file__).stem
#: name -> (queues, workers)
SIZES = {"small": (5, 10), "large": (1_000, 500)}
MARK = '"queued":'
#: Seconds between two changes, so that each is looked at by itself, and after which an unwatched overview is forgotten.
CHANGE_EVERY, FORGOTTEN = 0.1, 1.3
CONNECTIONS = 16


def fill(stage: Stage, queues: int, workers: int) -> redis.client.PubSub:
    """Queues with a job each, and workers; returns the connection that hears their channels."""
    stage.redis.flushall()
    pipe = stage.redis.pipeline(transaction=False)
    for number in range(queues):
        pipe.sadd("rq:queues", f"rq:queue:q{number:04}").rpush(f"rq:queue:q{number:04}", "job")
    pipe.execute()
    for number in range(workers):
        raw_jobs.worker(stage.redis, f"w{number:03}", queue=f"q{number % queues:04}")
    ear = stage.client().pubsub()
    ear.subscribe(*(f"rq:pubsub:w{number:03}" for number in range(workers)))
    return ear


def changes(stage: Stage, web: WebServer, queues: int, count: int) -> list[float]:
    """Milliseconds from each push to the frame that tells of it."""
    client, first, written = stage.client(), queues + 1, {}
    with Tabs({"tab": Group(f"{web.url}/live", 1, MARK, {"overview": True})}) as tabs:
        time.sleep(2.0)
        tabs.collect()
        for number in range(first, first + count):
            written[number] = time.monotonic()
            client.rpush("rq:queue:q0000", "job")
            time.sleep(CHANGE_EVERY)
        time.sleep(0.5)
        heard = tabs.collect()["tab"]
    found, lost = latencies(heard, written)
    if lost:
        raise RuntimeError(f"{lost} of {count} changes were not told.")
    return flat(found)


def gets(web: WebServer, count: int) -> list[float]:
    """Milliseconds of GET /api/overview, each after a rest in which it was forgotten."""
    took = []
    for _ in range(count):
        time.sleep(FORGOTTEN)
        asked = time.monotonic()
        urllib.request.urlopen(f"{web.url}/api/overview", timeout=20).read()
        took.append((time.monotonic() - asked) * 1000)
    return took


def main() -> None:
    """Measure, print, keep."""
    asked = options(
        __doc__, changes=(100, 10, "changes"), gets=(20, 3, "answers after a rest"), seconds=(5, 1, "of polling")
    )
    report = Report(
        name=NAME,
        question="Milliseconds of the overview: from a push to its frame, GET after a rest, GET by 16 at once.",
        samples=f"{asked.changes} pushes, {asked.gets} single GETs, {asked.seconds} s of polling",
        columns=("which", *SPREAD),
        bias=(
            "The one who asks, server and Redis share the machine. Polled, nothing changes meanwhile: each change "
            "costs one look, and 16 at once wait for it. A push to its frame is a look and all that is around it."
        ),
    )
    with Stage() as stage:
        for size, (queues, workers) in SIZES.items():
            with ExitStack() as ending:
                ending.callback(fill(stage, queues, workers).close)
                web = stage.web()
                ending.callback(stage.end, web)
                report.rows.append(
                    (f"{size}: push to frame", *spread(told := changes(stage, web, queues, asked.changes)))
                )
                report.rows.append((f"{size}: GET after a rest", *spread(cold := gets(web, asked.gets))))
                used = cpu_seconds(web)
                polled = ask_for(f"{web.url}/api/overview", CONNECTIONS, asked.seconds)
                used = cpu_seconds(web) - used
                report.rows.append((f"{size}: GET by {CONNECTIONS} at once", *spread(polled)))
            rate = len(polled) / asked.seconds
            report.notes.append(
                f"{size}, polled: {rate:.0f} answers a second, {1000 * used / len(polled):.2f} ms of CPU each"
            )
            if size == "large":
                report.goals += [Goal("large: push to frame, p95 ms", p95(told), 30.0)]
                report.goals += [Goal("large: GET after a rest, p95 ms", p95(cold), 30.0)]
            else:
                report.goals += [Goal("small, polled by 16: answers a second", rate, 1_000, at_most=False)]
    report.finish()


if __name__ == "__main__":
    main()
