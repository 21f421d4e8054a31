"""A dashboard at work in a browser, and how late its pages show what became of jobs. Used by `freshness.py`."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from playwright.sync_api import Browser, Page

from bench import _browser
from bench._stage import Stage
from bench.peers._dashboard import JOB, Dashboard
from bench.peers._work import Work
from tests.support import eventually

#: Seconds that a job runs, at least; with states before its end, longer than the pause between two looks.
RUN = 0.6
#: Seconds for a page to come to rest after it has loaded, which a busy machine is long about.
SETTLE = 0.5
#: Milliseconds after which a state counts as never painted.
PATIENCE = 30_000


@dataclass
class Job:
    """A job on its way to the pages that were told to watch for it."""

    id: str
    views: Sequence[str]
    conditions: Mapping[str, Mapping[str, str]]
    written: dict[str, float] = field(default_factory=dict)


class Shown:
    """One dashboard with a page for each view; what was seen: view -> milliseconds."""

    def __init__(self, dashboard: Dashboard, stage: Stage, browser: Browser, pause: float) -> None:
        """`pause`: seconds at most between two looks of what it shows."""
        self.dashboard = dashboard
        self.name = dashboard.name
        self.pause = pause
        self.seen: dict[str, list[float]] = {}
        self.missed: dict[str, int] = {}
        self._browser = browser
        self._pages: dict[str, Page] = {}
        self._work: Work = dashboard.work(stage)
        self._work.start()
        self._url = dashboard.serve(stage).url
        dashboard.beside(stage)
        dashboard.settle(self._url, self._work)
        stated = any(len(page.shows("", 0)) > 1 for page in dashboard.pages.values())
        #: Seconds that its jobs run.
        self.run = RUN + (pause if stated else 0)

    def prepare(self, views: Sequence[str]) -> Job:
        """A job that waits to be begun, and the pages at which it will be seen."""
        job_id, finished = self._work.create(self.run), self._work.finished()
        kinds = {view: self.dashboard.pages[view] for view in views}
        for view, kind in kinds.items():
            if view not in self._pages:
                self._pages[view] = self._browser.new_page()
            address = self._url + kind.path(job_id)
            if view == JOB or self._pages[view].url != address:
                self._pages[view].goto(address, wait_until="networkidle")
        return Job(job_id, views, {view: kind.shows(job_id, finished) for view, kind in kinds.items()})

    def watch(self, job: Job) -> None:
        """From now on its states are waited for. Raises RuntimeError where one shows already."""
        for view in job.views:
            page = self._pages[view]
            if shown := [state for state, holds in job.conditions[view].items() if page.evaluate(holds)]:
                raise RuntimeError(f"{self.name}, {view}: {shown} before the job has begun")
            _browser.watch(page, job.conditions[view])

    def begin(self, job: Job) -> None:
        """Let its worker have it."""
        self._work.begin(job.id)

    def note_start(self, job: Job) -> None:
        """Note when what was written of its start, where that is waited for. It must still run."""
        if any(state != "finished" for states in job.conditions.values() for state in states):
            job.written |= self._work.running_since(job.id)

    def note_end(self, job: Job) -> None:
        """Wait for its end, and note when it was written."""
        job.written["finished"] = self._work.ended_at(job.id)

    def collect(self, job: Job) -> None:
        """Note how late each state was painted."""
        for view in job.views:
            for state in job.conditions[view]:
                painted = _browser.painted_at(self._pages[view], state, PATIENCE)
                if painted is None:
                    self.missed[view] = self.missed.get(view, 0) + 1
                else:
                    self.seen.setdefault(view, []).append(painted - job.written[state])

    def appears(self, job: Job, view: str) -> bool:
        """Whether the end of the job has appeared on the page that was told to watch for it, until now."""
        return _browser.painted_at(self._pages[view], "finished", 0) is not None

    def appears_after_reload(self, job: Job, view: str) -> bool:
        """Whether it does once somebody reloads the page."""
        page = self._pages[view]
        page.reload(wait_until="networkidle")
        return bool(eventually(lambda: page.evaluate(job.conditions[view]["finished"]), 20, f"{self.name}: {view}"))

    def rest(self) -> None:
        """Leave all pages, so that they do not work beside what others show."""
        for page in self._pages.values():
            page.close()
        self._pages.clear()


def one_by_one(shown: Shown, views: Sequence[str]) -> None:
    """One job for each view, with no other page beside it."""
    for view in views:
        job = shown.prepare([view])
        time.sleep(SETTLE + random.uniform(0, max(shown.pause, 0.3)))
        shown.watch(job)
        shown.begin(job)
        shown.note_start(job)
        shown.note_end(job)
        shown.collect(job)
        shown.rest()


def together(shown: Sequence[Shown], views: Mapping[str, Sequence[str]]) -> None:
    """One job for each dashboard, seen at all its views, all of them at a time: most of it is waiting for polls."""
    jobs = [(each, each.prepare(views[each.name])) for each in shown if views[each.name]]
    time.sleep(SETTLE)
    for each, job in jobs:
        each.watch(job)
    plan: list[tuple[float, Callable[[Job], None], Job]] = []
    for each, job in jobs:
        moment = random.uniform(0, each.pause)
        plan += [(moment, each.begin, job), (moment + each.run / 2, each.note_start, job)]
    began = time.monotonic()
    for moment, step, job in sorted(plan, key=itemgetter(0)):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        step(job)
    for each, job in jobs:
        each.note_end(job)
    for each, job in jobs:
        each.collect(job)
