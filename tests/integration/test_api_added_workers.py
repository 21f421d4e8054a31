"""Adding workers over HTTP where nobody supervises, and what the boards tell of those that are there."""

import json

from jobs import _keys
from tests.in_process import error

SUPERVISOR = "a" * 12
WORKER = f"{SUPERVISOR}-000001"


def test_without_make_run_the_answer_is_the_command_with_these_queues(client):
    answer = client.post("/api/workers", json={"queues": ["mail", "two words"], "count": 2})
    assert (answer.status_code, error(answer)["code"]) == (400, "bad_input")
    answer = client.post("/api/workers", json={"queues": ["mail", "$(id)"]})
    assert (answer.status_code, error(answer)["code"]) == (403, "no_supervisor")
    assert error(answer)["fix"].endswith("mail '$(id)'")
    for count in (0, 17, True, "2"):
        assert client.post("/api/workers", json={"count": count}).status_code == 400


def test_an_added_worker_is_told_of_and_is_asked_to_end(client, redis):
    redis.hset(_keys.SUPERVISORS, SUPERVISOR, json.dumps({"server": "web-a:8000", "at": 9 * 10**15}))
    value = {"state": "running", "queues": ["mail"], "worker": "w1", "pid": 7, "started_at": 1}
    redis.hset(_keys.added(SUPERVISOR), WORKER, json.dumps(value))
    redis.xadd(_keys.output(WORKER), {"line": "hello"})
    told = client.get("/api/boards/added").json["value"]
    assert told["workers"][0] | value == told["workers"][0]
    assert (told["workers"][0]["server"], told["workers"][0]["alive"]) == ("web-a:8000", True)
    assert client.get(f"/api/boards/output/{WORKER}").json["value"]["lines"][0]["text"] == "hello"
    assert client.post(f"/api/added-workers/{WORKER}/kill").status_code == 202
    assert json.loads(redis.lpop(_keys.added_asked(SUPERVISOR))) == {"do": "kill", "id": WORKER}
    assert client.post(f"/api/added-workers/{SUPERVISOR}-ffffff/end").status_code == 404
    assert client.get("/api/boards/output/nobody").status_code == 404


def test_what_is_none_of_ours_in_these_keys_breaks_nothing(client, redis):
    redis.hset(_keys.SUPERVISORS, mapping={SUPERVISOR: "[]", "b": "{", "c": '{"at": "x", "server": 5}'})
    redis.hset(_keys.added(SUPERVISOR), mapping={"x": '{"state": ["?"], "started_at": "no", "queues": 3}', "y": "null"})
    redis.set(_keys.added("b"), "a text")
    assert client.get("/api/boards/added").status_code == 200
