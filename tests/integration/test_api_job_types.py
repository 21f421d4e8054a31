"""GET /api/job-types: what can be submitted, who listens, and broken entries beside whole ones."""

import json
import socket

import pytest

from jobs import _keys
from tests.support import eventually

ADD = {
    "name": "add",
    "title": "Add",
    "func": "tests.fixture_jobs.add",
    "schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
    "hosts": [socket.gethostname()],
}


@pytest.fixture
def client(redis, shared_client):
    redis.hset(_keys.CATALOG, "add", json.dumps(ADD))
    return shared_client


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
