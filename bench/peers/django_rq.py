"""django-rq: pages of Django's admin, which do not update. It has no form to submit new jobs with."""

from bench._stage import Stage
from bench.peers import _environment
from bench.peers._dashboard import JOB, LIST, OVERVIEW, Dashboard, Page, says
from bench.peers._rq import RqWork
from bench.peers._work import Work
from tests.processes import Process

PACKAGES = ("django-rq==4.2.0", "rq==3.0.0", "django==5.2.19", "gunicorn==27.0.1")
#: Jobs of a page.
PAGE = 100
ADMIN = "/admin/django_rq/dashboard"


def _text(words: str) -> str:
    return f"document.querySelector('#content').innerText.toLowerCase().includes('{words}')"


PAGES = {
    OVERVIEW: Page(
        lambda job: f"{ADMIN}/",
        lambda job, finished: {"finished": says("#content tbody tr :nth-child(5) a", finished + 1)},
        updates=False,
    ),
    LIST: Page(
        lambda job: f"{ADMIN}/queues/0/finished/",
        lambda job, finished: {"finished": _text(job)},
        updates=False,
    ),
    JOB: Page(
        lambda job: f"{ADMIN}/queues/0/{job}/",
        lambda job, finished: {"finished": _text("finished")},
        updates=False,
    ),
}


class DjangoRq(Dashboard):
    """In the smallest project that shows it, under gunicorn with eight threads."""

    name = "django-rq"
    versions = "django-rq 4.2.0, rq 3.0.0, Django 5.2.19, gunicorn 27.0.1"
    work = RqWork
    poll = 0.0
    overview = f"{ADMIN}/"
    pages = PAGES

    def install(self) -> None:
        self._programs = _environment.python(self.name, PACKAGES)

    def start(self, stage: Stage, port: int) -> Process:
        command = [str(self._programs / "gunicorn"), "-k", "gthread", "-w", "1", "--threads", "8"]
        command += ["-b", f"127.0.0.1:{port}", "-c", "/dev/null", "--log-level", "warning", "--timeout", "600"]
        env = {"PYTHONPATH": _environment.PROJECT, "BENCH_REDIS_URL": stage.dashboard_url}
        return stage.run([*command, "--no-control-socket", "django_project:application"], env)

    def list_pages(self, url: str, work: Work, jobs: int) -> dict[str, str]:
        path, pages = f"{url}{ADMIN}/queues/0/finished/?page=", jobs // PAGE
        return {"first": f"{path}1", "middle": f"{path}{pages // 2}", "last": f"{path}{pages}"}
