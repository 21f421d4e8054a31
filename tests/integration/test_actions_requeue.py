"""Requeue: a failed or stopped job runs again under a stock worker, once, and through its rate limit."""

import time

import pytest
from rq import Queue, RateLimit
from rq.job import JobStatus

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import open_door, status, where
from webapp.actions import jobs
from webapp.errors import StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def failed_job(queue, worker_process, **options):
    job = queue.enqueue(fixture_jobs.div_by_zero, **options)
    worker_process(queue.name, burst=True)
    assert job.get_status() == JobStatus.FAILED
    return job


def test_a_failed_job_runs_again_after_requeue(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process)
    redis.hset(f"rq:job:{job.id}", _keys.PROGRESS_FIELD, "{}")
    jobs.requeue(door, job.id, "failed")
    assert where(redis, job) == ["rq:queue:default"]
    fields = redis.hgetall(f"rq:job:{job.id}")
    assert (fields[b"status"], fields[b"started_at"], fields[b"ended_at"]) == (b"queued", b"", b"")
    assert _keys.PROGRESS_FIELD.encode() not in fields
    assert redis.ttl(f"rq:job:{job.id}") == -1
    worker_process("default", burst=True)
    assert status(redis, job) == "failed"
    assert redis.xlen(f"rq:results:{job.id}") == 2


def test_requeue_keeps_meta_and_retries_left(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.fail_until_attempt, 2)
    worker_process("default", burst=True)
    redis.hset(f"rq:job:{job.id}", "retries_left", 0)
    jobs.requeue(door, job.id, "failed")
    worker_process("default", burst=True)
    assert status(redis, job) == "finished"
    assert redis.hget(f"rq:job:{job.id}", "retries_left") == b"0"


def test_requeue_does_not_read_what_it_requeues(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process)
    redis.hset(f"rq:job:{job.id}", "meta", b"\x80not a pickle")
    jobs.requeue(door, job.id)
    assert redis.hget(f"rq:job:{job.id}", "meta") == b"\x80not a pickle"


def test_a_requeued_job_keeps_its_own_time_to_live(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process, ttl=300)
    jobs.requeue(door, job.id)
    assert 0 < redis.ttl(f"rq:job:{job.id}") <= 300


def test_dependents_run_once_a_requeued_parent_finishes(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.fail_until_attempt, 2)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    worker_process("default", burst=True)
    assert (status(redis, parent), status(redis, child)) == ("failed", "deferred")
    jobs.requeue(door, parent.id)
    worker_process("default", burst=True)
    assert (status(redis, parent), status(redis, child)) == ("finished", "finished")


def test_two_requeues_at_once_queue_a_job_once(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process)
    jobs.requeue(door, job.id, "failed")
    with pytest.raises(StateChanged, match="was failed and is now queued"):
        jobs.requeue(door, job.id, "failed")
    with pytest.raises(StateChanged):
        jobs.requeue(door, job.id)
    assert redis.llen("rq:queue:default") == 1


def test_a_canceled_job_is_run_again_not_requeued(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    jobs.cancel(door, job.id)
    with pytest.raises(StateChanged) as refused:
        jobs.requeue(door, job.id)
    assert "run again" in refused.value.fix


def test_a_job_is_not_requeued_while_a_run_of_it_may_live(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process)
    redis.zadd(f"rq:executions:{job.id}", {"run": time.time() + 60})
    with pytest.raises(StateChanged) as refused:
        jobs.requeue(door, job.id)
    assert refused.value.code == "may_run"
    assert where(redis, job) == ["rq:failed:default"]
    redis.zadd(f"rq:executions:{job.id}", {"run": time.time() - 1})
    jobs.requeue(door, job.id)


def test_a_requeued_job_waits_for_its_rate_limit(redis, door, queue, worker_process):
    limit = RateLimit(key="api", concurrency=1)
    job = failed_job(queue, worker_process, rate_limit=limit)
    holder = queue.enqueue(fixture_jobs.say_hello, rate_limit=limit)
    jobs.requeue(door, job.id, "failed")
    assert status(redis, job) == "rate_limited"
    assert where(redis, job) == ["rq:rl:api:rate_limited"]
    assert redis.ttl(f"rq:job:{job.id}") == -1
    worker_process("default", burst=True)
    assert (status(redis, holder), status(redis, job)) == ("finished", "failed")
    assert redis.zcard("rq:rl:api:allowed") == 0


def test_a_requeued_job_takes_a_free_slot_at_once(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process, rate_limit=RateLimit(key="api", concurrency=2))
    jobs.requeue(door, job.id)
    assert status(redis, job) == "queued"
    assert where(redis, job) == ["rq:queue:default", "rq:rl:api:allowed"]
