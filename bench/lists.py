"""Fifty jobs of a registry of 100,000: the first page and one in the middle, through the API and with bare redis-py.

    python -m bench.lists [--quick] [--pages 40] [--jobs 100000]

A page is read twice: when the web process meets its jobs for the first time, and again. The first page is made new for
each sample by adding fifty jobs, which are taken away afterwards. One tab is open on the list, as there is when a page
asks.
"""

import http.client
import json
import random
import time
from itertools import product
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import redis

from bench import _seed
from bench._maths import SPREAD, median, ratio_interval, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench._tabs import Group, Tabs

NAME = Path(__file__).stem
PAGE = 50
#: The largest page that the API gives: to walk to the middle.
STRIDE = 200
#: Answers are shared for a quarter of a second: wait longer, so that each is a read of its own.
APART = 0.3
REGISTRY = "rq:finished:default"
FIELDS = [
    "status",
    "created_at",
    "enqueued_at",
    "started_at",
    "ended_at",
    "origin",
    "description",
    "worker_name",
    "timeout",
]
HEAD, MIDDLE = "first page", "middle page"
FIRST, AGAIN, FLOOR = "met for the first time", "met before", "redis-py alone"
WATCH = {"overview": True, "lists": ["default/finished"]}


class Api:
    """One connection that stays open, as a browser's does."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)

    def page(self, cursor: str | None, limit: int = PAGE) -> tuple[dict, float]:
        """(the answer, milliseconds)."""
        query = {"queue": "default", "status": "finished", "limit": limit} | ({"cursor": cursor} if cursor else {})
        started = time.perf_counter()
        self._connection.request("GET", f"/api/jobs?{urlencode(query)}")
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:300]!r}")
        return json.loads(body), took


def floor(client: redis.Redis, rank: int) -> float:
    """Milliseconds for fifty jobs from `rank` on with redis-py alone: ZREVRANGE, and HMGETs in one pipeline."""
    started = time.perf_counter()
    pipe = client.pipeline(transaction=False)
    for job_id in client.zrevrange(REGISTRY, rank, rank + PAGE - 1):
        pipe.hmget(b"rq:job:" + job_id, FIELDS)
    pipe.execute()
    return (time.perf_counter() - started) * 1000


def middle(api: Api, jobs: int, pages: int) -> str:
    """The cursor from which so many pages lie around the middle of the list."""
    cursor = None
    for _ in range(max(1, (jobs - pages * PAGE) // 2 // STRIDE)):
        cursor = api.page(cursor, STRIDE)[0]["next"]
    assert cursor
    return cursor


def read_twice(api: Api, cursor: str | None) -> tuple[float, float, str]:
    """(milliseconds at first, milliseconds again, the cursor of the next page)."""
    time.sleep(APART)
    answer, at_first = api.page(cursor)
    time.sleep(APART)
    return at_first, api.page(cursor)[1], answer["next"]


def measure(stage: Stage, jobs: int, pages: int) -> dict[tuple[str, str], list[float]]:
    """Milliseconds of each page and way of reading it."""
    found: dict[tuple[str, str], list[float]] = {kind: [] for kind in product((HEAD, MIDDLE), (FIRST, AGAIN, FLOOR))}
    web, client = stage.web(), stage.client()
    api = Api(web.url)
    with Tabs({"tab": Group(f"{web.url}/live", 1, '"total":', WATCH)}):
        cursor = middle(api, jobs, pages)
        for sample in range(pages):
            for where in random.sample([HEAD, MIDDLE], 2):
                if where == HEAD:
                    _seed.finished(client, PAGE, f"new-{sample}", newest_in=1_000)
                at_first, again, following = read_twice(api, None if where == HEAD else cursor)
                found[where, FIRST].append(at_first)
                found[where, AGAIN].append(again)
                found[where, FLOOR].append(floor(client, 0 if where == HEAD else jobs // 2))
                if where == HEAD:
                    # Taken away again, so that the middle page stays where its cursor says.
                    client.zrem(REGISTRY, *client.zrevrange(REGISTRY, 0, PAGE - 1))
                else:
                    cursor = following
    return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, pages=(40, 3, "pages of each kind"), jobs=(100_000, 5_000, "jobs in the registry"))
    report = Report(
        name=NAME,
        question=f"Milliseconds for {PAGE} jobs of a registry of {asked.jobs:,}, one client, over HTTP.",
        samples=f"{asked.pages} pages of each kind",
        columns=("page", *SPREAD),
        bias=(
            "The client waits 0.3 s between pages, so processor caches are cold, as they are for a user. "
            "The floor reads raw fields and makes nothing of them."
        ),
    )
    with Stage() as stage:
        _seed.finished(stage.redis, asked.jobs)
        found = measure(stage, asked.jobs, asked.pages)
    report.rows = [(f"{where}, {how}", *spread(values)) for (where, how), values in found.items()]
    for how in (FIRST, AGAIN):
        head, deep = found[HEAD, how], found[MIDDLE, how]
        low, high = ratio_interval(deep, head, median)
        text = f"{how}: median of the middle page by that of the first (95 % interval {low:.2f} to {high:.2f})"
        report.goals.append(Goal(text, median(deep) / median(head), 1.5))
    report.finish()


if __name__ == "__main__":
    main()
