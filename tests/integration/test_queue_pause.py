"""Pausing one queue with stock workers: what waits and what comes is parked, and what slipped is counted."""

import os
import signal

import pytest
import redis as redis_py
from rq import Queue
from rq.job import Job

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import open_door
from tests.support import eventually
from webapp.actions import jobs, queue_keys, queues, scripts
from webapp.errors import NotFound, Refused, StateChanged
from webapp.operations.parkers import NAME, PARKERS


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    queue = Queue("mail", connection=redis)
    redis.sadd("rq:queues", queue.key)
    return queue


@pytest.fixture
def operations(redis, operations_process):
    """Starts an operations process; returns when it can pause a queue."""

    def start():
        before = dict(redis.pubsub_numsub(_keys.PAUSE_BELL))[_keys.PAUSE_BELL.encode()]
        process = operations_process(env={"RQLIVE_WRITE": 1})
        eventually(lambda: dict(redis.pubsub_numsub(_keys.PAUSE_BELL))[_keys.PAUSE_BELL.encode()] > before, 20)
        return process

    return start


def enqueue(queue: Queue, count: int) -> list[bytes]:
    return [queue.enqueue(fixture_jobs.nothing).id.encode() for _ in range(count)]


def at_once(queue: Queue, count: int) -> list[bytes]:
    made = queue.enqueue_many([Queue.prepare_data(fixture_jobs.nothing) for _ in range(count)])
    return [job.id.encode() for job in made]


def parked(redis) -> list[bytes]:
    return redis.lrange(_keys.parked("mail"), 0, -1)


def finished(redis, ids: list[bytes]) -> set[bytes]:
    return {one for one in ids if redis.hget(b"rq:job:" + one, "status") == b"finished"}


def parkers(redis) -> int:
    return sum(client["name"] == NAME for client in redis.client_list())


def test_idle_workers_get_nothing_and_all_runs_in_its_order_after_the_pause(
    redis, door, queue, worker_process, operations
):
    worker_process("mail")
    worker_process("high", "mail")
    operations()
    stands = queues.pause(door, "mail")
    assert (stands["by"], stands["until"], stands["parked"]) == ("ada", None, 0)
    ids = at_once(queue, 25)
    eventually(lambda: parked(redis) == ids)
    ids += enqueue(queue, 5)
    eventually(lambda: parked(redis) == ids)
    assert not redis.exists(_keys.slipped("mail"), "rq:queue:mail")
    assert queues.resume(door, "mail") == {"resumed": 30, "let_go": 0, "left": 0}
    eventually(lambda: finished(redis, ids) == set(ids), 20)
    eventually(lambda: not parkers(redis))
    assert not redis.exists(_keys.ASIDE, _keys.PAUSED, _keys.parked("mail"))


def test_what_slips_is_counted_exactly(redis, door, queue, worker_process, operations):
    """More at once than parkers stand in line: each idle worker takes one."""
    for _ in range(2):
        worker_process("mail")
    operations()
    queues.pause(door, "mail")
    ids = at_once(queue, PARKERS + 100)
    eventually(lambda: len(parked(redis)) + len(finished(redis, ids)) == len(ids))
    slipped = {run.rpartition(b":")[0] for run in eventually(lambda: redis.smembers(_keys.slipped("mail")))}
    assert slipped == eventually(lambda: finished(redis, ids))
    assert slipped.isdisjoint(parked(redis))
    assert len(slipped) <= 2


def test_what_waits_is_parked_and_waits_again_before_the_others(redis, door, queue, operations):
    operations()
    ids = enqueue(queue, 3)
    queues.pause(door, "mail")
    eventually(lambda: parked(redis) == ids)
    assert not redis.exists("rq:queue:mail")
    queues.resume(door, "mail")
    assert redis.lrange("rq:queue:mail", 0, -1) == ids


def test_what_was_canceled_or_deleted_meanwhile_does_not_run(redis, door, queue, operations):
    operations()
    queues.pause(door, "mail")
    kept, here, there, gone = enqueue(queue, 4)
    eventually(lambda: len(parked(redis)) == 4)
    jobs.cancel(door, here.decode())
    assert here not in parked(redis)
    Job.fetch(there.decode(), connection=redis).cancel()
    Job.fetch(gone.decode(), connection=redis).delete()
    assert queues.resume(door, "mail") == {"resumed": 1, "let_go": 2, "left": 0}
    assert redis.lrange("rq:queue:mail", 0, -1) == [kept]


