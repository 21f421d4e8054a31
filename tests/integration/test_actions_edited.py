"""Run again with edited arguments: only where every argument survives it, and with the rest of the job as it was."""

import json
from datetime import UTC, datetime

import pytest
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_process import error, running
from tests.in_redis import open_door, stored
from webapp import plain
from webapp.actions import run_again
from webapp.errors import BadInput, StateChanged

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a"]}


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def test_named_arguments_are_edited_and_run(redis, door, queue, worker_process):
    first = queue.enqueue(fixture_jobs.add, a=1, b=2, job_timeout=77, result_ttl=99)
    again = run_again.run_again(door, first.id, args={"a": 40, "b": 2}).job_id
    before, after = stored(redis, first.id), stored(redis, again)
    assert (after["timeout"], after["result_ttl"], after["origin"]) == (b"77", b"99", b"default")
    assert after["description"] == b"tests.fixture_jobs.add(a=40, b=2)"
    assert json.loads(after["live_submitted"])["again_of"] == first.id
    assert stored(redis, first.id) == before
    worker_process("default", burst=True)
    assert Job.fetch(again, redis).return_value() == 42


def test_positional_arguments_stay_or_are_given_as_a_list(redis, door, queue, worker_process):
    first = queue.enqueue(fixture_jobs.add, 1, b=2)
    named = run_again.run_again(door, first.id, args={"b": 5}).job_id
    both = run_again.run_again(door, first.id, args={"b": 5}, positional=[7]).job_id
    with pytest.raises(BadInput):
        run_again.run_again(door, first.id, args={"b": 5}, positional=[7, 8])
    worker_process("default", burst=True)
    assert [Job.fetch(job, redis).return_value() for job in (named, both)] == [6, 12]


def test_what_a_browser_writes_otherwise_stays_as_it_was(redis, door, queue):
    first = queue.enqueue("elsewhere.run", share=1.0, nested={"list": [1.0, True]}, keep=2)
    again = run_again.run_again(door, first.id, args={"share": 1, "nested": {"list": [1, True]}, "keep": 3}).job_id
    call = plain.call(stored(redis, again)["data"])
    assert repr(call.kwargs) == "{'share': 1.0, 'nested': {'list': [1.0, True]}, 'keep': 3}"


def test_a_json_payload_stays_one(redis, door):
    queue = Queue("default", connection=redis, serializer=JSONSerializer)
    first = queue.enqueue("elsewhere.run", 1, b=2)
    again = run_again.run_again(door, first.id, args={"b": "x"}).job_id
    found = Job.fetch(again, redis, serializer=JSONSerializer)
    assert (list(found.args), found.kwargs) == ([1], {"b": "x"})


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        {1, 2},
        b"bytes",
        datetime(2026, 2, 28, 9, 30, tzinfo=UTC),
        {1: 2},
        2**60,
        float("inf"),
        "\ud800",
        [[(1,)]],
        Queue,
    ],
    ids=repr,
)
def test_what_json_has_no_word_for_is_not_edited(redis, door, queue, value):
    job = raw_jobs.write(redis, status="finished", data=raw_jobs.payload("elsewhere.run", kwargs={"a": value}))
    with pytest.raises(StateChanged) as refused:
        run_again.run_again(door, job, args={"a": 1})
    assert refused.value.code == "not_editable"
    assert run_again.run_again(door, job).created, "its own arguments are copied, never read"


def test_a_job_type_checks_them(redis, door, queue):
    entry = {"name": "add", "title": "Add", "func": "tests.fixture_jobs.add", "schema": SCHEMA}
    redis.hset(_keys.CATALOG, "add", json.dumps(entry))
    first = queue.enqueue(fixture_jobs.add, a=1, b=2)
    with pytest.raises(BadInput) as refused:
        run_again.run_again(door, first.id, args={"a": "one"})
    assert set(refused.value.fields) == {"a"}
    assert run_again.run_again(door, first.id, args={"a": 3}).created


def test_over_http(redis, redis_server, queue, tmp_path):
    first = queue.enqueue(fixture_jobs.add, a=1, b=2)
    odd = queue.enqueue(fixture_jobs.say_hello, {1, 2})
    with running(redis_server.url, tmp_path) as client:
        told = {job.id: client.get(f"/api/jobs/{job.id}").json["job"]["args_editable"] for job in (first, odd)}
        assert told == {first.id: True, odd.id: False}
        answer = client.post(f"/api/jobs/{first.id}/run_again", json={"args": {"a": 5, "b": 6}, "id": "mine"})
        assert (answer.status_code, answer.json["job"]["arguments"]["named"]) == (201, {"a": 5, "b": 6})
        assert answer.headers["Location"] == "/api/jobs/mine"
        assert client.post(f"/api/jobs/{first.id}/run_again", json={"id": "mine"}).status_code == 200
        assert error(client.post(f"/api/jobs/{odd.id}/run_again", json={"args": {}}))["code"] == "not_editable"
        assert client.post(f"/api/jobs/{odd.id}/run_again").status_code == 201
        for body in ({"args": 5}, {"args": [1]}, {"id": "a b"}, {"positional": {}}):
            assert client.post(f"/api/jobs/{first.id}/run_again", json=body).status_code == 400, body
