"""What a submission costs: round trips to Redis, counted; and that it answers as if the job had been read again."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from jobs import _keys
from tests.in_process import error, running
from tests.relay import Relay

SEND = {
    "title": "Send",
    "func": "no.such.send",
    "schema": {
        "type": "object",
        "properties": {"to": {"type": "string"}, "n": {"type": "integer"}, "password": {}, "more": {}},
        "required": ["to"],
        "additionalProperties": False,
    },
}


def publish(redis, **more):
    redis.hset(_keys.CATALOG, "send", json.dumps(SEND | more))


@pytest.fixture
def client(redis, shared_client):
    publish(redis)
    return shared_client


def test_a_submission_is_one_round_trip_and_leaves_its_line_of_activity(own_redis_server, tmp_path):
    redis = own_redis_server.connection()
    publish(redis)
    body = {"type": "send", "args": {"to": "ada", "n": 5}}
    # What a process learns every few seconds is learnt before.
    with Relay(tmp_path, own_redis_server.path) as relay, running(relay.url, tmp_path, record=False) as client:
        client.post("/api/jobs", json=body)
        trips = []
        for _ in range(6):
            before = relay.round_trips
            assert client.post("/api/jobs", json=body).status_code == 201
            trips.append(relay.round_trips - before)
    # The watcher's own reads fall in between.
    assert min(trips) == 1
    assert sorted(trips)[2] <= 2
    lines = [line for _, line in redis.xrange(_keys.ACTIVITY)]
    assert len(lines) == 7
    jobs = {job_id for job_id in redis.lrange("rq:queue:default", 0, -1)}
    assert {line[b"job"] for line in lines} == jobs
    assert {(line[b"action"], line[b"outcome"], line[b"queue"]) for line in lines} == {
        (b"enqueue", b"done", b"default")
    }


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"args": {"to": "ada", "n": 2**60, "more": {"a": [1.5, None, True, "\u00e9\U0001f600"]}}},
        {"args": {"to": "ada", "password": "hunter2", "more": "it is hunter2"}},
        {"args": {"to": "x" * 3_000, "more": "password=hunter2"}, "description": "password=hunter2 it is"},
        {"args": {"to": "ada", "more": list(range(45))}, "at_front": True},
        {"in": 3600, "retry": {"max": 3, "interval": [1, 2]}, "meta": {"password": "hunter2", "a": 1}},
        {"after": ["parent"], "timeout": 7, "result_ttl": 8, "failure_ttl": 9, "description": "d"},
        {"ttl": 300, "group": "g", "repeat": {"times": 2, "interval": 5}},
        {"rate_limit": {"key": "k", "concurrency": 1}},
    ],
)
def test_the_answer_is_what_reading_the_job_says(client, redis, options):
    client.post("/api/jobs", json={"type": "send", "args": {"to": "first"}, "id": "parent"})
    body = {"type": "send", "args": {"to": "ada"}} | options
    answer = client.post("/api/jobs", json=body)
    assert answer.status_code == 201
    told, read = answer.json["job"], client.get(answer.headers["Location"]).json["job"]
    assert "hunter2" not in answer.text
    ends = [job.pop("expires_at") for job in (told, read)]
    # Reckoned from what Redis counts down in whole milliseconds.
    assert ends == [None, None] or abs(ends[0] - ends[1]) < 2_000
    if "rate_limit" not in options:
        # It is told as it was written, and not read.
        assert told["queue_info"]["queued"] == redis.llen("rq:queue:default")
    # What is read may be told with an overview of a moment before.
    read["queue_info"]["queued"] = told["queue_info"]["queued"]
    assert told == read


def test_a_type_that_was_published_anew_is_taken_as_it_is_now(client, redis):
    def send(**args):
        return client.post("/api/jobs", json={"type": "send", "args": args})

    assert send(to="ada").status_code == 201
    publish(redis, schema=SEND["schema"] | {"properties": {"to": {"type": "integer"}, "n": {}}})
    assert set(error(send(to="ada"))["fields"]) == {"to"}
    assert send(to=5).status_code == 201, "what was wrong before is right now"
    publish(redis, func="no.such.other")
    assert send(to="ada").json["job"]["func"] == "no.such.other"
    publish(redis, error="ImportError", schema=None)
    assert error(send(to="ada"))["code"] == "broken_type"
    redis.hdel(_keys.CATALOG, "send")
    assert error(send(to="ada"))["code"] == "unknown_type"
    publish(redis)
    assert send(to="ada").status_code == 201


def test_the_same_id_at_once_makes_one_job_and_one_line_that_says_so(client, redis):
    body = {"type": "send", "args": {"to": "ada"}, "id": "once"}
    with ThreadPoolExecutor(4) as pool:
        codes = list(
            pool.map(lambda _: client.application.test_client().post("/api/jobs", json=body).status_code, "1234")
        )
    assert sorted(codes) == [200, 200, 200, 201]
    outcomes = sorted(line[b"outcome"] for _, line in redis.xrange(_keys.ACTIVITY))
    assert outcomes == [b"already there"] * 3 + [b"done"]
