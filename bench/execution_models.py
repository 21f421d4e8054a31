"""The same work one after the other, with asyncio, threads and processes: the job type, called as a function.

    python -m bench.execution_models [--quick] [--runs 9]

Each run measures everything once, so what is compared was measured within seconds of each other. There is no Redis, no
worker and no page.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench._maths import SPREAD, interval, median, spread
from bench._report import Goal, Report, options
from jobs._pool import cores
from jobs.execution_models import execution_models

NAME = Path(__file__).stem
TASKS = 8
#: Arguments of a trial.
LITTLE = {"tasks": TASKS, "wait_seconds": 0.05, "turns": 200_000, "tiny_tasks": 1_000}

Figures = dict[str, list[float]]


def groups(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """("io: threads", group) of all that was measured."""
    for comparison in result["comparisons"]:
        for group in comparison["groups"]:
            yield f"{comparison['title']}: {group['model']}", group


def measure(runs: int, arguments: dict[str, Any]) -> tuple[Figures, Figures, Figures]:
    """(seconds, how many times as fast as the first way, longest silence of the heartbeat) of each run."""
    seconds, ratios, silences = defaultdict(list), defaultdict(list), defaultdict(list)
    for _ in range(runs):
        for name, group in groups(execution_models(**arguments)):
            seconds[name].append(group["seconds"])
            if group["ratio"] is not None:
                ratios[name].append(group["ratio"])
            for said in group["says"]:
                if "silence_seconds" in said["values"]:
                    silences[name].append(said["values"]["silence_seconds"])
    return seconds, ratios, silences


def goals(ratios: Figures, silences: Figures) -> list[Goal]:
    """What the models promise, on any machine that does nothing else."""
    share = min(TASKS, cores())
    processes = [ratio / share for ratio in ratios["cpu: processes"]]
    low, high = interval(processes, median)
    by_cores = f"cpu: processes, times as fast by cores (95 % interval {low:.2f} to {high:.2f})"
    return [
        Goal(f"io: asyncio, times as fast with {TASKS} tasks", median(ratios["io: asyncio"]), 0.75 * TASKS, False),
        Goal(f"io: threads, times as fast with {TASKS} tasks", median(ratios["io: threads"]), 0.75 * TASKS, False),
        Goal(by_cores, median(processes), 0.7, at_most=False),
        Goal("blocking: to_thread, longest silence of the heartbeat, s", median(silences["blocking: to_thread"]), 0.05),
    ]


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, runs=(9, 2, "runs of everything"))
    report = Report(
        NAME,
        question="What are asyncio, threads and processes good for: the same work in each.",
        samples=f"{asked.runs} runs of execution_models{'' if asked.quick else ' with its defaults'}",
        columns=("which", *SPREAD),
        bias=(
            "A thread or process for each wait, a process for each core where it computes; starting and ending them is "
            "part of the time. The server that is waited for runs in a thread of the same process."
        ),
    )
    seconds, ratios, silences = measure(asked.runs, LITTLE if asked.quick else {"tasks": TASKS})
    report.rows = [(f"{name}, s", *spread(found)) for name, found in seconds.items()]
    report.rows += [(f"{name}, times as fast", *spread(found)) for name, found in ratios.items()]
    report.rows += [(f"{name}, silence, s", *spread(found)) for name, found in silences.items()]
    report.goals = goals(ratios, silences)
    report.finish()


if __name__ == "__main__":
    main()
