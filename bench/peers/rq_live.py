"""RQ Live itself, as `make run` starts it: web process and operations process."""

import json
import urllib.request
from urllib.parse import urlencode

from bench._stage import Stage
from bench.peers._dashboard import JOB, LIST, OVERVIEW, ROW, Dashboard, Page, says, there
from bench.peers._rq import RqWork
from bench.peers._work import Work
from tests.processes import Process

NAME = "RQ Live"
#: Jobs of a page, by the page's own default, and the most that the API gives: to walk to the middle.
PAGE = 50
STRIDE = 200
QUEUE = '[data-testid=queues] tr[data-queue="default"]'


def _chip(place: str, *states: str) -> dict[str, str]:
    return {state: there(f'{place} .chip[data-status="{state}"]') for state in states}


PAGES = {
    OVERVIEW: Page(
        lambda job: "/",
        lambda job, finished: {
            "taken": says(f"{QUEUE} .col-started a", 1),
            "finished": says(f"{QUEUE} .col-finished a", finished + 1),
        },
    ),
    LIST: Page(
        lambda job: "/jobs?queue=default&status=finished",
        lambda job, finished: {"finished": there(f'tr[data-job="{job}"]')},
    ),
    ROW: Page(
        lambda job: "/jobs?queue=default",
        lambda job, finished: _chip(f'tr[data-job="{job}"]', "finished"),
    ),
    JOB: Page(lambda job: f"/jobs/{job}", lambda job, finished: _chip("dialog", "started", "finished")),
}


class RqLive(Dashboard):
    """`settings` are those of its web process, in the environment."""

    work = RqWork
    versions = "this checkout"
    poll = 0.0
    overview = "/api/overview"
    pages = PAGES

    def __init__(self, name: str = NAME, **settings: object) -> None:
        self.name = name
        self._settings = settings

    def start(self, stage: Stage, port: int) -> Process:
        return stage.web(stage.counted_url, wait=False, PORT=port, **self._settings)

    def beside(self, stage: Stage) -> None:
        stage.operations(stage.counted_url)

    def list_pages(self, url: str, work: Work, jobs: int) -> dict[str, str]:
        """Pages follow each other by cursors: the middle one's is found by walking there beforehand."""
        query = {"queue": "default", "status": "finished"}
        cursor, walked = None, 0
        while walked + STRIDE <= jobs // 2:
            more = {"cursor": cursor} if cursor else {}
            with urllib.request.urlopen(f"{url}/api/jobs?{urlencode(query | more | {'limit': STRIDE})}") as answer:
                cursor = json.load(answer)["next"]
            walked += STRIDE
        asked = {"first": {}, "middle": {"cursor": cursor} if cursor else {}, "last": {"order": "asc"}}
        return {page: f"{url}/api/jobs?{urlencode(query | more | {'limit': PAGE})}" for page, more in asked.items()}
