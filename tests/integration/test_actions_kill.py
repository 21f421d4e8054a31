"""When a kill is published and when not, by what 2.12 and 3.0 write; a listener stands where a worker would."""

import json

import pytest

from jobs import _keys
from tests import raw_jobs
from tests.in_redis import open_door
from webapp.actions import jobs, workers
from webapp.errors import StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.mark.parametrize("first", ["kill", "stop"])
def test_a_second_operator_who_kills_the_same_run_is_refused_since_it_could_hit_the_next(redis, door, first):
    raw_jobs.worker(redis, "w", state="busy", current_job="j")
    redis.hset("rq:job:j", mapping={"status": "started", "worker_name": "w"})
    listener = redis.pubsub()
    listener.subscribe("rq:pubsub:w")
    listener.get_message(timeout=1)
    assert (workers.kill(door, "w", "j") if first == "kill" else jobs.stop(door, "j")) == 1
    with pytest.raises(StateChanged) as refused:
        workers.kill(door, "w", "j")
    assert refused.value.code == "told"
    assert 0 < redis.ttl(_keys.told_to_end("w")) <= 5
    assert listener.get_message(timeout=1)
    assert not listener.get_message(timeout=0.05)
    listener.close()


def test_a_worker_of_rq_2_is_asked_only_where_its_hash_names_the_job(redis, door):
    """2.12 has no set of executions: `current_job` says what runs."""
    raw_jobs.worker(redis, "old", state="busy", current_job="this")
    redis.hset("rq:job:this", "status", "started")
    listener = redis.pubsub()
    listener.subscribe("rq:pubsub:old")
    listener.get_message(timeout=1)
    with pytest.raises(StateChanged, match="another job by now: this"):
        workers.kill(door, "old", "that")
    assert workers.kill(door, "old", "this") == 1
    assert json.loads(listener.get_message(timeout=1)["data"]) == {"command": "kill-horse"}
    listener.close()


def test_a_worker_of_rq_2_between_two_writes_is_known_by_the_execution(redis, door):
    raw_jobs.worker(redis, "old", state="busy")
    redis.hset("rq:job:this", "status", "started")
    redis.zadd("rq:executions:this", {"e1": 9e9})
    redis.hset("rq:execution:this:e1", "worker_name", "old")
    with pytest.raises(StateChanged) as refused:
        workers.kill(door, "old", "this")
    assert refused.value.code == "not_heard"
    redis.hset("rq:execution:this:e1", "worker_name", "another")
    with pytest.raises(StateChanged, match="does not run 'this' any more"):
        workers.kill(door, "old", "this")


def test_a_run_that_has_just_begun_is_not_killed_since_the_worker_could_be(redis, door):
    raw_jobs.worker(redis, "w", state="busy", current_job="j")
    redis.hset("rq:job:j", "status", "started")
    redis.zadd("rq:executions:j", {"e1": 9e9})
    for ago, refused in ((0, "young"), (1, "young"), (3, "not_heard"), (-60, "not_heard")):
        redis.hset("rq:execution:j:e1", mapping={"worker_name": "w", "created_at": redis.time()[0] - ago})
        with pytest.raises(StateChanged) as error:
            workers.kill(door, "w", "j")
        assert error.value.code == refused, ago
