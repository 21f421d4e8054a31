"""From a stock worker's write of a job's state to its paint in a real Chromium, beside rq-dashboard.

    python -m bench.freshness [--quick] [--samples 20]

Each dashboard has a Redis, a stock worker and a page of its own, at its defaults; they take turns, job by job. A job is
made, its page loaded, and then it is enqueued at a random moment; it runs for 3 s. What is waited for is its start and
its end. RQ Live is measured again in the two other modes of its feed, without company.

Time begins for an end when Redis wrote it (the id of its result is Redis' time), for a start with the worker's own
stamp just before it writes: of the execution where jobs are counted, of the job where its status is shown (a fork
later).
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page
from rq import Queue
from rq.job import Job

from bench import _browser, _peer
from bench._maths import SPREAD, p95, ratio_interval, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from tests.support import eventually

NAME = Path(__file__).stem
OURS = "RQ Live"
#: Seconds that a job runs: longer than rq-dashboard's pause between two polls (2.5 s).
RUN = 3
POLL = 2.5
#: Milliseconds after which a state counts as never painted.
PATIENCE = 30_000
OVERVIEW, LIST, ROW, JOB = "overview", "new row of a list", "row that is there", "job page"
MODES = ("keyspace", "sampling")

Conditions = Callable[[Job, int], dict[str, str]]


@dataclass(frozen=True)
class View:
    """A page of a dashboard: its address for a job, and what shows that the job has started and finished.

    `shows` gets the job and how many are finished already.
    """

    address: Callable[[Job], str]
    shows: Conditions


@dataclass
class Dashboard:
    """One dashboard at work, and what was seen: view -> milliseconds."""

    name: str
    url: str
    stage: Stage
    page: Page
    views: dict[str, View]
    seen: dict[str, list[float]] = field(default_factory=dict)
    missed: int = 0

    def sample(self, view_name: str) -> None:
        """Run one job and note how late its states were painted."""
        view = self.views[view_name]
        job = Job.create("time.sleep", args=(RUN,), connection=self.stage.redis, origin="default", timeout=180)
        job.save()
        if self.page.url != (address := self.url + view.address(job)):
            self.page.goto(address)
        time.sleep(1.0 + random.uniform(0, POLL))
        conditions = view.shows(job, self.stage.redis.zcard("rq:finished:default"))
        _browser.watch(self.page, conditions)
        Queue("default", connection=self.stage.redis).enqueue_job(job)
        time.sleep(RUN / 2)
        eventually(lambda: job.get_status() == "started", RUN * 10, "the job has started")
        written = _start_stamps(job)
        for state in conditions:
            painted = _browser.painted_at(self.page, state, PATIENCE)
            if state == "finished":
                eventually(lambda: job.get_status() == "finished", 60, "the job has finished")
                written[state] = _end_stamp(job)
            if painted is None:
                self.missed += 1
            else:
                self.seen.setdefault(view_name, []).append(painted - written[state])


def _start_stamps(job: Job) -> dict[str, float]:
    """When its worker wrote that the job was taken, and that it has started, epoch milliseconds. It must still run."""
    member = next(m for m in job.connection.zrange("rq:wip:default", 0, -1) if m.startswith(job.id.encode()))
    taken = float(job.connection.hget(b"rq:execution:" + member, "created_at"))
    started = datetime.fromisoformat(job.connection.hget(job.key, "started_at").decode())
    return {"taken": taken * 1000, "started": started.timestamp() * 1000}


def _end_stamp(job: Job) -> float:
    """When Redis wrote that the job has finished, epoch milliseconds."""
    ((entry, _),) = job.connection.xrevrange(f"rq:results:{job.id}", count=1)
    return float(entry.partition(b"-")[0])


def _cell(selector: str, number: int) -> str:
    return f"document.querySelector('{selector}')?.innerText.trim() === '{number}'"


def _there(selector: str) -> str:
    return f"document.querySelector('{selector}') !== null"


def _our_counts(job: Job, finished: int) -> dict[str, str]:
    row = '[data-testid=queues] tr[data-queue="default"]'
    return {"taken": _cell(f"{row} .col-started a", 1), "finished": _cell(f"{row} .col-finished a", finished + 1)}


def _their_counts(job: Job, finished: int) -> dict[str, str]:
    row = "#queues tr[data-role=queue]"
    return {
        "taken": _cell(f"{row} td:nth-child(5) a", 1),
        "finished": _cell(f"{row} td:nth-child(6) a", finished + 1),
    }


def _our_chip(place: str, *states: str) -> Conditions:
    return lambda job, _: {
        state: _there(f'{place.replace("ID", job.id)} .chip[data-status="{state}"]') for state in states
    }


OUR_VIEWS = {
    OVERVIEW: View(lambda job: "/", _our_counts),
    LIST: View(
        lambda job: "/jobs?queue=default&status=finished",
        lambda job, _: {"finished": _there(f'tr[data-job="{job.id}"]')},
    ),
    ROW: View(lambda job: "/jobs?queue=default", _our_chip('tr[data-job="ID"]', "finished")),
    JOB: View(lambda job: f"/jobs/{job.id}", _our_chip("dialog", "started", "finished")),
}
THEIR_VIEWS = {
    OVERVIEW: View(lambda job: "/", _their_counts),
    LIST: View(
        lambda job: "/0/view/jobs/default/finished/8/dsc/1",
        lambda job, _: {"finished": _there(f'tr[data-job-id="{job.id}"]')},
    ),
    JOB: View(
        lambda job: f"/0/view/job/{job.id}",
        lambda job, _: {
            state: f"document.getElementById('job-data').innerHTML.includes('Status</strong>:<br>{state}')"
            for state in ("started", "finished")
        },
    ),
}


@contextmanager
def ours(browser: Browser, mode: str) -> Iterator[Dashboard]:
    """RQ Live with its feed in `mode`."""
    settings = {"notify-keyspace-events": "KA"} if mode == "keyspace" else None
    with Stage(options=settings) as stage:
        stage.worker()
        url = stage.web(RQLIVE_FEED=mode).url
        stage.operations()
        yield Dashboard(f"{OURS}, feed by {mode}", url, stage, browser.new_page(), OUR_VIEWS)


@contextmanager
def theirs(browser: Browser) -> Iterator[Dashboard]:
    """rq-dashboard."""
    with Stage() as stage:
        _peer.worker(stage)
        yield Dashboard(_peer.NAME, _peer.serve(stage), stage, browser.new_page(), THEIR_VIEWS)


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, samples=(20, 2, "jobs for each page"))
    report = Report(
        name=NAME,
        question="Milliseconds from a worker's write of a job's state to its paint in Chromium.",
        samples=f"{asked.samples} jobs for each page, half as many in the other modes; starts and ends together",
        columns=("page", "which", "n", *SPREAD),
        bias=(
            "Browser, servers, Redis and workers share the machine; a job's start is measured while its worker forks. "
            "A page that polls every 2.5 s has a p95 near 2.4 s whatever the machine; ours depends on it."
        ),
    )
    with _browser.chromium() as browser:
        with ExitStack() as both:
            us, them = both.enter_context(ours(browser, "tracking")), both.enter_context(theirs(browser))
            for view in OUR_VIEWS:
                for _ in range(asked.samples):
                    us.sample(view)
                    if view in them.views:
                        them.sample(view)
        dashboards = [us, them]
        for mode in MODES:
            with ours(browser, mode) as other:
                for view in OUR_VIEWS:
                    for _ in range((asked.samples + 1) // 2):
                        other.sample(view)
            dashboards.append(other)
    for view in OUR_VIEWS:
        report.rows += [
            (view, each.name, len(each.seen[view]), *spread(each.seen[view]))
            for each in dashboards
            if view in each.seen
        ]
    for view in THEIR_VIEWS:
        times, (low, high) = (
            p95(them.seen[view]) / p95(us.seen[view]),
            ratio_interval(them.seen[view], us.seen[view], p95),
        )
        report.goals.append(
            Goal(f"{view}: times sooner at p95 (95 % interval {low:.0f} to {high:.0f})", times, 40, at_most=False)
        )
    report.goals.append(
        Goal("states that RQ Live never painted", sum(each.missed for each in dashboards if each is not them), 0)
    )
    report.finish()


if __name__ == "__main__":
    main()
