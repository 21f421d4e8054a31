"""Hold and release of a queue: order and count are kept, whoever comes in between, and wherever it ends."""

import pytest
from rq import Queue
from rq.job import Job

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import open_door
from tests.support import eventually
from webapp.actions import jobs, queue_keys, queues
from webapp.actions.door import Actor, Door
from webapp.config import Config
from webapp.errors import NotFound, Refused, StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("mail", connection=redis)


def enqueue(queue: Queue, count: int) -> list[bytes]:
    return [queue.enqueue(fixture_jobs.nothing).id.encode() for _ in range(count)]


def listed(redis, key: str) -> list[bytes]:
    return redis.lrange(key, 0, -1)


def test_what_waits_is_held_in_its_order_and_waits_again_before_the_others(redis, door, queue):
    first = enqueue(queue, 3)
    assert queues.hold(door, "mail") == 3
    second = enqueue(queue, 2)
    assert listed(redis, _keys.held("mail")) == first
    assert listed(redis, "rq:queue:mail") == second
    assert redis.hget(_keys.hold("mail"), "by") == b"ada"
    assert queues.release(door, "mail") == {"released": 3, "let_go": 0, "left": 0}
    assert listed(redis, "rq:queue:mail") == first + second
    assert not redis.exists(_keys.held("mail"), _keys.hold("mail"), _keys.ASIDE)


def test_a_second_hold_stands_behind_the_first(redis, door, queue):
    first = enqueue(queue, 2)
    queues.hold(door, "mail")
    second = enqueue(queue, 2)
    assert queues.hold(door, "mail") == 2
    queues.release(door, "mail")
    assert listed(redis, "rq:queue:mail") == first + second


def test_very_many_keep_their_order_too(redis, door, queue, monkeypatch):
    monkeypatch.setattr(queue_keys, "LOOKED_AT", 7)
    monkeypatch.setattr(queue_keys, "STEP", 5)
    first = enqueue(queue, 18)
    queues.hold(door, "mail")
    second = enqueue(queue, 13)
    assert queues.hold(door, "mail") == 13
    assert queues.release(door, "mail")["released"] == 31
    assert listed(redis, "rq:queue:mail") == first + second


def test_what_is_no_longer_queued_is_let_go(redis, door, queue):
    kept, canceled, deleted = (queue.enqueue(fixture_jobs.nothing) for _ in range(3))
    queues.hold(door, "mail")
    Job.fetch(canceled.id, connection=redis).cancel()
    Job.fetch(deleted.id, connection=redis).delete()
    assert queues.release(door, "mail") == {"released": 1, "let_go": 2, "left": 0}
    assert listed(redis, "rq:queue:mail") == [kept.id.encode()]


def test_a_held_job_that_is_canceled_here_leaves_the_list_at_once(redis, door, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    queues.hold(door, "mail")
    jobs.cancel(door, job.id)
    assert redis.hget(f"rq:job:{job.id}", "status") == b"canceled"
    assert not listed(redis, _keys.held("mail"))


def test_a_held_job_that_is_released_alone_waits_first_and_the_last_leaves_nothing_behind(redis, door, queue):
    first, second = enqueue(queue, 2)
    for one in (first, second):
        jobs.hold(door, one.decode())
    assert redis.smembers(_keys.ASIDE) == {b"mail"}
    jobs.release(door, second.decode())
    jobs.release(door, first.decode())
    assert listed(redis, "rq:queue:mail") == [first, second]
    assert not redis.exists(_keys.held("mail"), _keys.hold("mail"), _keys.ASIDE)


def test_new_jobs_still_start(redis, door, queue, worker_process):
    held = enqueue(queue, 2)
    queues.hold(door, "mail")
    worker_process("mail")
    new = queue.enqueue(fixture_jobs.nothing)
    eventually(lambda: redis.hget(f"rq:job:{new.id}", "status") == b"finished")
    assert listed(redis, _keys.held("mail")) == held
    queues.release(door, "mail")
    eventually(lambda: all(redis.hget(b"rq:job:" + one, "status") == b"finished" for one in held))


def test_nothing_to_hold_or_release_is_refused(redis, door):
    with pytest.raises(StateChanged, match="No job waits in 'mail'"):
        queues.hold(door, "mail")
    with pytest.raises(StateChanged, match="No job of 'mail' is held"):
        queues.release(door, "mail")


def test_a_release_that_ended_half_way_is_finished_by_the_operations_process(redis, door, queue, operations_process):
    ids = enqueue(queue, 20)
    queues.hold(door, "mail")
    # What a web process leaves that was killed after its first step.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue_keys, "LOOKED_AT", 5)
        queues.release_some(redis, "mail", "ada")
    assert len(listed(redis, _keys.held("mail"))) == 15
    operations_process(env={"RQLIVE_WRITE": 1})
    eventually(lambda: listed(redis, "rq:queue:mail") == ids, 15)


def test_a_queue_is_deleted_only_when_nothing_is_left_of_it(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.div_by_zero)
    with pytest.raises(StateChanged, match="jobs wait in it"):
        queues.delete(door, "mail")
    queues.hold(door, "mail")
    with pytest.raises(StateChanged, match="jobs of it are held"):
        queues.delete(door, "mail")
    queues.release(door, "mail")
    worker = worker_process("mail")
    eventually(lambda: redis.hget(f"rq:job:{job.id}", "status") == b"failed")
    with pytest.raises(StateChanged, match="jobs of it are failed"):
        queues.delete(door, "mail")
    jobs.delete(door, job.id)
    with pytest.raises(StateChanged, match="a worker listens"):
        queues.delete(door, "mail")
    worker.stop()
    canceled = queue.enqueue(fixture_jobs.nothing)
    canceled.cancel()
    with pytest.raises(StateChanged, match="jobs of it are canceled") as refused:
        queues.delete(door, "mail")
    assert "until somebody does" in refused.value.fix, "RQ never lets go of them by itself"
    jobs.delete(door, canceled.id)
    queues.delete(door, "mail")
    assert not [key for key in redis.scan_iter("*mail*") if b"clean" not in key]
    assert b"rq:queue:mail" not in redis.smembers("rq:queues")
    with pytest.raises(NotFound):
        queues.delete(door, "mail")


def test_all_workers_are_suspended_and_resumed(redis, door):
    queues.suspend(door, 60)
    assert 0 < redis.ttl("rq:suspended") <= 60
    queues.suspend(door)
    assert redis.ttl("rq:suspended") == -1
    queues.resume_all(door)
    with pytest.raises(StateChanged, match="not suspended"):
        queues.resume_all(door)


@pytest.mark.parametrize("deed", [queues.hold, queues.release, queues.pause, queues.resume, queues.delete])
def test_a_redis_to_look_at_is_not_written(redis, queue, deed):
    enqueue(queue, 1)
    keys = sorted(redis.scan_iter("*"))
    door = Door(redis, Config(redis_url="redis://given"), Actor("ada", "127.0.0.1"))
    with pytest.raises(Refused) as refusal:
        deed(door, "mail")
    assert refusal.value.code == "look_only"
    assert sorted(redis.scan_iter("*")) == keys
