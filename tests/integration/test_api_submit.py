"""POST /api/jobs: what it answers, and every bad input a 4xx that names what is wrong."""

import json

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from tests.in_process import error, running
from webapp.api import bodies

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
    "hosts": [],
}


@pytest.fixture
def client(redis, shared_client):
    redis.hset(_keys.CATALOG, "add", json.dumps(ADD))
    return shared_client


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
    assert (first.json["created"], second.json["created"]) == (True, False)
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
        ({"type": "add", "args": {"a": 1}, "after": ["nope"]}, {"after"}),
        ({"type": "add", "args": {"a": 1}, "unique": True, "repeat": 0}, {"id", "repeat"}),
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
        b'{"type": "add", "args": {"note": [' + b"1," * 200_000 + b"1]}}",
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
