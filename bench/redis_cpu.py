"""What watching takes of Redis' processor beside what RQ itself takes: while a worker works, and for `enqueue_many`.

    python -m bench.redis_cpu [--quick] [--rounds 5] [--jobs 200] [--many 10000]

Watched is by the web process, the operations process, and a tab on every page: the overview, a list of jobs with its
rows, an open job with its log, the activity, and the boards of all others. Heard is by two connections that track what
these two processes track and read nothing: the part of it that Redis takes to tell of changes at all. A round is a
stock worker on no-ops, and an `enqueue_many`, each alone, heard and watched, in one order and then in the other.
"""

import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import redis
from rq import Queue

from bench import _seed
from bench._maths import SPREAD, interval, median, spread
from bench._meter import Helper
from bench._report import Goal, Report, options
from bench._stage import Stage, worker_command
from bench._tabs import Group, Tabs
from webapp.live.feed.prefixes import JOBS, TRACKED

NAME = Path(__file__).stem
QUEUE = "default"
#: Jobs that lie there before, and rows of one screen.
BEFORE, ROWS = 1_000, 50
EVERYWHERE = ["failures_count", "operations"]
OPEN = "seeded-0000007"
#: What a tab on each page watches.
PAGES = {
    "overview": {"overview": True, "boards": EVERYWHERE},
    "jobs": {
        "boards": EVERYWHERE,
        "lists": [f"{QUEUE}/queued", f"{QUEUE}/finished"],
        "rows": [f"seeded-{number:07d}" for number in range(ROWS)],
    },
    "job": {"boards": EVERYWHERE, "job": OPEN, "rows": [OPEN], "log": {"job": OPEN, "after": "0"}},
    "activity": {"boards": EVERYWHERE, "activity": True},
    "boards": {"boards": [*EVERYWHERE, "failures", "stuck", "processes", "redis", "schedule", "groups"]},
}


def watched(stage: Stage, ending: ExitStack) -> None:
    """Start what watches, until `ending` ends."""
    web, operations = stage.web(), stage.operations()
    ending.callback(stage.end, operations)
    ending.callback(stage.end, web)
    pages = {name: Group(f"{web.url}/live", 1, '"', watch) for name, watch in PAGES.items()}
    ending.enter_context(Tabs(pages))
    time.sleep(2.0)


def heard(stage: Stage, ending: ExitStack) -> None:
    """Start what only listens, as a web process and an operations process do, until `ending` ends."""
    for prefixes in (TRACKED, JOBS.tracked):
        ending.enter_context(Helper("_listeners", stage.url, 1, *prefixes))


def alone(stage: Stage, ending: ExitStack) -> None:
    """RQ's own work and nothing else."""


def cpu_of(client: redis.Redis) -> float:
    """Processor seconds of the Redis server so far."""
    used = client.info("cpu")
    return used["used_cpu_user"] + used["used_cpu_sys"]


def commands_of(client: redis.Redis) -> int:
    """Commands that the Redis server has served so far."""
    return client.info("stats")["total_commands_processed"]


def works(stage: Stage, jobs: int) -> None:
    """A stock worker does so many jobs."""
    Queue(QUEUE, connection=stage.redis).enqueue_many(_no_ops(jobs))
    subprocess.run(worker_command(stage.url, "--burst"), check=True)


def enqueues(stage: Stage, jobs: int) -> None:
    """So many jobs in one pipeline."""
    Queue(QUEUE, connection=stage.redis).enqueue_many(_no_ops(jobs))


def _no_ops(jobs: int) -> list:
    return [Queue.prepare_data("time.sleep", args=(0,), result_ttl=500) for _ in range(jobs)]


class Taken(NamedTuple):
    """What each job took of Redis: microseconds of its processor, and commands."""

    cpu: float
    commands: float


def taken(
    stage: Stage, act: Callable[[Stage, int], None], jobs: int, begin: Callable[[Stage, ExitStack], None]
) -> Taken:
    """What Redis did for each of `jobs` jobs, after `begin`."""
    stage.redis.flushall()
    _seed.finished(stage.redis, BEFORE)
    with ExitStack() as ending:
        begin(stage, ending)
        used, sent = cpu_of(stage.redis), commands_of(stage.redis)
        act(stage, jobs)
        # What was heard of is looked at.
        time.sleep(0.5)
        sent = commands_of(stage.redis) - sent
        return Taken((cpu_of(stage.redis) - used) / jobs * 1e6, sent / jobs)


WAYS = (alone, heard, watched)


def note(report: Report, name: str, found: dict[str, list[Taken]]) -> None:
    """Its rows and its goal."""
    report.rows.append((f"{name}, RQ alone, µs", *spread([one.cpu for one in found["alone"]])))
    report.rows.append((f"{name}, watched, µs", *spread([one.cpu for one in found["watched"]])))
    more = {}
    for way, words in (("heard", "heard by two that read nothing"), ("watched", "watched")):
        pairs = list(zip(found["alone"], found[way], strict=True))
        more[way] = [100 * (ours.cpu / own.cpu - 1) for own, ours in pairs]
        report.rows.append((f"{name}, {words}, % more", *spread(more[way])))
    sent = [ours.commands - own.commands for own, ours in zip(found["alone"], found["watched"], strict=True)]
    report.rows.append((f"{name}, watched, commands more", *spread(sent)))
    low, high = interval(more["watched"], median)
    text = f"{name}: % more of Redis when watched (95 % interval {low:.0f} to {high:.0f})"
    report.goals.append(Goal(text, median(more["watched"]), 25.0))


def main() -> None:
    """Measure, print, keep."""
    asked = options(
        __doc__, rounds=(5, 1, "rounds"), jobs=(200, 30, "jobs of the worker"), many=(10_000, 1_000, "jobs enqueued")
    )
    report = Report(
        name=NAME,
        question="Microseconds of Redis' processor for each job, with every page open, with none, and heard alone.",
        samples=f"{asked.rounds} rounds of {asked.jobs} jobs done and {asked.many} enqueued, each way",
        columns=("which", *SPREAD),
        bias=(
            "A stock worker on no-ops is quick, and looks are at most 20 a second: beside slower jobs each of them "
            "has a look or two of its own. What operations and idle looks take falls on the jobs of that time."
        ),
    )
    acts = {"a job of a worker": (works, asked.jobs), "a job of enqueue_many": (enqueues, asked.many)}
    with Stage() as stage:
        for name, (act, jobs) in acts.items():
            found: dict[str, list[Taken]] = {way.__name__: [] for way in WAYS}
            for number in range(asked.rounds):
                for way in WAYS[:: 1 if number % 2 else -1]:
                    found[way.__name__].append(taken(stage, act, jobs, way))
            note(report, name, found)
    report.finish()


if __name__ == "__main__":
    main()
