"""rq-dashboard, the one that RQ's documentation names. Its page polls every 2.5 s. It has no form to submit with."""

from bench._stage import Stage
from bench.peers import _environment
from bench.peers._dashboard import JOB, LIST, OVERVIEW, Dashboard, Page, says, there
from bench.peers._rq import RqWork
from bench.peers._work import Work
from tests.processes import Process

#: `six` is a dependency that it does not declare: without it, it does not start.
PACKAGES = ("rq-dashboard==0.9.0", "rq==3.0.0", "six==1.17.0", "gunicorn==27.0.1")
#: Jobs of a page, by its own default.
PAGE = 8
ROW = "#queues tr[data-role=queue]"


def _status(state: str) -> str:
    return f"document.getElementById('job-data').innerHTML.includes('Status</strong>:<br>{state}')"


PAGES = {
    OVERVIEW: Page(
        lambda job: "/",
        lambda job, finished: {
            "taken": says(f"{ROW} td:nth-child(5) a", 1),
            "finished": says(f"{ROW} td:nth-child(6) a", finished + 1),
        },
    ),
    LIST: Page(
        # The newest first: by default it is the oldest, and a new job on the last page.
        lambda job: f"/0/view/jobs/default/finished/{PAGE}/dsc/1",
        lambda job, finished: {"finished": there(f'tr[data-job-id="{job}"]')},
    ),
    JOB: Page(
        lambda job: f"/0/view/job/{job}",
        lambda job, finished: {state: _status(state) for state in ("started", "finished")},
    ),
}


class RqDashboard(Dashboard):
    """Under gunicorn with eight threads: faster than the development server that its own command starts."""

    name = "rq-dashboard"
    versions = "rq-dashboard 0.9.0, rq 3.0.0, gunicorn 27.0.1"
    work = RqWork
    poll = 2.5
    overview = "/0/data/queues.json"
    pages = PAGES

    def install(self) -> None:
        self._programs = _environment.python(self.name, PACKAGES)

    def start(self, stage: Stage, port: int) -> Process:
        command = [str(self._programs / "gunicorn"), "-k", "gthread", "-w", "1", "--threads", "8"]
        command += ["-b", f"127.0.0.1:{port}", "-c", "/dev/null", "--log-level", "warning", "--timeout", "600"]
        command += ["--no-control-socket", "rq_dashboard.app:create_app()"]
        return stage.run(command, {"RQ_DASHBOARD_URL_PREFIX": "/", "RQ_DASHBOARD_REDIS_URL": stage.dashboard_url})

    def list_pages(self, url: str, work: Work, jobs: int) -> dict[str, str]:
        pages = jobs // PAGE
        path = f"{url}/0/data/jobs/default/finished/{PAGE}/dsc"
        return {"first": f"{path}/1.json", "middle": f"{path}/{pages // 2}.json", "last": f"{path}/{pages}.json"}
