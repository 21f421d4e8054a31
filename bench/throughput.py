"""Jobs a second of one stock worker on no-ops, with the dashboard watching and without, in turns.

    python -m bench.throughput [--quick] [--rounds 10] [--jobs 200]

"Watching" is the web process, the operations process, and tabs on the overview: one, and a hundred. The three runs of a
round follow each other, in one order and then in the other. The rate is that between the worker's own first start and
last end.
"""

import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from rq import Queue

from bench._maths import SPREAD, interval, median, spread
from bench._rate import worker_rate
from bench._report import Goal, Report, options
from bench._stage import Stage, cpu_seconds, worker_command
from bench._tabs import Group, Tabs

NAME = Path(__file__).stem
WATCH = {"overview": True}
#: What each run is called, and its tabs.
WITHOUT = "nothing else"
RUNS = {WITHOUT: 0, "1 tab watches": 1, "100 tabs watch": 100}


def rate(stage: Stage, jobs: int, tabs: int) -> tuple[float, float]:
    """(jobs a second of a fresh `rq worker --burst`, ms of CPU of web and operations a job), on an empty Redis."""
    stage.redis.flushall()
    with ExitStack() as ending:
        watching = []
        if tabs:
            watching = [web := stage.web(), stage.operations()]
            for process in watching:
                ending.callback(stage.end, process)
            ending.enter_context(Tabs({"tabs": Group(f"{web.url}/live", tabs, '"queued":', WATCH)}))
            time.sleep(1.0)
        queue = Queue(connection=stage.redis)
        queue.enqueue_many([Queue.prepare_data("time.sleep", args=(0,), result_ttl=500) for _ in range(jobs)])
        used = sum(map(cpu_seconds, watching))
        subprocess.run(worker_command(stage.url, "--burst"), check=True)
        used = sum(map(cpu_seconds, watching)) - used
        return worker_rate(stage.redis, jobs), 1000 * used / jobs


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, rounds=(10, 2, "rounds of three runs"), jobs=(200, 30, "jobs of one run"))
    report = Report(
        name=NAME,
        question="Jobs a second of one stock `rq worker` (forking) on jobs that do nothing.",
        samples=f"{asked.rounds} rounds of {asked.jobs} jobs each",
        columns=("which", *SPREAD),
        bias=(
            "No-ops are the worst case: a job of 100 ms hides any of this. All processes share the machine's cores "
            "with the worker, which elsewhere they would not; tabs are sockets, since a browser is the viewer's, and "
            "the process that reads them takes part of the cores too."
        ),
    )
    rates: dict[str, list[float]] = {which: [] for which in RUNS}
    used: dict[str, list[float]] = {which: [] for which in RUNS}
    with Stage() as stage:
        rate(stage, 20, tabs=0)
        for number in range(asked.rounds):
            for which in list(RUNS)[:: 1 if number % 2 else -1]:
                found, cpu = rate(stage, asked.jobs, RUNS[which])
                rates[which].append(found)
                used[which].append(cpu)
    report.rows = [(f"{which}, jobs/s", *spread(found)) for which, found in rates.items()]
    for which in [which for which, tabs in RUNS.items() if tabs]:
        ratios = [ours / plain for plain, ours in zip(rates[WITHOUT], rates[which], strict=True)]
        report.rows.append((f"{which}, ratio within a round", *spread(ratios)))
        report.rows.append((f"{which}, ms of web and operations a job", *spread(used[which])))
        low, high = interval(ratios, median)
        text = f"{which}: median ratio to nothing else (95 % interval {low:.3f} to {high:.3f})"
        report.goals.append(Goal(text, median(ratios), 0.97, at_most=False))
    report.finish()


if __name__ == "__main__":
    main()
