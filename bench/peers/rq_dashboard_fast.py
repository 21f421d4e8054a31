"""rq-dashboard-fast: its pages poll 5 s after the last answer or later, its job page never. Nothing to submit with."""

from bench._stage import Stage
from bench.peers import _environment
from bench.peers._dashboard import JOB, LIST, OVERVIEW, Dashboard, Page, says, there
from bench.peers._rq import RqWork
from bench.peers._work import Work
from tests.processes import Process

PACKAGES = ("rq-dashboard-fast==0.9.2", "rq==3.0.0")
#: Jobs of a page, by its own default.
PAGE = 10


PAGES = {
    OVERVIEW: Page(
        lambda job: "/rq/queues",
        lambda job, finished: {"finished": says("#queues tbody tr td:nth-child(6) a", finished + 1)},
    ),
    LIST: Page(
        lambda job: "/rq/jobs?state=finished&queue_name=default",
        lambda job, finished: {"finished": there(f'#jobs tbody tr [title="{job}"]')},
    ),
    JOB: Page(
        lambda job: f"/rq/job/{job}",
        lambda job, finished: {"finished": "/\\bfinished\\b/i.test(document.querySelector('main').innerText)"},
        updates=False,
    ),
}


class RqDashboardFast(Dashboard):
    """By its own command, which starts uvicorn."""

    name = "rq-dashboard-fast"
    versions = "rq-dashboard-fast 0.9.2, rq 3.0.0"
    work = RqWork
    poll = 5.0
    overview = "/rq/queues/json"
    pages = PAGES

    def install(self) -> None:
        self._programs = _environment.python(self.name, PACKAGES)

    def start(self, stage: Stage, port: int) -> Process:
        command = [str(self._programs / "rq-dashboard-fast"), "--host", "127.0.0.1", "--port", str(port)]
        return stage.run([*command, "--redis-url", stage.dashboard_url])

    def list_pages(self, url: str, work: Work, jobs: int) -> dict[str, str]:
        path = f"{url}/rq/jobs/json?state=finished&queue_name=default&per_page={PAGE}&page="
        pages = jobs // PAGE
        return {"first": f"{path}1", "middle": f"{path}{pages // 2}", "last": f"{path}{pages}"}
