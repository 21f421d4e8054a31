"""From the start of a dashboard's web process to its first answer with the data of its overview.

    python -m bench.cold_start [--quick] [--samples 4]

Each start is a process as a person starts it. What a program compiles or packs once for all later starts is there
already: RQ Live packs its page's files at the very first start of a checkout, and pip compiles what it installs.
"""

from pathlib import Path

from bench._maths import SPREAD, median, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench.peers import by_work, present
from bench.peers.rq_live import RqLive

NAME = Path(__file__).stem
OURS = RqLive()
JOBS = 1_000


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, samples=(4, 1, "starts of each"))
    report = Report(
        name=NAME,
        question=f"Milliseconds from the start of the web process to its first answer; {JOBS:,} finished jobs.",
        samples=f"{asked.samples} starts of each after one that is not counted, in turns",
        columns=("which", *SPREAD, "CPU ms, median"),
        bias=(
            "It is asked again 10 ms after a refusal. rq-dashboard and django-rq are started by gunicorn as RQ Live "
            "is, the others by their own commands. Only the web process: operations and workers start beside it."
        ),
    )
    for kind, dashboards in by_work([OURS, *present(report)]).items():
        found: dict[str, list[float]] = {dashboard.name: [] for dashboard in dashboards}
        cpu: dict[str, list[float]] = {dashboard.name: [] for dashboard in dashboards}
        with Stage() as stage:
            work = kind(stage)
            work.start()
            work.seed(JOBS)
            for sample in range(asked.samples + 1):
                for dashboard in dashboards:
                    running = dashboard.serve(stage)
                    stage.end(running.process)
                    if sample:
                        found[dashboard.name].append(running.took * 1000)
                        cpu[dashboard.name].append(running.cpu * 1000)
        report.rows += [(name, *spread(took), median(cpu[name])) for name, took in found.items()]
        if OURS.name in found:
            report.goals.append(Goal(f"{OURS.name}: median ms", median(found[OURS.name]), 1_500))
    report.finish()


if __name__ == "__main__":
    main()
