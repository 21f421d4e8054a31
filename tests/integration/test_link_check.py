"""Links checked by a stock `rq worker`, and the shortest job type there is; how they end when they are ended."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rq
from rq.command import send_stop_job_command
from rq.job import Job, JobStatus

from jobs import _keys
from jobs._link_guard import SETTING
from tests.link_servers import Site
from tests.support import eventually

LINK_CHECK = "jobs.link_check.link_check"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as opened:
        yield opened


@pytest.fixture
def worker(worker_process: Callable, tmp_path: Path) -> Callable:
    """Starts a stock worker that may reach this machine, or not: `worker(private=False)`."""

    def start(private: bool = True, **options):
        env = {"RQLIVE_FILES": tmp_path / "files"} | ({SETTING: 1} if private else {})
        return worker_process("default", env=env, **options)

    return start


@pytest.fixture
def enqueue(redis) -> Callable[..., Job]:
    return rq.Queue(connection=redis).enqueue


def log_of(redis, job: Job) -> list[str]:
    return [fields[b"text"].decode() for _, fields in redis.xrange(_keys.log(job.id))]


@pytest.mark.parametrize("worker_class", [None, "rq.SimpleWorker"])
def test_a_stock_worker_checks_links_and_tells_as_it_goes(
    redis, worker, enqueue, site: Site, tmp_path: Path, worker_class: str | None
) -> None:
    links = [f"{site.url}{path}" for path in ("/ok", "/to/301/ok", "/status/404", "/status/500", "/garbage")]
    job = enqueue(LINK_CHECK, urls=links, timeout=5)
    worker(burst=True, worker_class=worker_class)
    result = job.return_value(refresh=True)
    assert [(row["outcome"], row["url"]) for row in result["rows"]] == [
        ("server_error", links[3]), ("client_error", links[2]), ("bad_answer", links[4]),
        ("permanent_redirect", links[1]), ("ok", links[0]),
    ]  # fmt: skip
    assert f"{links[3]}: 500 Internal Server Error" in log_of(redis, job)
    (stage,) = json.loads(redis.hget(job.key, _keys.PROGRESS_FIELD))["stages"]
    assert (stage["message"], stage["done"], stage["total"], stage["unit"]) == ("Checking", 5, 5, "links")
    (artifact,) = result["artifacts"]
    assert (artifact["artifact"], artifact["media_type"]) == (f"{job.id}/links.csv", "text/csv")
    written = (tmp_path / "files" / _keys.artifact_path(job.id, "links.csv")).read_text("utf-8-sig")
    assert [row["link"] for row in csv.DictReader(io.StringIO(written))] == [row["url"] for row in result["rows"]]


def test_a_worker_refuses_its_own_network_unless_it_was_told_otherwise(redis, worker, enqueue, site: Site) -> None:
    job = enqueue(LINK_CHECK, urls=[f"{site.url}/ok", f"http://localhost:{site.port}/ok"])
    worker(private=False, burst=True)
    rows = job.return_value(refresh=True)["rows"]
    assert [row["outcome"] for row in rows] == ["private_address", "private_address"]
    assert site.asked == []
    assert any(f"{SETTING}=1" in line for line in log_of(redis, job))


def test_a_run_that_is_stopped_lets_go_of_all_servers(redis, worker, enqueue, site: Site) -> None:
    job = enqueue(LINK_CHECK, urls=[f"{site.url}/stall/{number}" for number in range(6)], per_host=6, timeout=30)
    started = worker()
    eventually(lambda: site.open_now == 6)
    send_stop_job_command(redis, job.id)
    eventually(lambda: job.get_status() == JobStatus.STOPPED)
    eventually(lambda: site.open_now == 0)
    started.wait_idle()


@pytest.mark.parametrize("worker_class", [None, "rq.SimpleWorker"])
def test_a_run_that_takes_too_long_ends_when_its_time_is_over(
    redis, worker, enqueue, site: Site, worker_class: str | None
) -> None:
    links = [f"{site.url}/stall/{number}" for number in range(6)]
    late = enqueue(LINK_CHECK, urls=links, per_host=6, timeout=30, job_timeout=1)
    after = enqueue(LINK_CHECK, urls=[f"{site.url}/ok"])
    worker(burst=True, worker_class=worker_class)
    late.refresh()
    assert late.get_status() == JobStatus.FAILED
    assert "JobTimeoutException" in late.latest_result().exc_string
    assert (late.ended_at - late.started_at).total_seconds() < 5
    assert after.return_value(refresh=True)["checked"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"urls": "http://a.test/"}, "urls: must be a list"),
        ({"urls": [1]}, "urls[0]: must be text"),
        ({"concurrency": 0}, "concurrency: must be at least 1"),
        ({"timeout": 0}, "timeout: must be at least 0.1"),
        ({"urls": [" "]}, "There is no link to check. Give at least one"),
        ({"sitemap": "nowhere"}, "nowhere cannot be read as a sitemap: it does not begin with http:// or https://"),
    ],
)
def test_bad_input_fails_with_words_that_say_what_to_do(worker, enqueue, arguments: dict, words: str) -> None:
    job = enqueue(LINK_CHECK, kwargs=arguments)
    worker(burst=True)
    assert words in job.latest_result().exc_string


def test_my_task_is_run_by_a_stock_worker(worker, enqueue) -> None:
    good = enqueue("jobs.my_task.my_task", 3, 4, seconds=0.1)
    bad = enqueue("jobs.my_task.my_task", arg1="3", seconds=-1)
    worker(burst=True)
    assert good.return_value(refresh=True) == 7
    said = bad.latest_result().exc_string
    assert "arg1: must be a whole number, is '3'" in said
    assert "seconds: must be at least 0, is -1" in said
