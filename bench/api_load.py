"""Answers a second for the data of an overview, over 16 connections that stay open: RQ Live and others.

    python -m bench.api_load [--quick] [--trials 3]

What a dashboard's own page asks for its overview is asked, as fast as it is answered. Dashboards of the same queue
library share a Redis and take turns.
"""

from pathlib import Path

from bench._load import load
from bench._maths import SPREAD, interval, median, spread
from bench._report import Goal, Report, options
from bench._stage import Stage, cpu_seconds
from bench.peers import by_work, present
from bench.peers._work import QUEUES
from bench.peers.flower import Flower
from bench.peers.rq_dashboard import RqDashboard
from bench.peers.rq_live import RqLive

NAME = Path(__file__).stem
CONNECTIONS = 16
OURS = RqLive()
#: Finished jobs of each queue.
JOBS = 200
#: RQ Live's answers by those of others, at least.
TIMES = {RqDashboard.name: 10.0, Flower.name: 0.5}


def _cpu_ms(trials: list[dict]) -> float:
    """Processor time of the server for one answer: what a busy machine does not change much."""
    return 1000 * sum(trial["cpu"] for trial in trials) / (sum(trial["answers"] for trial in trials) or float("nan"))


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, trials=(3, 1, "trials for each"), tenths=(20, 5, "tenths of a second of one trial"))
    report = Report(
        name=NAME,
        question=f"Answers a second for the data of an overview, {CONNECTIONS} connections; {len(QUEUES)} queues.",
        samples=f"{asked.trials} trials of {asked.tenths / 10:g} s",
        columns=("which", *SPREAD, "p50 ms", "p95 ms", "CPU ms each", "not 200"),
        bias=(
            "The client takes a core of the machine, and most from the fastest. Answers differ: that of Flower holds "
            "one worker's counters and no queue, that of django-rq is a page of HTML (it has the same as JSON, for "
            "programs), and ours holds workers, running jobs and figures too."
        ),
    )
    found: dict[str, list[float]] = {}
    for kind, dashboards in by_work([OURS, *present(report)]).items():
        with Stage() as stage:
            work = kind(stage)
            work.start()
            for queue in QUEUES:
                work.seed(JOBS, queue)
            running = {dashboard: dashboard.serve(stage) for dashboard in dashboards}
            for dashboard, at in running.items():
                dashboard.settle(at.url, work)
            answers: dict[str, list[dict]] = {}
            for _ in range(asked.trials):
                for dashboard, at in running.items():
                    before = cpu_seconds(at.process)
                    answer = load(at.url + dashboard.overview, CONNECTIONS, asked.tenths / 10)
                    answer["cpu"] = cpu_seconds(at.process) - before
                    answers.setdefault(dashboard.name, []).append(answer)
        for name, trials in answers.items():
            found[name] = [trial["a_second"] for trial in trials]
            late = [median([trial["ms"][place] for trial in trials]) for place in (0, 1)]
            report.rows.append(
                (name, *spread(found[name]), *late, _cpu_ms(trials), sum(trial["wrong"] for trial in trials))
            )
    for name in TIMES.keys() & found.keys():
        ratios = [ours / theirs for ours, theirs in zip(found[OURS.name], found[name], strict=True)]
        low, high = interval(ratios, median)
        text = f"answers a second by those of {name} (95 % interval {low:.2g} to {high:.2g})"
        report.goals.append(Goal(text, median(ratios), TIMES[name], at_most=False))
    report.finish()


if __name__ == "__main__":
    main()
