"""Every action on what is no job, on broken data, and on a Redis that may only be looked at."""

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import open_door, status
from webapp.actions import jobs
from webapp.actions.door import Actor, Door, Entry
from webapp.config import Config
from webapp.errors import NotFound, Refused, StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


@pytest.mark.parametrize("act", [jobs.cancel, jobs.stop, jobs.requeue, jobs.delete])
def test_an_unknown_job_is_not_found(redis, door, act):
    with pytest.raises(NotFound, match="There is no job 'nowhere'"):
        act(door, "nowhere")
    # Apps of other tests in this process may still prove their feed.
    assert not [key for key in redis.scan_iter("*") if not key.startswith(b"rq:live:probe:")]


@pytest.mark.parametrize("act", [jobs.cancel, jobs.requeue, jobs.delete])
def test_a_key_beside_a_job_is_no_job(redis, door, queue, act):
    parent = queue.enqueue(fixture_jobs.say_hello)
    queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    with pytest.raises(NotFound):
        act(door, f"{parent.id}:dependents")
    assert redis.scard(f"rq:job:{parent.id}:dependents") == 1


def test_a_queue_of_the_wrong_type_changes_nothing(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    redis.delete("rq:queue:default")
    redis.set("rq:queue:default", "a text")
    for act in (jobs.cancel, jobs.delete):
        with pytest.raises(Refused, match="never writes"):
            act(door, job.id)
    assert status(redis, job) == "queued"


def test_a_job_without_a_status_can_be_deleted(redis, door):
    redis.hset("rq:job:half", "description", "half a job")
    with pytest.raises(StateChanged):
        jobs.requeue(door, "half")
    jobs.delete(door, "half")
    assert not redis.exists("rq:job:half")


@pytest.mark.parametrize("act", [jobs.cancel, jobs.stop, jobs.requeue, jobs.delete])
def test_look_only_refuses_every_action_and_writes_nothing(redis, queue, act):
    looking = Door(redis, Config(redis_url="redis://theirs"), Actor("ada", ""))
    job = queue.enqueue(fixture_jobs.say_hello)
    before = {key: redis.dump(key) for key in redis.scan_iter()}
    with pytest.raises(Refused) as refused:
        act(looking, job.id, "queued")
    assert refused.value.code == "look_only"
    assert refused.value.fix == "Start with RQLIVE_WRITE=1 to allow actions."
    assert {key: redis.dump(key) for key in redis.scan_iter()} == before


def test_activity_is_capped(redis, door, monkeypatch):
    monkeypatch.setattr(_keys, "ACTIVITY_MAX", 10)
    for _ in range(400):
        door._record("cancel", Entry("x"), "done")
    assert redis.xlen(_keys.ACTIVITY) < 250
