"""The queue class with which a pause is exact: its workers take nothing of a paused queue, whoever pauses it."""

import time

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from tests.support import eventually

CLASS = ("--queue-class", "jobs._pausable.PausableQueue")


@pytest.fixture
def queue(redis):
    return Queue("mail", connection=redis)


def status(redis, job) -> bytes:
    return redis.hget(f"rq:job:{job.id}", "status")


def test_a_job_that_comes_to_a_worker_that_waits_is_parked_and_none_runs(redis, queue, worker_process):
    worker = worker_process("mail", options=CLASS)
    redis.sadd(_keys.PAUSED, "mail")
    first, second = (queue.enqueue(fixture_jobs.nothing) for _ in range(2))
    eventually(lambda: redis.lrange(_keys.parked("mail"), 0, -1) == [first.id.encode()])
    time.sleep(0.2)
    assert status(redis, first) == status(redis, second) == b"queued"
    assert not redis.exists("rq:queue:mail:intermediate")
    redis.srem(_keys.PAUSED, "mail")
    eventually(lambda: status(redis, second) == b"finished")
    worker.stop()


def test_a_worker_of_several_queues_serves_those_that_are_not_paused(redis, queue, worker_process):
    redis.sadd(_keys.PAUSED, "mail")
    worker_process("mail", "other", options=CLASS)
    waits = queue.enqueue(fixture_jobs.nothing)
    runs = Queue("other", connection=redis).enqueue(fixture_jobs.nothing)
    eventually(lambda: status(redis, runs) == b"finished")
    assert status(redis, waits) == b"queued"
    # RQ would fail a job that it finds in this list after a minute.
    assert not redis.exists("rq:queue:other:intermediate")
    redis.srem(_keys.PAUSED, "mail")
    eventually(lambda: status(redis, waits) == b"finished")


def test_a_worker_that_only_takes_what_there_is_ends(redis, queue, worker_process):
    redis.sadd(_keys.PAUSED, "mail")
    job = queue.enqueue(fixture_jobs.nothing)
    worker_process("mail", burst=True, options=CLASS)
    assert status(redis, job) == b"queued"


def test_a_worker_says_that_it_skips_paused_queues(redis, worker_process):
    worker = worker_process("mail", options=CLASS)
    hostname = redis.hget(f"rq:worker:{worker.name}", "hostname").decode()
    assert redis.zscore(_keys.PAUSABLE, f"{hostname}:{worker.pid}")


def test_a_redis_that_refuses_makes_an_ordinary_worker(redis, queue, worker_process):
    redis.set(_keys.PAUSED, "no set")
    job = queue.enqueue(fixture_jobs.nothing)
    worker_process("mail", burst=True, options=CLASS)
    assert status(redis, job) == b"finished"
