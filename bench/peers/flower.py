"""Flower, which shows Celery: its workers page polls each second what it keeps from events; its others never update.

It has no form to submit with; its API has, where that is switched on.
"""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bench._stage import Stage
from bench.peers import _environment
from bench.peers._dashboard import LIST, OVERVIEW, Dashboard, Page, says
from bench.peers._helper import Helper
from bench.peers._work import Work
from tests.processes import Process
from tests.support import eventually

#: `packaging` is a dependency that kombu does not declare: without it, the worker does not start.
PACKAGES = ("flower==2.2.0", "celery==5.7.0", "redis==8.1.0", "packaging==26.3")
#: Tasks of a page, by its own default, and its columns.
PAGE = 15
COLUMNS = ("name", "uuid", "state", "received", "runtime", "worker")


def _programs() -> Path:
    return _environment.python("flower", PACKAGES)


def _env(url: str) -> dict[str, object]:
    # The API is refused without a login unless this says that it may be asked.
    return {"PYTHONPATH": _environment.PROJECT, "BENCH_REDIS_URL": url, "FLOWER_UNAUTHENTICATED_API": "true"}


class CeleryWork(Work):
    """Tasks of Celery; its worker with one process."""

    name = "celery 5.7.0"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._helper = Helper([str(_programs() / "python"), "-m", "celery_app"], _env(stage.tcp_url))
        stage.also(self._helper)
        self._seconds: dict[str, float] = {}
        self._done = 0

    def start(self, busy: bool = False) -> None:
        command = [str(_programs() / "celery"), "-A", "celery_app", "worker", "-c", "1", "-n", "bench@here"]
        self.stage.run([*command, "--loglevel", "INFO"], _env(self.stage.tcp_url), ready="ready.")

    def create(self, seconds: float) -> str:
        job_id = str(uuid4())
        self._seconds[job_id] = seconds
        return job_id

    def begin(self, job_id: str) -> None:
        self._helper.ask("send", job_id, self._seconds[job_id])
        self._done += 1

    def ended_at(self, job_id: str) -> float:
        """The task's own last moment: that its end is told comes after it."""
        return self._helper.ask("ended_at", job_id)

    def finished(self) -> int:
        """Those that were begun, of which Flower has heard: each is waited for."""
        return self._done

    def heard(self, done: int) -> None:
        """Flower has heard of so many until now."""
        self._done = done

    def seed(self, count: int, queue: str = "default") -> None:
        """Nothing: of what was there before its start Flower knows nothing. See `tell`."""

    def tell(self, count: int) -> None:
        """Events of so many tasks, which is all that Flower knows of any."""
        self._helper.ask("events", count)

    def feed(self, rate: float, seconds: float) -> None:
        self._helper.ask("feed", rate, seconds)


PAGES = {
    OVERVIEW: Page(
        lambda job: "/workers", lambda job, finished: {"finished": says("#workers-succeeded", finished + 1)}
    ),
    LIST: Page(
        lambda job: "/tasks",
        lambda job, finished: {"finished": f"document.querySelector('#tasks-table').innerHTML.includes('{job}')"},
        updates=False,
    ),
}


class Flower(Dashboard):
    """By its own command."""

    name = "Flower"
    versions = "flower 2.2.0, celery 5.7.0"
    work = CeleryWork
    poll = 1.0
    overview = "/workers?json=1"
    pages = PAGES

    def install(self) -> None:
        _programs()

    def start(self, stage: Stage, port: int) -> Process:
        command = [str(_programs() / "celery"), "-A", "celery_app", "flower", "--address=127.0.0.1", f"--port={port}"]
        return stage.run(command, _env(stage.dashboard_url))

    def settle(self, url: str, work: Work) -> None:
        """It hears what a worker does once it has told it to tell, a moment after its start."""
        assert isinstance(work, CeleryWork)

        def heard() -> int:
            work.begin(job := work.create(0))
            work.ended_at(job)
            time.sleep(1.0)
            return sum(worker.get("task-succeeded", 0) for worker in _json(url + self.overview)["data"])

        work.heard(eventually(heard, 30, "Flower hears of tasks"))

    def list_pages(self, url: str, work: Work, jobs: int) -> dict[str, str]:
        def page(start: int) -> str:
            asked: dict[str, Any] = {"draw": 1, "start": start, "length": PAGE, "search[value]": ""}
            asked |= {"order[0][column]": COLUMNS.index("received"), "order[0][dir]": "desc"}
            asked |= {f"columns[{number}][data]": name for number, name in enumerate(COLUMNS)}
            return f"{url}/tasks/datatable?{urlencode(asked)}"

        assert isinstance(work, CeleryWork)
        if not _json(page(0))["recordsTotal"]:
            # A moment after its start, it hears.
            time.sleep(3.0)
            work.tell(jobs)
        eventually(lambda: _json(page(0))["recordsTotal"] >= jobs, 60, f"Flower knows {jobs} tasks")
        return {"first": page(0), "middle": page(jobs // 2), "last": page(jobs - PAGE)}


def _json(address: str) -> Any:
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)
