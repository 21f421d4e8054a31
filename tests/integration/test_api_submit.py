"""POST /api/jobs, the actions on a job and GET /api/job-types: what they answer, and every bad input a 4xx."""

import json
import socket
import threading
from contextlib import contextmanager

import pytest
from rq import Queue
from rq.defaults import DEFAULT_FAILURE_TTL

from jobs import _keys
from tests import fixture_jobs
from tests.support import eventually
from webapp import create_app
from webapp.api import bodies
from webapp.config import Config

ADD = {
    "name": "add",
    "title": "Add",
    "func": "tests.fixture_jobs.add",
    "schema": {
        "type": "object",
        "properties": {
            "a": {"type": "integer", "maximum": 1000},
            "b": {"type": "integer", "default": 1},
            "note": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["a"],
        "additionalProperties": False,
    },
    "hosts": [socket.gethostname()],
}


@contextmanager
def running(url, folder, **settings):
    """An app in this process, and its threads ended."""
    before = set(threading.enumerate())
    app = create_app(Config(redis_url=url, own_redis=True, files=str(folder), **settings))
    yield app.test_client()
    app.extensions["live"].close()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    app.extensions["connections"].close()


@pytest.fixture(scope="module")
def shared_client(redis_server, tmp_path_factory):
    with running(redis_server.url, tmp_path_factory.mktemp("files")) as client:
        yield client


@pytest.fixture
def client(redis, shared_client):
    redis.hset(_keys.CATALOG, "add", json.dumps(ADD))
    return shared_client


def error(answer):
    assert answer.status_code >= 400
    found = answer.json["error"]
    assert set(found) == {"code", "message", "fix", "fields"}
    assert found["message"]
    assert found["fix"]
    return found


# submit


def test_a_submitted_job_answers_201_with_its_place(client, redis):
    answer = client.post("/api/jobs", json={"type": "add", "args": {"a": 2, "b": 3}})
    assert answer.status_code == 201
    job = answer.json["job"]
    assert answer.headers["Location"] == f"/api/jobs/{job['id']}"
    assert (job["status"], job["type"], job["queue"], job["actor"]) == ("queued", "add", "default", "anyone")
    assert client.get(answer.headers["Location"]).json["job"]["id"] == job["id"]


def test_the_same_id_again_answers_200_with_that_job(client, redis):
    body = {"type": "add", "args": {"a": 2}, "id": "order-17"}
    first, second = client.post("/api/jobs", json=body), client.post("/api/jobs", json=body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["job"]["id"] == second.json["job"]["id"] == "order-17"
    assert redis.llen("rq:queue:default") == 1


def test_a_job_for_later_is_scheduled(client, redis):
    answer = client.post("/api/jobs", json={"type": "add", "args": {"a": 2}, "in": 3600, "retry": {"max": 2}})
    assert answer.json["job"]["status"] == "scheduled"
    assert answer.json["job"]["run_at"] > answer.json["job"]["created_at"] + 3_599_000
    assert answer.json["job"]["retries_left"] == 2


def test_run_again_answers_201_with_the_new_job(client, redis):
    first = Queue("default", connection=redis).enqueue(fixture_jobs.add, 1, 2)
    answer = client.post("/api/jobs", json={"again": first.id})
    assert answer.status_code == 201
    assert answer.json["job"]["id"] != first.id
    assert answer.json["job"]["arguments"] == {"positional": [1, 2], "named": {}}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"type": "add"}, {"a"}),
        ({"type": "add", "args": {"a": "2", "c": 1}}, {"a", "c"}),
        ({"type": "add", "args": {"a": 1001}}, {"a"}),
        ({"type": "add", "args": [1]}, {"args"}),
        ({"type": "nope", "args": {}}, {"type"}),
        ({}, {"type"}),
        ({"type": "add", "args": {"a": 1}, "queue": "defualt"}, {"queue"}),
        ({"type": "add", "args": {"a": 1}, "quue": "x", "when": 1}, {"quue", "when"}),
        ({"type": "add", "args": {"a": 1}, "timeout": 0, "id": "a b"}, {"timeout", "id"}),
        ({"again": 5}, {"again"}),
        ({"again": "x", "timeout": 5}, {"timeout"}),
        ({"again": "x", "id": "a b"}, {"id"}),
    ],
)
def test_what_is_wrong_is_named_field_by_field(client, redis, body, fields):
    answer = client.post("/api/jobs", json=body)
    assert answer.status_code == 400
    assert set(error(answer)["fields"]) == fields
    assert not redis.exists("rq:queues")


