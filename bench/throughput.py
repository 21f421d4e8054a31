"""Jobs a second of one stock worker on no-ops, with the dashboard watching and without, in pairs.

    python -m bench.throughput [--quick] [--pairs 12] [--jobs 200]

"Watching" is the web process, the operations process, and one tab on the overview. Both runs of a pair follow each
other, one first and then the other. The rate is that between the worker's own first start and last end.
"""

import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from rq import Queue

from bench._maths import SPREAD, interval, median, spread
from bench._rate import worker_rate
from bench._report import Goal, Report, options
from bench._stage import Stage, worker_command
from bench._tabs import Group, Tabs

NAME = Path(__file__).stem
WATCH = {"overview": True}
WITHOUT, WITH = "nothing else", "RQ Live watches"


def rate(stage: Stage, jobs: int, watched: bool) -> float:
    """Jobs a second of a fresh `rq worker --burst` on an empty Redis."""
    stage.redis.flushall()
    with ExitStack() as ending:
        if watched:
            web, operations = stage.web(), stage.operations()
            ending.callback(stage.end, operations)
            ending.callback(stage.end, web)
            ending.enter_context(Tabs({"tab": Group(f"{web.url}/live", 1, '"queued":', WATCH)}))
            time.sleep(1.0)
        queue = Queue(connection=stage.redis)
        queue.enqueue_many([Queue.prepare_data("time.sleep", args=(0,), result_ttl=500) for _ in range(jobs)])
        subprocess.run(worker_command(stage.url, "--burst"), check=True)
        return worker_rate(stage.redis, jobs)


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, pairs=(12, 2, "pairs of runs"), jobs=(200, 30, "jobs of one run"))
    report = Report(
        name=NAME,
        question="Jobs a second of one stock `rq worker` (forking) on jobs that do nothing.",
        samples=f"{asked.pairs} pairs of {asked.jobs} jobs",
        columns=("which", *SPREAD),
        bias=(
            "No-ops are the worst case: a job of 100 ms hides any of this. All processes share the machine's cores "
            "with the worker, which elsewhere they would not; the tab is a socket, since a browser is the viewer's."
        ),
    )
    rates: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    with Stage() as stage:
        rate(stage, 20, watched=False)
        for pair in range(asked.pairs):
            for which in (WITHOUT, WITH)[:: 1 if pair % 2 else -1]:
                rates[which].append(rate(stage, asked.jobs, watched=which == WITH))
    report.rows = [(f"{which}, jobs/s", *spread(found)) for which, found in rates.items()]
    ratios = [ours / plain for plain, ours in zip(rates[WITHOUT], rates[WITH], strict=True)]
    report.rows.append(("ratio within a pair", *spread(ratios)))
    low, high = interval(ratios, median)
    text = f"median ratio, with by without (95 % interval {low:.3f} to {high:.3f})"
    report.goals.append(Goal(text, median(ratios), 0.95, at_most=False))
    report.finish()


if __name__ == "__main__":
    main()
