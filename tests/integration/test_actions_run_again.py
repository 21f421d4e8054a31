"""Run again: a new job with the same bytes, under the same limits, never beside a run that may live."""

import io
import json

import pytest
from rq import Callback, Queue, RateLimit

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import empty_trash, open_door, stored
from tests.support import eventually
from webapp import files
from webapp.actions import jobs, run_again, submit
from webapp.actions.options import Options
from webapp.errors import NotFound, StateChanged

SCHEMA = {"schema": {"type": "object", "properties": {"attempt": {"type": "integer"}}}}


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


def test_run_again_makes_a_new_job_with_the_same_bytes(redis, door, worker_process):
    queue = Queue("default", connection=redis)
    first = queue.enqueue(fixture_jobs.say_hello, "you", job_timeout=33, result_ttl=44, failure_ttl=55, meta={"a": 1})
    worker_process("default", burst=True)
    again = run_again.run_again(door, first.id)
    old, new = stored(redis, first.id), stored(redis, again.job_id)
    for field in ("data", "origin", "description", "timeout", "result_ttl", "failure_ttl"):
        assert new[field] == old[field]
    assert "meta" not in new
    assert (new["status"], new["worker_name"], new[_keys.ACTOR_FIELD]) == (b"queued", b"", b"ada")
    assert set(new) - set(old) == {_keys.ACTOR_FIELD, _keys.SUBMITTED_FIELD}
    assert json.loads(new[_keys.SUBMITTED_FIELD])["again_of"] == first.id
    worker_process("default", burst=True)
    assert queue.fetch_job(again.job_id).return_value() == "Hello, you!"
    assert queue.fetch_job(first.id).return_value() == "Hello, you!"


def test_run_again_keeps_the_meta_that_was_given_and_not_what_the_run_wrote(redis, door, worker_process):
    queue, options = Queue("default", connection=redis), Options(meta={"tenant": "acme"})
    redis.hset(
        _keys.CATALOG,
        "report",
        json.dumps({"title": "Report", "func": "tests.fixture_jobs.fail_until_attempt"} | SCHEMA),
    )
    first = submit.enqueue(door, "report", {"attempt": 1}, options).job_id
    worker_process("default", burst=True)
    assert queue.fetch_job(first).meta == {"tenant": "acme", "attempts": 1}
    again = run_again.run_again(door, first).job_id
    third = run_again.run_again(door, again).job_id
    assert queue.fetch_job(again).meta == queue.fetch_job(third).meta == {"tenant": "acme"}
    worker_process("default", burst=True)
    assert queue.fetch_job(third).meta == {"tenant": "acme", "attempts": 1}


def test_run_again_never_reads_the_payload(redis, door):
    """Bytes that no unpickler takes are copied as they are."""
    redis.hset("rq:job:odd", mapping={"status": "failed", "origin": "default", "data": b"\x80\x05bad\xff"})
    again = run_again.run_again(door, "odd")
    assert stored(redis, again.job_id)["data"] == b"\x80\x05bad\xff"


def test_run_again_keeps_callbacks_and_time_to_live(redis, door, worker_process):
    callback = Callback("tests.fixture_jobs.nothing", timeout=7)
    queue = Queue("default", connection=redis)
    first = queue.enqueue(fixture_jobs.say_hello, on_failure=callback, ttl=600)
    jobs.cancel(door, first.id)
    new = run_again.run_again(door, first.id).job_id
    assert stored(redis, new)["failure_callback_name"] == b"tests.fixture_jobs.nothing"
    assert stored(redis, new)["failure_callback_timeout"] == b"7"
    assert 0 < redis.ttl(f"rq:job:{new}") <= 600


def test_run_again_respects_the_rate_limit(redis, door, worker_process):
    queue = Queue("default", connection=redis)
    first = queue.enqueue(fixture_jobs.say_hello, rate_limit=RateLimit(key="api", concurrency=1))
    worker_process("default", burst=True)
    second, third = (run_again.run_again(door, first.id).job_id for _ in range(2))
    assert stored(redis, second)["status"] == b"queued"
    assert stored(redis, third)["status"] == b"rate_limited"
    worker_process("default", burst=True)
    assert {stored(redis, job_id)["status"] for job_id in (second, third)} == {b"finished"}


def test_a_job_that_runs_is_not_run_again(redis, door, worker_process):
    worker_process("default")
    first = Queue("default", connection=redis).enqueue(fixture_jobs.sleep_for, 60)
    eventually(lambda: first.get_status() == "started")
    with pytest.raises(StateChanged, match="second run"):
        run_again.run_again(door, first.id)
    # Also where RQ's own cancel has hidden that it runs.
    first.cancel()
    with pytest.raises(StateChanged) as refused:
        run_again.run_again(door, first.id)
    assert refused.value.code == "may_run"


def test_a_job_that_waits_can_be_submitted_a_second_time(redis, door):
    first = Queue("default", connection=redis).enqueue(fixture_jobs.say_hello)
    assert run_again.run_again(door, first.id).created
    assert redis.llen("rq:queue:default") == 2


def test_run_again_with_an_id_makes_one_job(redis, door):
    first = Queue("default", connection=redis).enqueue(fixture_jobs.say_hello)
    assert [run_again.run_again(door, first.id, "again-1").created for _ in range(2)] == [True, False]
    assert redis.llen("rq:queue:default") == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "failed", "origin": "default"}, "no_payload"),
        ({"status": "failed", "data": b"x"}, "no_queue"),
        ({"data": b"x", "origin": "default"}, "state_changed"),
    ],
)
def test_what_is_left_of_a_job_may_not_be_enough_to_run_it(redis, door, fields, code):
    redis.hset("rq:job:half", mapping=fields)
    with pytest.raises(StateChanged) as refused:
        run_again.run_again(door, "half")
    assert refused.value.code == code


def test_an_unknown_job_is_not_run_again(redis, door):
    with pytest.raises(NotFound):
        run_again.run_again(door, "nowhere")
    assert not redis.exists("rq:queues")


def test_run_again_shares_the_upload(redis, door):
    schema = {"type": "object", "properties": {"file": {"type": "string", "format": "upload"}}}
    redis.hset(_keys.CATALOG, "read", json.dumps({"name": "read", "func": "no_such_module.read", "schema": schema}))
    store = files.store(door.config)
    upload = store.save_upload(io.BytesIO(b"x").read, "sales.csv", 10, 1)
    first = submit.enqueue(door, "read", {"file": upload.reference}, Options()).job_id
    second = run_again.run_again(door, first).job_id
    jobs.delete(door, first)
    empty_trash(door)
    assert store.upload_exists(upload.reference)
    jobs.delete(door, second)
    empty_trash(door)
    assert not store.upload_exists(upload.reference)
