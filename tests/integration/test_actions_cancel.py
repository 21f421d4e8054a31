"""Cancel, against what RQ itself wrote and stock workers that take jobs meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from redis.exceptions import WatchError
from rq import Queue, RateLimit
from rq.job import Job

from tests import fixture_jobs
from tests.in_redis import activity, open_door, status, where
from tests.support import eventually
from webapp.actions import jobs, one
from webapp.errors import StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def test_a_queued_job_is_canceled_and_never_runs(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.say_hello)
    jobs.cancel(door, job.id, "queued")
    assert status(redis, job) == "canceled"
    assert where(redis, job) == ["rq:canceled:default"]
    worker_process("default", burst=True)
    assert status(redis, job) == "canceled"
    assert activity(redis) == [("ada", "cancel", job.id, "done")]


def test_scheduled_deferred_and_created_jobs_can_be_canceled(redis, door, queue):
    later = queue.enqueue_in(timedelta(hours=1), fixture_jobs.say_hello)
    parent = queue.enqueue(fixture_jobs.say_hello)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    created = Job.create("tests.fixture_jobs.say_hello", connection=redis, origin="default")
    created.save()
    for job in (later, child, created):
        jobs.cancel(door, job.id)
        assert where(redis, job) == ["rq:canceled:default"] + (
            [f"rq:job:{parent.id}:dependents"] if job is child else []
        )
        assert status(redis, job) == "canceled"


def test_a_canceled_dependent_is_not_run_when_its_parent_finishes(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.say_hello)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    jobs.cancel(door, child.id, "deferred")
    worker_process("default", burst=True)
    assert status(redis, parent) == "finished"
    assert status(redis, child) == "canceled"


def test_dependents_of_a_canceled_job_stay_deferred(redis, door, queue):
    parent = queue.enqueue(fixture_jobs.say_hello)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    jobs.cancel(door, parent.id)
    assert status(redis, child) == "deferred"


def test_a_started_job_is_not_canceled_but_runs_to_its_end(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = queue.enqueue(fixture_jobs.wait_for_key, "gate")
    eventually(lambda: status(redis, job) == "started")
    with pytest.raises(StateChanged, match="stopped, not canceled") as refused:
        jobs.cancel(door, job.id)
    assert "stop" in refused.value.fix
    with pytest.raises(StateChanged, match="was queued and is now started"):
        jobs.cancel(door, job.id, "queued")
    redis.set("gate", 1)
    worker.wait_idle()
    assert status(redis, job) == "finished"
    assert where(redis, job) == ["rq:finished:default"]
    assert activity(redis) == [("ada", "cancel", job.id, "state_changed")] * 2


def test_an_ended_job_is_not_canceled(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.say_hello)
    worker_process("default", burst=True)
    with pytest.raises(StateChanged, match="It is finished now"):
        jobs.cancel(door, job.id)
    assert where(redis, job) == ["rq:finished:default"]


def test_a_job_that_a_worker_has_just_taken_is_not_canceled(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    redis.lmove("rq:queue:default", "rq:queue:default:intermediate", "LEFT", "RIGHT")
    for act in (jobs.cancel, jobs.delete):
        with pytest.raises(StateChanged, match="just taken"):
            act(door, job.id, "queued")
    assert status(redis, job) == "queued"
    assert where(redis, job) == ["rq:queue:default:intermediate"]


def test_a_job_whose_run_is_prepared_is_not_canceled(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    redis.lpop("rq:queue:default")
    redis.zadd(f"rq:executions:{job.id}", {"run": time.time() + 90})
    with pytest.raises(StateChanged, match="just taken"):
        jobs.cancel(door, job.id, "queued")


def test_a_job_that_a_dying_worker_lost_can_be_canceled(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    redis.lpop("rq:queue:default")
    began = time.monotonic()
    jobs.cancel(door, job.id, "queued")
    assert time.monotonic() - began >= one.LOST_AFTER
    assert status(redis, job) == "canceled"


def test_cancel_and_a_worker_never_both_win(redis, door, queue, worker_process):
    """Whatever the order, a job that cancel reports as canceled has not run."""
    worker_process("default")
    canceled, refused = [], []
    for number in range(150):
        job = queue.enqueue(fixture_jobs.add, number, 1)
        try:
            jobs.cancel(door, job.id, "queued")
            canceled.append(job)
        except StateChanged:
            refused.append(job)
    eventually(lambda: all(status(redis, job) == "finished" for job in refused), 30)
    assert all(status(redis, job) == "canceled" for job in canceled)
    assert all(not redis.exists(f"rq:results:{job.id}") for job in canceled)
    assert canceled


def test_a_worker_that_ends_the_parent_meanwhile_does_not_queue_a_canceled_dependent(redis, door, queue):
    """It has read that the child waits before the cancel, and would write that it is ready after it."""
    for act, left in ((jobs.cancel, "canceled"), (jobs.delete, None)):
        parent = queue.enqueue(fixture_jobs.say_hello)
        child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
        redis.hset(parent.key, "status", "finished")
        with redis.pipeline() as worker:
            worker.watch(parent.dependents_key)
            queue.move_dependents_to_ready(parent, pipeline=worker)
            act(door, child.id, "deferred")
            with pytest.raises(WatchError):
                worker.execute()
        queue.enqueue_dependents(parent)
        assert status(redis, child) == left
        assert where(redis, child) == (["rq:canceled:default"] if left else []) + (
            [f"rq:job:{parent.id}:dependents"] if left else []
        )


@pytest.mark.parametrize("act", [jobs.cancel, jobs.delete])
def test_a_scheduler_that_queues_the_job_meanwhile_does_not_win(redis, door, queue, act):
    """RQ's scheduler reads what is due and writes it later, whatever has become of it."""
    job = queue.enqueue_at(datetime(2020, 1, 1, tzinfo=UTC), fixture_jobs.say_hello)
    (held,) = Job.fetch_many([job.id], connection=redis)

    def scheduler():
        eventually(lambda: status(redis, job) != "scheduled")
        with redis.pipeline() as pipe:
            queue._enqueue_job(held, pipeline=pipe)
            queue.scheduled_job_registry.remove(job.id, pipeline=pipe)
            pipe.execute()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(scheduler)
        act(door, job.id, "scheduled")
        done.result()
    assert where(redis, job) == (["rq:canceled:default"] if act is jobs.cancel else [])
    assert status(redis, job) == ("canceled" if act is jobs.cancel else None)


def test_a_rate_limited_job_is_canceled_out_of_its_limit(redis, door, queue):
    first, second, third = (
        queue.enqueue(fixture_jobs.say_hello, rate_limit=RateLimit(key="api", concurrency=1)) for _ in range(3)
    )
    jobs.cancel(door, second.id, "rate_limited")
    assert where(redis, second) == ["rq:canceled:default"]
    jobs.cancel(door, first.id, "queued")
    assert where(redis, first) == ["rq:canceled:default"]
    assert status(redis, third) == "queued"
    assert where(redis, third) == ["rq:queue:default", "rq:rl:api:allowed"]
