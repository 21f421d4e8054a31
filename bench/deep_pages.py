"""The first, middle and last page of 100,000 finished jobs, as the page of each dashboard asks for it.

    python -m bench.deep_pages [--quick] [--samples 4] [--jobs 100000]

Each page has a time limit, after which it counts as over it and the dashboard is started anew. The middle page of RQ
Live is found by walking there beforehand, since its pages follow each other by cursors; so does a reader who walks.
"""

import time
import urllib.request
from pathlib import Path

from bench._maths import SPREAD, median, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench.peers import Dashboard, by_work, present
from bench.peers._work import Work
from bench.peers.rq_live import RqLive

NAME = Path(__file__).stem
OURS = RqLive()
PAGES = ("first", "middle", "last")
#: Seconds for one page.
LIMIT = 10.0
#: Our answers are shared for a quarter of a second: wait longer, so that each is a read of its own.
APART = 0.3


def timed(address: str) -> float | None:
    """Milliseconds for one page; None where it took longer than the limit."""
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(address, timeout=LIMIT) as answer:
            answer.read()
    except TimeoutError:
        return None
    took = time.perf_counter() - began
    return took * 1000 if took <= LIMIT else None


def pages(stage: Stage, work: Work, dashboard: Dashboard, jobs: int, samples: int) -> dict[str, list[float] | None]:
    """Milliseconds of each page; None where one took longer than the limit."""
    found: dict[str, list[float] | None] = {}
    running = dashboard.serve(stage)
    addresses = dashboard.list_pages(running.url, work, jobs)
    for page in PAGES:
        took: list[float] = []
        for _ in range(samples):
            time.sleep(APART)
            one = timed(addresses[page])
            if one is None:
                break
            took.append(one)
        found[page] = took if one is not None else None
        if one is None and page != PAGES[-1]:
            # It still works at an answer that nobody waits for.
            stage.end(running.process)
            running = dashboard.serve(stage)
            addresses = dashboard.list_pages(running.url, work, jobs)
    stage.end(running.process)
    return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, samples=(4, 2, "readings of each page"), jobs=(100_000, 2_000, "finished jobs"))
    report = Report(
        name=NAME,
        question=f"Milliseconds for a page of {asked.jobs:,} finished jobs over HTTP, one client.",
        samples=f"{asked.samples} readings of each page, one where it took over {LIMIT:.0f} s",
        columns=("which", "page", *SPREAD),
        bias=(
            "Pages are as long as each dashboard has them: RQ Live 50 jobs, rq-dashboard 8, rq-dashboard-fast and "
            "bull-board 10, django-rq 100 as HTML, Flower 15 tasks from its memory, which it sorts for each answer. "
            "rq-dashboard's middle page holds more jobs than it shows: its answer grows with the number of the page."
        ),
    )
    for kind, dashboards in by_work([OURS, *present(report)]).items():
        with Stage() as stage:
            work = kind(stage)
            work.seed(asked.jobs)
            for dashboard in dashboards:
                for page, took in pages(stage, work, dashboard, asked.jobs, asked.samples).items():
                    cells = spread(took) if took else [f"over {LIMIT:.0f} s", "-", "-", "-"]
                    report.rows.append((dashboard.name, page, *cells))
                    if dashboard is OURS:
                        value = median(took or [LIMIT * 1000])
                        report.goals.append(Goal(f"{OURS.name}, {page} page: median ms", value, 50))
    report.finish()


if __name__ == "__main__":
    main()
