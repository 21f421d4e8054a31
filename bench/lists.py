"""Fifty jobs of a list of a thousand and of a million: first page, one in the middle, the last, through the API.

    python -m bench.lists [--quick] [--rounds 30] [--jobs 1000000]

Each kind of list that RQ has: a registry from its newest end, a queue (a list, whose places have no index), a registry
by time. Both sizes lie in a Redis of their own with a web process of its own, and are read in turns. A page is read
twice: when the web process meets its jobs for the first time, and again; redis-py alone reads the same raw fields.
"""

import json
import time
from collections import defaultdict
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

import redis

from bench import _seed
from bench._maths import SPREAD, median, ratio_interval, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench._tabs import Group, Tabs
from bench._wire import Wire
from webapp.queries.cursors import Cursor

NAME = Path(__file__).stem
SMALL = 1_000
PAGE = 50
#: Answers are shared for a quarter of a second: wait longer, so that each is a read of its own.
APART = 0.3
STATUSES = ("finished", "queued", "scheduled")
PLACES = ("first", "middle", "last")
FIRST, AGAIN, FLOOR = "met for the first time", "met before", "redis-py alone"
FIELDS = ["status", "created_at", "enqueued_at", "started_at", "ended_at", "origin", "description", "worker_name"]
#: (status, place, jobs in the list)
Which = tuple[str, str, int]


class Size:
    """So many jobs in each of the lists, and a web process that shows them to one tab. A context."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._ending = ExitStack()

    def __enter__(self) -> "Size":
        stage = self._ending.enter_context(Stage())
        self.client = stage.client()
        _seed.listed(self.client, self.jobs, STATUSES)
        web = stage.web()
        watch = {"overview": True, "lists": [f"default/{status}" for status in STATUSES]}
        self._ending.enter_context(Tabs({"tab": Group(f"{web.url}/live", 1, '"total":', watch)}))
        self._wire = self._ending.enter_context(Wire(web.url))
        return self

    def __exit__(self, *error: object) -> None:
        self._ending.close()

    def rank(self, place: str) -> int:
        return {"first": 0, "middle": self.jobs // 2, "last": self.jobs - PAGE}[place]

    def ids(self, status: str, place: str) -> list[bytes]:
        """The jobs of a page."""
        rank = self.rank(place)
        if status == "queued":
            return self.client.lrange("rq:queue:default", rank, rank + PAGE - 1)
        key = f"rq:{status}:default"
        return self.client.zrange(key, rank, rank + PAGE - 1, desc=status == "finished")

    def page(self, status: str, place: str) -> float:
        """Milliseconds until the API has answered."""
        query = {"queue": "default", "status": status, "limit": PAGE}
        if place != "first":
            query["cursor"] = Cursor(f"default/{status}", self.rank(place)).encode()
        began = time.perf_counter()
        code, body = self._wire.ask("GET", f"/api/jobs?{urlencode(query)}")
        took = (time.perf_counter() - began) * 1000
        if code != 200 or len(json.loads(body)["jobs"]) != PAGE:
            raise RuntimeError(f"{code}: {body[:300]!r}")
        return took

    def floor(self, status: str, place: str) -> float:
        """Milliseconds for the same raw fields with redis-py alone, in two round trips."""
        began = time.perf_counter()
        pipe = self.client.pipeline(transaction=False)
        for job_id in self.ids(status, place):
            pipe.hmget(b"rq:job:" + job_id, FIELDS)
        pipe.execute()
        return (time.perf_counter() - began) * 1000


def renew(client: redis.Redis, ids: list[bytes]) -> None:
    """These jobs are others of the same ids: nobody has met them."""
    created = f"2026-01-01T00:00:00.{time.time_ns() // 1000 % 1_000_000:06d}Z"
    pipe = client.pipeline(transaction=False)
    for job_id in ids:
        pipe.hset(b"rq:job:" + job_id, "created_at", created)
    pipe.execute()


def measure(sizes: list[Size], rounds: int) -> dict[str, dict[Which, list[float]]]:
    """Milliseconds by how they were read, and which page."""
    pages = [(status, place, size) for status in STATUSES for place in PLACES for size in sizes]
    found: dict[str, dict[Which, list[float]]] = {how: defaultdict(list) for how in (FIRST, AGAIN, FLOOR)}
    for number in range(rounds):
        ordered = pages[:: 1 if number % 2 else -1]
        for status, place, size in ordered:
            renew(size.client, size.ids(status, place))
        for how, read in ((FIRST, Size.page), (AGAIN, Size.page), (FLOOR, Size.floor)):
            time.sleep(APART)
            for status, place, size in ordered:
                found[how][status, place, size.jobs].append(read(size, status, place))
    return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, rounds=(30, 3, "pages of each kind"), jobs=(1_000_000, 20_000, "jobs of the long lists"))
    report = Report(
        name=NAME,
        question=f"Milliseconds for {PAGE} jobs of a list of {SMALL:,} and of {asked.jobs:,}, one client, over HTTP.",
        samples=f"{asked.rounds} pages of each kind",
        columns=("page", *SPREAD),
        bias=(
            "All lists of one size name the same jobs. Pages of a million lie apart, so processor caches are cold, as "
            "they are for a user. The floor reads raw fields and makes nothing of them."
        ),
    )
    with Size(asked.jobs) as large, Size(SMALL) as small:
        found = measure([small, large], asked.rounds)
    report.rows = [
        (f"{status}, {place} of {jobs:,}, {how}", *spread(found[how][status, place, jobs]))
        for status, place, how, jobs in product(STATUSES, PLACES, found, (SMALL, asked.jobs))
    ]
    for how, status, place in product((FIRST, AGAIN), STATUSES, PLACES):
        long, short = found[how][status, place, asked.jobs], found[how][status, place, SMALL]
        low, high = ratio_interval(long, short, median)
        text = f"{status}, {place} page, {how}: by that of {SMALL:,} (95 % interval {low:.2f} to {high:.2f})"
        report.goals.append(Goal(text, median(long) / median(short), 1.3))
    report.finish()


if __name__ == "__main__":
    main()