def test_run_again_of_no_job_is_404(client):
    assert client.post("/api/jobs", json={"again": "nowhere"}).status_code == 404


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe{}",
        b"[]",
        b'"text"',
        b"null",
        b"5",
        b'{"type": "add", "args": {"a": NaN}}',
        b'{"type": "add", "args": {"a": Infinity}}',
        b'{"type": "add", "args": {"a": 1e999}}',
        b'{"type": "add", "args": {"a": 9223372036854775808}}',
        b'{"type": "add", "args": {"a": ' + b"9" * 10_000 + b"}}",
        b'{"type": "add", "args": {"note": ["\\ud800"]}}',
        b'{"type": "\\udfff"}',
        b'{"type": "add", "args": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"type": "add", "args": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b'{"type": "add", "args": {"a": 1}} trailing',
        b'{"type": "add", "args": {"a": 1}',
    ],
)
def test_a_body_that_is_no_plain_json_object_is_400(client, redis, raw):
    answer = client.post("/api/jobs", data=raw, content_type="application/json")
    assert answer.status_code == 400
    error(answer)
    assert not redis.exists("rq:queues")


def test_a_body_beyond_the_limit_is_413_and_says_which_setting(redis, redis_server, tmp_path):
    with running(redis_server.url, tmp_path, body_max_kb=1) as client:
        answer = client.post("/api/jobs", json={"type": "x" * 2000})
    assert answer.status_code == 413
    assert "RQLIVE_BODY_MAX_KB" in error(answer)["fix"]


def test_depth_is_counted_not_guessed():
    assert bodies.parse(b"[" * 20 + b"]" * 20) is not None
    with pytest.raises(bodies.BadInput):
        bodies.parse(b"[" * 21 + b"1" + b"]" * 21)


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain"])
def test_a_body_that_is_not_json_is_415(client, kind):
    answer = client.post("/api/jobs", data=b"{}", content_type=kind)
    assert answer.status_code == 415
    assert "application/json" in error(answer)["fix"]


def test_unicode_survives(client, redis):
    answer = client.post("/api/jobs", json={"type": "add", "args": {"a": 1, "note": ["매출 😀 \u0000"]}})
    assert answer.json["job"]["arguments"]["named"]["note"] == ["매출 😀 \u0000"]


