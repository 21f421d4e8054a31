"""Many jobs submitted at once, beside RQ's own `enqueue_many`, in pairs; and how long one step of it holds Redis.

    python -m bench.submit [--quick] [--pairs 7] [--jobs 10000]

Both make the same jobs of three arguments in one group. Ours starts from CSV: it reads, converts and checks each row
against the schema, and makes each row once. RQ's starts from Python values and does none of it.
"""

import json
import time
from pathlib import Path

from rq import Queue
from rq.group import Group

from bench._maths import SPREAD, interval, median, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from jobs import _keys
from webapp.actions import batch, table
from webapp.actions.door import Actor, Door
from webapp.actions.options import Options
from webapp.api.bodies import parse
from webapp.config import Config

NAME = Path(__file__).stem
FUNC = "bench.nowhere.send"
SHAPES = {"to": {"type": "string"}, "n": {"type": "integer", "minimum": 0}, "dry": {"type": "boolean"}}
SCHEMA = {"type": "object", "properties": SHAPES, "required": ["to", "n"], "additionalProperties": False}


def publish(stage: Stage) -> None:
    stage.redis.flushall()
    stage.redis.hset(_keys.CATALOG, "send", json.dumps({"title": "Send", "func": FUNC, "schema": SCHEMA}))


def ours(stage: Stage, jobs: int) -> float:
    """Jobs a second from the text to the last job on its queue."""
    publish(stage)
    text = "to,n,dry\n" + "".join(f"user-{n}@example.org,{n},true\n" for n in range(jobs))
    door = Door(stage.redis, Config(own_redis=True, files=str(stage.folder / "files")), Actor("bench", ""))
    began = time.perf_counter()
    wanted = batch.Wanted(type_name="send", table=lambda: table.from_text(text, "csv", parse), options=Options())
    made = batch.submit_many(door, wanted)
    if made.created != jobs:
        raise RuntimeError(f"{made.created} of {jobs} jobs were made.")
    return jobs / (time.perf_counter() - began)


def rqs(stage: Stage, jobs: int) -> float:
    """Jobs a second of Group.enqueue_many: one pipeline of all of them."""
    publish(stage)
    began = time.perf_counter()
    rows = ({"to": f"user-{n}@example.org", "n": n, "dry": True} for n in range(jobs))
    data = [Queue.prepare_data(FUNC, kwargs=row) for row in rows]
    Group.create(stage.redis, "bench").enqueue_many(Queue(connection=stage.redis), data)
    return jobs / (time.perf_counter() - began)


def script_ms(stage: Stage) -> float:
    """Milliseconds of Redis in a call of the script, on average: the longest is one in which Redis lost its core."""
    told = stage.redis.info("commandstats")["cmdstat_evalsha"]
    return told["usec"] / told["calls"] / 1000


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, pairs=(7, 2, "pairs of runs"), jobs=(10_000, 1_000, "jobs of one run"))
    report = Report(
        NAME,
        question="How fast are many jobs submitted at once, and how long is Redis held?",
        samples=f"{asked.pairs} pairs of {asked.jobs:,} jobs, {batch.CHUNK} a call",
        columns=("which", *SPREAD),
        bias="One plain thread; a web process hands reading and pickling to another, so that it answers meanwhile.",
    )
    rates: dict[str, list[float]] = {"RQ Live": [], "enqueue_many": []}
    with Stage() as stage:
        for run in (ours, rqs):
            run(stage, 200)
        for pair in range(asked.pairs):
            for which, run in (("RQ Live", ours), ("enqueue_many", rqs))[:: 1 if pair % 2 else -1]:
                rates[which].append(run(stage, asked.jobs))
        held = script_ms(stage)
    report.rows = [(f"{which}, jobs/s", *spread(found)) for which, found in rates.items()]
    ratios = [one / other for one, other in zip(rates["RQ Live"], rates["enqueue_many"], strict=True)]
    report.rows.append(("ratio within a pair", *spread(ratios)))
    low, high = interval(ratios, median)
    text = f"median ratio, ours by enqueue_many (95 % interval {low:.3f} to {high:.3f})"
    report.goals.append(Goal(text, median(ratios), 0.7, at_most=False))
    report.goals.append(Goal("a call of the script on average, ms of Redis", held, 10))
    report.finish()


if __name__ == "__main__":
    main()