def test_very_many_wait_again_in_their_order_wherever_a_resume_was_broken_off(redis, door, queue, monkeypatch):
    monkeypatch.setattr(queue_keys, "LOOKED_AT", 7)
    monkeypatch.setattr(queue_keys, "STEP", 5)
    ids = enqueue(queue, 40)
    redis.hset(_keys.pause("mail"), mapping={"state": "paused", "until": ""})
    redis.sadd(_keys.ASIDE, "mail")
    queues.settle(redis, "mail", resume=False)
    # Nobody keeps the pause, so that what comes lies in the queue; and somebody has begun to resume it.
    ids += enqueue(queue, 12)
    scripts.run(redis, "queue_settle", queue_keys.settle("mail"), queue_keys.settling("mail", resume=True))
    assert redis.llen(_keys.resuming("mail")) == 7
    assert queues.resume(door, "mail")["left"] == 0
    assert redis.lrange("rq:queue:mail", 0, -1) == ids
    assert not redis.exists(_keys.resuming("mail"), _keys.parked("mail"), _keys.ASIDE)


def test_a_pause_ends_by_itself(redis, door, queue, operations):
    operations()
    ids = enqueue(queue, 3)
    assert queues.pause(door, "mail", 1)["until"]
    eventually(lambda: redis.lrange("rq:queue:mail", 0, -1) == ids and not redis.exists(_keys.pause("mail")))


def test_held_jobs_of_a_paused_queue_are_released_before_the_parked(redis, door, queue, operations):
    operations()
    held = enqueue(queue, 2)
    queues.hold(door, "mail")
    queues.pause(door, "mail")
    came = enqueue(queue, 2)
    eventually(lambda: parked(redis) == came)
    queues.release(door, "mail")
    assert parked(redis) == held + came


def test_another_process_takes_over_from_one_that_was_killed(redis, door, queue, worker_process, operations):
    worker_process("mail")
    first = operations()
    queues.pause(door, "mail")
    ids = enqueue(queue, 20)
    second = operations()
    os.kill(first.pid, signal.SIGKILL)
    ids += enqueue(queue, 20)
    eventually(lambda: redis.hget(_keys.pause("mail"), "away_ms"), 15, "the other has taken over")
    eventually(lambda: parkers(redis) == PARKERS)
    ids += enqueue(queue, 20)
    eventually(lambda: not redis.exists("rq:queue:mail"))
    eventually(lambda: set(parked(redis)) | finished(redis, ids) == set(ids))
    assert len(parked(redis)) == len(set(parked(redis)))
    os.kill(second.pid, signal.SIGKILL)
    # Nobody holds it any more: it can still be resumed, and nothing is lost.
    queues.resume(door, "mail")
    eventually(lambda: finished(redis, ids) == set(ids), 20)
    assert {redis.xlen(b"rq:results:" + one) for one in ids} == {1}, "a job ran twice"


def test_a_resume_that_ended_half_way_is_finished(redis, door, queue, operations):
    ids = enqueue(queue, 4)
    # What is left by a process that was killed between two steps: some parked jobs are back, and the pause is over.
    redis.sadd(_keys.ASIDE, "mail")
    for one in ids[:3]:
        redis.lrem("rq:queue:mail", 0, one)
        redis.rpush(_keys.parked("mail"), one)
    operations()
    eventually(lambda: redis.lrange("rq:queue:mail", 0, -1) == ids, 15)
    eventually(lambda: not redis.exists(_keys.ASIDE))


def test_without_an_operations_process_nothing_is_changed(redis, door, queue):
    ids = enqueue(queue, 2)
    with pytest.raises(StateChanged, match="No operations process"):
        queues.pause(door, "mail")
    assert redis.lrange("rq:queue:mail", 0, -1) == ids
    assert not redis.exists(_keys.pause("mail"), _keys.PAUSED, _keys.ASIDE)


@pytest.mark.parametrize("right", ["client|unblock", "client|list"])
def test_without_the_right_to_send_workers_back_it_says_which_is_missing(redis, redis_server, queue, tmp_path, right):
    enqueue(queue, 1)
    redis.execute_command("ACL", "SETUSER", "poor", "on", ">secret", "~*", "&*", "+@all", f"-{right}")
    poor = redis_server.connection(username="poor", password="secret")
    with pytest.raises(Refused, match=right.replace("|", " ").upper()) as refusal:
        queues.pause(open_door(poor, tmp_path), "mail")
    assert f"+{right}" in refusal.value.fix
    assert not redis.exists(_keys.pause("mail"))
    redis.execute_command("ACL", "DELUSER", "poor")


def test_an_unknown_queue_is_not_paused(redis, door):
    with redis.pubsub() as bell:
        bell.subscribe(_keys.PAUSE_BELL)
        assert eventually(lambda: bell.get_message(timeout=1))
        with pytest.raises(NotFound):
            queues.pause(door, "nowhere")


def test_other_clients_that_wait_are_left_alone(redis, door, queue, redis_server, operations):
    """Only who waits on a host of a worker and looks like one is sent back: here no worker listens."""
    operations()
    enqueue(queue, 1)
    with redis_py.Redis.from_url(redis_server.url) as other:
        pipe = other.connection_pool.get_connection()
        pipe.send_command("BLPOP", "elsewhere", 0)
        queues.pause(door, "mail")
        redis.rpush("elsewhere", "word")
        assert pipe.read_response() == [b"elsewhere", b"word"]
        pipe.disconnect()