# actions


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def test_cancel_answers_with_the_canceled_job(client, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    answer = client.post(f"/api/jobs/{job.id}/cancel", json={"status": "queued"})
    assert answer.status_code == 200
    assert answer.json["job"]["status"] == "canceled"


def test_stop_says_how_many_heard_it(client, redis, queue, worker_process):
    worker_process("default")
    job = queue.enqueue(fixture_jobs.sleep_for, 60)
    eventually(lambda: job.get_status() == "started")
    answer = client.post(f"/api/jobs/{job.id}/stop", json={"status": "started"})
    assert (answer.status_code, answer.json["heard"]) == (200, 1)
    eventually(lambda: client.get(f"/api/jobs/{job.id}").json["job"]["status"] == "stopped")


def test_requeue_answers_with_the_queued_job(client, redis, queue, worker_process):
    job = queue.enqueue(fixture_jobs.div_by_zero)
    worker_process("default", burst=True)
    assert 0 < redis.ttl(f"rq:job:{job.id}") <= DEFAULT_FAILURE_TTL
    answer = client.post(f"/api/jobs/{job.id}/requeue")
    assert answer.json["job"]["status"] == "queued"
    assert answer.json["job"]["expires_at"] is None


def test_delete_answers_204_and_then_404(client, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    assert client.delete(f"/api/jobs/{job.id}", json={"status": "queued"}).status_code == 204
    assert client.delete(f"/api/jobs/{job.id}").status_code == 404
    assert client.get(f"/api/jobs/{job.id}").status_code == 404


def test_a_button_of_another_time_is_409_and_names_the_status_now(client, redis, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    redis.hset(f"rq:job:{job.id}", "status", "started")
    for method, path in (("POST", "/cancel"), ("POST", "/requeue"), ("DELETE", "")):
        answer = client.open(f"/api/jobs/{job.id}{path}", method=method, json={"status": "queued"})
        assert answer.status_code == 409
        assert error(answer)["code"] == "state_changed"
        assert "started" in error(answer)["message"]


@pytest.mark.parametrize("body", [{"status": 5}, {"status": ""}, {"state": "queued"}, [], {"status": "x" * 65}])
def test_a_crooked_action_body_is_400(client, queue, body):
    job = queue.enqueue(fixture_jobs.nothing)
    answer = client.post(f"/api/jobs/{job.id}/cancel", json=body)
    assert answer.status_code == 400
    assert job.get_status() == "queued"


@pytest.mark.parametrize("job_id", ["nowhere", "a%00b", "%F0%9F%98%80", "x" * 3000, "a:b", "..", "%2e%2e"])
@pytest.mark.parametrize(
    ("method", "verb"), [("POST", "/cancel"), ("POST", "/stop"), ("POST", "/requeue"), ("DELETE", "")]
)
def test_an_odd_id_is_404(client, job_id, method, verb):
    assert client.open(f"/api/jobs/{job_id}{verb}", method=method).status_code in (404, 405)


@pytest.mark.parametrize("verb", ["cancel", "stop", "requeue"])
def test_an_action_is_never_a_get(client, queue, verb):
    job = queue.enqueue(fixture_jobs.nothing)
    assert client.get(f"/api/jobs/{job.id}/{verb}").status_code == 405
    assert job.get_status() == "queued"


def test_an_action_of_another_site_does_nothing(client, redis, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    before = {key: redis.dump(key) for key in redis.scan_iter()}
    attack = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/api/jobs/{job.id}/cancel", headers=attack).status_code == 403
    assert client.delete(f"/api/jobs/{job.id}", headers=attack).status_code == 403
    assert client.post("/api/jobs", json={"again": job.id}, headers=attack).status_code == 403
    assert client.post("/api/uploads?name=x", headers=attack).status_code == 403
    assert {key: redis.dump(key) for key in redis.scan_iter()} == before


def test_redis_away_is_503_with_a_next_step(tmp_path):
    with running(f"unix://{tmp_path}/nowhere", tmp_path) as client:
        for path in ("/api/jobs", "/api/jobs/x/cancel"):
            answer = client.post(path, json={"type": "add"} if path == "/api/jobs" else {})
            assert answer.status_code == 503
            assert error(answer)["code"] == "redis_away"


def test_a_redis_user_that_may_not_write_is_a_403_that_says_so(redis, redis_server, tmp_path, queue):
    redis.acl_setuser("looker", enabled=True, nopass=True, keys=["*"], channels=["*"], categories=["+@all", "-@write"])
    job = queue.enqueue(fixture_jobs.nothing)
    url = redis_server.url.replace("unix://", "unix://looker:x@")
    with running(url, tmp_path) as client:
        answer = client.post(f"/api/jobs/{job.id}/cancel")
    redis.acl_deluser("looker")
    assert answer.status_code == 403
    assert "may write" in error(answer)["fix"]


# job types


def test_job_types_tell_who_listens_and_who_has_the_code(client, redis, worker_process):
    def counts():
        (found,) = client.get("/api/job-types").json["job_types"]
        return found["listening"], found["has_code"]

    assert counts() == (0, 0)
    worker = worker_process("high", "default")
    assert counts() == (1, 1)
    redis.hset(_keys.CATALOG, "add", json.dumps(ADD | {"hosts": ["elsewhere"]}))
    assert counts() == (1, 0)
    redis.hset(_keys.CATALOG, "add", json.dumps(ADD | {"queue": "low"}))
    assert counts() == (0, 0)
    redis.hset(_keys.CATALOG, "add", json.dumps(ADD))
    worker.kill()
    eventually(lambda: counts() == (0, 0))


def test_a_live_scheduler_is_counted_once(client, redis, worker_process):
    assert client.get("/api/job-types").json["schedulers"] == 0
    worker_process("high", "default", with_scheduler=True)
    eventually(lambda: client.get("/api/job-types").json["schedulers"] == 1)


def test_a_broken_job_type_is_listed_with_its_error(client, redis):
    entries = {
        "broken": json.dumps({"name": "broken", "error": "ImportError: no duckdb", "schema": None}),
        "newer": json.dumps(ADD | {"schema_version": 2}),
        "corrupt": b"\x00\xff",
        "odd\xff": b"[]",
    }
    redis.hset(_keys.CATALOG, mapping=entries)
    found = {entry["name"]: entry for entry in client.get("/api/job-types").json["job_types"]}
    assert found["add"]["error"] is None
    assert found["broken"]["error"] == "ImportError: no duckdb"
    assert "newer version" in found["newer"]["error"]
    assert "cannot be read" in found["corrupt"]["error"]
    assert set(found["corrupt"]) == set(found["add"])


def test_an_empty_catalog_is_an_empty_list(client, redis):
    redis.delete(_keys.CATALOG)
    answer = client.get("/api/job-types").json
    assert answer["job_types"] == []
    assert answer["now"] > 1_700_000_000_000
