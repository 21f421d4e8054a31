"""GET of the API over data of stock RQ 3.0 and real workers: shapes, waiting, and errors that say what to do."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from rq import Queue, Retry

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.live import get, get_ok
from tests.support import eventually
from webapp.models import STATUSES


def at_once(count: int, ask: Callable[[int], Any]) -> list[Any]:
    """The answers of so many askers at the same time."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def test_an_empty_redis_is_an_empty_page(api):
    answer = eventually(lambda: (found := api.get("/api/overview")) and not found["queues"] and found)
    assert (answer["workers"], answer["running"], answer["gathered"]) == ([], [], [])
    assert not any(answer["totals"].values())
    assert api.get("/api/jobs")["jobs"] == []
    assert set(answer) == {
        "totals", "queues", "workers", "running", "gathered", "figures", "health", "server", "now", "as_of",
    }  # fmt: skip


def test_times_are_epoch_milliseconds_of_redis(api, redis):
    before = int(redis.time()[0]) * 1000
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    found = api.get(f"/api/jobs/{job.id}")
    after = (int(redis.time()[0]) + 1) * 1000
    assert before <= found["job"]["created_at"] <= after
    assert before <= found["as_of"] <= after
    assert before <= api.get("/api/overview")["as_of"] <= after


def test_counts_are_those_of_the_queue_that_was_asked_for(api, redis):
    for queue, status in (("default", "failed"), ("default", "queued"), ("other", "failed")):
        raw_jobs.listed(redis, status, queue=queue)
    eventually(lambda: api.get("/api/jobs")["counts"]["failed"] == 2)
    counts = api.get("/api/jobs", queue="default")["counts"]
    assert set(counts) == set(STATUSES)
    assert (counts["failed"], counts["queued"], counts["created"]) == (1, 1, None)
    assert api.get("/api/jobs", queue="nowhere")["counts"]["failed"] in (None, 0)


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/api/jobs", {"status": "odd"}, 400, "bad_input"),
        ("/api/jobs", {"limit": "0"}, 400, "bad_input"),
        ("/api/jobs", {"limit": "201"}, 400, "bad_input"),
        ("/api/jobs", {"limit": "-5"}, 400, "bad_input"),
        ("/api/jobs", {"limit": "many"}, 400, "bad_input"),
        ("/api/jobs", {"limit": "9" * 50}, 400, "bad_input"),
        ("/api/jobs", {"limit": ""}, 400, "bad_input"),
        ("/api/jobs", {"limit": "\u00b2"}, 400, "bad_input"),
        ("/api/jobs", {"cursor": "x"}, 400, "bad_cursor"),
        ("/api/jobs", {"cursor": "x" * 20_000}, 400, "bad_cursor"),
        ("/api/jobs/nobody", {}, 404, "not_found"),
        ("/api/jobs/nobody", {"wait": "1"}, 404, "not_found"),
        ("/api/jobs/nobody", {"wait": "soon"}, 400, "bad_input"),
        ("/api/jobs/nobody", {"wait": "-1"}, 400, "bad_input"),
        ("/api/jobs/nobody", {"wait": "nan"}, 400, "bad_input"),
        ("/api/jobs/nobody", {"wait": "1000"}, 400, "bad_input"),
        ("/api/jobs/nobody/log", {"after": "yesterday"}, 400, "bad_input"),
        ("/api/jobs/nobody/log", {"after": "1-2-3"}, 400, "bad_input"),
        ("/api/jobs/nobody/log", {"limit": "x"}, 400, "bad_input"),
        ("/api/nothing", {}, 404, "not_found"),
        ("/nothing", {}, 404, "not_found"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_what_to_do(api, path, query, status, code):
    answered, body = api.status(path, **query)
    assert (answered, body["error"]["code"]) == (status, code)
    assert body["error"]["message"]
    assert body["error"]["fix"]


def test_the_log_of_no_job_is_empty(api):
    assert api.get("/api/jobs/nobody/log") == {"lines": [], "last": "0", "total": 0}


def test_a_log_is_read_in_pages(api, redis):
    line = {"at": 5, "run": "r", "level": "INFO"}
    ids = [redis.xadd(_keys.log("j"), line | {"text": str(number)}).decode() for number in range(25)]
    first = api.get("/api/jobs/j/log", limit=10)
    assert [line["text"] for line in first["lines"]] == [str(number) for number in range(10)]
    assert (first["last"], first["total"]) == (ids[9], 25)
    second = api.get("/api/jobs/j/log", limit=100, after=first["last"])
    assert [line["id"] for line in second["lines"]] == ids[10:]
    last = api.get("/api/jobs/j/log", after=ids[-1])
    assert (last["lines"], last["last"]) == ([], ids[-1])


def test_a_page_of_a_list_is_shared_by_those_who_ask_at_once(web, redis):
    job_id = raw_jobs.listed(redis, "queued")
    redis.config_resetstat()
    answers = at_once(30, lambda _: get_ok(web, "/api/jobs", queue="default", status="queued"))
    assert all(answer["jobs"][0]["id"] == job_id for answer in answers)
    assert redis.info("commandstats")["cmdstat_lrange"]["calls"] < 15


def test_waiting_for_a_job_ends_with_the_job(web, redis, worker_process):
    job = Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "gate")
    worker_process("default")
    eventually(lambda: job.get_status() == "started")
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(get_ok, web, f"/api/jobs/{job.id}", wait=30)
        assert get_ok(web, f"/api/jobs/{job.id}")["job"]["status"] == "started", "others are answered meanwhile"
        time.sleep(0.3)
        assert not asked.done()
        redis.set("gate", 1)
        opened = time.monotonic()
        answer = asked.result(20)
    assert time.monotonic() - opened < 3
    assert (answer["job"]["status"], answer["job"]["result"]) == ("finished", True)


