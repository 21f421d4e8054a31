"""A failed run beside a good one: of real runs, of foreign ids, and where no good run is kept."""

import time
from urllib.parse import quote

import pytest
from rq import Queue

from tests import fixture_jobs, raw_jobs


def compare(api, failed: str, good: str | None = None) -> dict:
    name = quote(failed, safe="") + (f":{quote(good, safe='')}" if good else "")
    return api.get(f"/api/boards/compare/{quote(name, safe='')}")["value"]


def test_the_newest_good_run_of_the_same_function_is_found(api, redis, worker_process):
    queue = Queue(connection=redis)
    queue.enqueue(fixture_jobs.fail_until_attempt, 1)
    good = queue.enqueue(fixture_jobs.fail_until_attempt, attempt=1, job_timeout=60, result_ttl=600)
    queue.enqueue(fixture_jobs.add, 1, 2, result_ttl=900)
    bad = queue.enqueue(fixture_jobs.fail_until_attempt, 9)
    worker_process("default", name="w1", burst=True)
    value = compare(api, bad.id)
    assert (value["failed"]["id"], value["good"]["id"], value["why"]) == (bad.id, good.id, None)
    assert (value["failed"]["status"], value["good"]["status"]) == ("failed", "finished")
    assert value["failed"]["arguments"] == {"positional": [9], "named": {}}
    assert value["good"]["arguments"] == {"positional": [], "named": {"attempt": 1}}
    assert (value["failed"]["timeout"], value["good"]["timeout"]) == (180, 60)
    for side in (value["failed"], value["good"]):
        assert (side["worker"], side["queue"], side["attempts_kept"]) == ("w1", "default", 1)
        assert side["wait"] > 0
        assert 0 < side["run"] < 5


def test_a_good_run_may_be_chosen(api, redis):
    failed = raw_jobs.listed(redis, "failed")
    other = raw_jobs.listed(redis, "finished", data=raw_jobs.payload("elsewhere.tasks.other"))
    assert compare(api, failed)["why"] == "none_kept"
    assert compare(api, failed, other)["good"]["func"] == "elsewhere.tasks.other"
    assert compare(api, failed, "gone")["why"] == "gone"


@pytest.mark.parametrize("job_id", ["a:b", "a/b c", "100%25", "시험", "a:b:c/d"])
def test_an_id_may_hold_what_it_likes(api, redis, job_id):
    raw_jobs.listed(redis, "failed", job_id)
    good = raw_jobs.listed(redis, "finished", f"good {job_id}")
    assert compare(api, job_id)["good"]["id"] == good
    assert compare(api, job_id, good)["failed"]["id"] == job_id


def test_why_there_is_no_good_run(api, redis):
    failed = raw_jobs.listed(redis, "failed", result_ttl=60)
    raw_jobs.listed(redis, "finished", data=raw_jobs.payload("elsewhere.tasks.other"))
    raw_jobs.listed(redis, "finished", score=time.time() - 5)
    raw_jobs.listed(redis, "finished", queue="another")
    value = compare(api, failed)
    assert (value["good"], value["why"], value["looked_at"], value["of"]) == (None, "none_kept", 1, 1)
    assert value["result_ttl"] == 60
    unreadable = raw_jobs.listed(redis, "failed", data=b"no payload", description="")
    assert (compare(api, unreadable)["why"], compare(api, unreadable)["result_ttl"]) == ("no_function", 500)
    status, body = api.status("/api/boards/compare/nobody")
    assert (status, body["error"]["code"]) == (404, "not_found")
    assert api.status("/api/boards/compare")[0] == 400


def test_it_looks_at_no_more_than_the_newest_five_hundred(api, redis):
    failed = raw_jobs.listed(redis, "failed")
    raw_jobs.listed(redis, "finished", score=time.time() + 100)
    pipe = redis.pipeline(transaction=False)
    fields = raw_jobs.fields("finished", data=raw_jobs.payload("elsewhere.tasks.other"))
    for number in range(520):
        pipe.hset(f"rq:job:other-{number}", mapping=fields)
        pipe.zadd("rq:finished:default", {f"other-{number}": time.time() + 500})
    pipe.execute()
    value = compare(api, failed)
    assert (value["why"], value["looked_at"], value["of"]) == ("none_kept", 500, 521)
    near = raw_jobs.listed(redis, "finished", score=time.time() + 490)
    redis.zadd("rq:finished:default", {near: time.time() + 900})
    time.sleep(1.01)
    assert compare(api, failed)["good"]["id"] == near
