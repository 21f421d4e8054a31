"""Behind Sentinel: page, operations and workers follow the primary, and are live again after a failover."""

import sys
from collections.abc import Iterator

import pytest
from rq import Queue

from tests import fixture_jobs
from tests.feed_mode import MODE, is_live
from tests.live import Page, get_ok
from tests.processes import BIN, Process, WorkerProcess
from tests.sentinels import Sentinels
from tests.support import eventually


@pytest.fixture
def sentinels() -> Iterator[Sentinels]:
    with Sentinels() as made:
        yield made


@pytest.mark.timeout(240)
def test_all_of_it_goes_on_after_a_failover(sentinels, web_server, operations_process, started, tmp_path):
    env = {"RQLIVE_REDIS_URL": sentinels.url}
    command = [
        sys.executable,
        str(BIN / "rq"),
        "worker",
        "-c",
        "rq_settings",
        "--with-scheduler",
        "-n",
        "stock",
        "stock",
    ]
    stock = started(Process(command, tmp_path, env))
    own = started(WorkerProcess(sentinels.url, ["own"], "own", [], tmp_path, None, stock=False))
    redis = sentinels.primary.connection()
    for worker in ("stock", "own"):
        eventually(lambda worker=worker: redis.exists(f"rq:worker:{worker}"), 30, f"{stock.output} {own.output}")
    operations = operations_process(sentinels.url, env={"RQLIVE_WRITE": 1})
    eventually(lambda: "Figures are recorded." in operations.output, 30, operations.output)
    web = web_server(sentinels.url, env={"RQLIVE_WRITE": 1, "RQ_REDIS_URL": ""})
    assert "-c rq_settings" in get_ok(web, "/api/overview")["server"]["remote_command"]
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete and is_live(page.health))
        assert page.health["address"].startswith("jobs (127.0.0.1:")
        for queue in ("stock", "own"):
            done(page, redis, queue)
        eventually(lambda: sentinels.replica.connection().zcard("rq:finished:own") == 1, 10, "the replica has followed")

        sentinels.failover()
        redis = sentinels.replica.connection()
        page.until(lambda: page.health["redis"] == "ok" and page.health["feed"]["mode"] == MODE, 40, "live again")
        page.until(lambda: is_live(page.health), 20, "and proved so")
        for queue in ("stock", "own"):
            done(page, redis, queue, seconds=60)
    eventually(lambda: redis.exists("rq:live:recorder"), 30, f"figures go on: {operations.output}")


def done(page: Page, redis, queue: str, seconds: float = 20) -> None:
    """A job of this queue is done, and the page shows it."""
    job = Queue(queue, connection=redis).enqueue(fixture_jobs.nothing)
    page.watch(overview=True, rows=[job.id])
    page.until(lambda: (page.rows.get(job.id) or {}).get("status") == "finished", seconds, f"{queue}: finished")