def test_waiting_has_an_end(web, redis):
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    began = time.monotonic()
    assert get_ok(web, f"/api/jobs/{job.id}", wait="0.5")["job"]["status"] == "queued"
    assert 0.4 < time.monotonic() - began < 4


def test_waiting_for_a_job_that_is_deleted_says_that_it_is_gone(web, redis):
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    threading.Timer(0.2, job.delete).start()
    status, body = get(web, f"/api/jobs/{job.id}", wait=20)
    assert (status, body["error"]["code"]) == (404, "not_found")


def test_many_wait_at_once(web, redis):
    job_id = raw_jobs.listed(redis, "queued")
    threading.Timer(0.5, redis.hset, (f"rq:job:{job_id}", "status", "canceled")).start()
    answers = at_once(40, lambda _: get_ok(web, f"/api/jobs/{job_id}", wait=20))
    assert {answer["job"]["status"] for answer in answers} == {"canceled"}


def test_more_readers_than_connections_wait_instead_of_failing(web, redis):
    """redis-py's own pool refuses the 101st reader while Redis is slow."""
    get_ok(web, "/api/overview")
    redis.client_pause(700)
    answers = at_once(130, lambda number: get(web, "/api/jobs", queue=f"q{number}", status="failed")[0])
    assert answers == [200] * 130


def test_attempts_of_a_job_that_was_tried_again(web, redis, worker_process):
    job = Queue(connection=redis).enqueue(fixture_jobs.fail_with, "boom <b>", retry=Retry(max=1))
    worker_process("default", burst=True)
    found = get_ok(web, f"/api/jobs/{job.id}")["job"]
    assert (found["status"], found["retries_left"]) == ("failed", 0)
    assert "RuntimeError: boom <b>" in found["error"]
    assert found["attempts"][0]["outcome"] == "failed"
    assert found["expires_at"] > found["ended_at"]


def test_what_a_job_of_an_async_function_returned(web, redis, worker_process):
    job = Queue(connection=redis).enqueue(fixture_jobs.say_hello_async, name="you")
    worker_process("default", burst=True)
    found = get_ok(web, f"/api/jobs/{job.id}")["job"]
    assert (found["status"], found["result"]) == ("finished", "Hello, you!")
    assert found["attempts"][0]["worker"]


def test_the_pages_shell_is_served_for_every_address(web):
    for path in ("/", "/jobs", "/jobs/some-id", "/submit", "/submit/wait"):
        status, html = get(web, path)
        assert status == 200
        assert "importmap" in html
    assert get(web, "/healthz") == (200, {"redis": "ok"})
