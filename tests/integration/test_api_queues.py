"""What is done to queues over HTTP: what is answered, and what is refused with which code."""

import pytest
from rq import Queue

from tests import fixture_jobs
from tests.in_process import running


@pytest.fixture
def page(redis, redis_server, tmp_path):
    with running(redis_server.url, tmp_path, own_redis=True) as client:
        yield client


@pytest.fixture
def queue(redis):
    queue = Queue("mail/high", connection=redis)
    for _ in range(3):
        queue.enqueue(fixture_jobs.nothing)
    return queue


def test_a_queue_whose_name_has_a_slash_is_held_and_released(page, queue):
    assert page.post("/api/queues/mail%2Fhigh/hold").json == {"held": 3}
    told = page.get("/api/queues").json["queues"][0]
    assert (told["name"], told["queued"], told["held"]["jobs"], told["held"]["by"]) == ("mail/high", 0, 3, "anyone")
    assert page.get("/api/overview").json["totals"]["held"] == 3
    assert page.post("/api/queues/mail/high/release").json == {"released": 3, "let_go": 0, "left": 0}
    assert page.get("/api/queues").json["queues"][0]["held"] is None


def test_emptying_asks_for_an_operation_that_deletes_what_waits(page, queue):
    answer = page.post("/api/queues/mail%2Fhigh/empty")
    assert answer.status_code == 201
    operation = answer.json["operation"]
    assert (operation["verb"], operation["of"]) == ("delete", {"queue": "mail/high", "status": "queued"})
    assert answer.headers["Location"].endswith(operation["id"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/api/queues/mail%2Fhigh/release", 409, "nothing_to_release"),
        ("POST", "/api/queues/mail%2Fhigh/resume", 409, "nothing_to_resume"),
        ("POST", "/api/queues/mail%2Fhigh/pause", 409, "nobody_pauses"),
        ("POST", "/api/queues/nowhere/hold", 409, "nothing_to_hold"),
        ("DELETE", "/api/queues/mail%2Fhigh", 409, "queue_in_use"),
        ("DELETE", "/api/queues/nowhere", 404, "not_found"),
        ("POST", "/api/resume", 409, "not_suspended"),
    ],
)
def test_what_cannot_be_done_says_why_and_what_to_do(page, queue, method, path, status, code):
    answer = page.open(path, method=method)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["fix"]


@pytest.mark.parametrize("seconds", [0, -1, 1.5, "60", True, 10**9])
def test_a_time_that_is_none_is_refused(page, queue, seconds):
    for path in ("/api/queues/mail%2Fhigh/pause", "/api/suspend"):
        answer = page.post(path, json={"seconds": seconds})
        assert (answer.status_code, list(answer.json["error"]["fields"])) == (400, ["seconds"])


def test_all_are_suspended_for_a_time_and_the_overview_says_until_when(page, queue):
    assert page.post("/api/suspend", json={"seconds": 60}).json == {"idle": 0, "seconds": 60}
    totals = page.get("/api/overview").json["totals"]
    assert totals["suspended"]
    assert 0 < totals["suspended_until"] - page.get("/api/overview").json["now"] <= 61_000
    assert page.post("/api/resume").status_code == 204


def test_who_has_done_something_reads_of_it_in_the_next_answer_though_no_notice_has_come(redis_server, tmp_path, queue):
    with running(redis_server.url, tmp_path, feed="sampling") as client:
        assert not client.get("/api/overview").json["totals"]["suspended"]
        client.post("/api/suspend", json={"seconds": 60})
        assert client.get("/api/overview").json["totals"]["suspended"]
        client.post("/api/resume")
        assert not client.get("/api/overview").json["totals"]["suspended"]


def test_where_may_only_be_looked_at_nothing_is_done(redis, redis_server, tmp_path, queue):
    with running(redis_server.url, tmp_path, own_redis=False) as client:
        for deed in ("hold", "release", "pause", "resume", "empty"):
            answer = client.post(f"/api/queues/mail%2Fhigh/{deed}")
            assert (answer.status_code, answer.json["error"]["code"]) == (403, "look_only")
        assert client.post("/api/suspend").status_code == 403
    assert redis.llen("rq:queue:mail/high") == 3
