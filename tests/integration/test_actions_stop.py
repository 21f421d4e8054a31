"""Stop, with stock workers: what they hear, and what is said where nobody hears."""

import json
import time

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import open_door, status
from tests.support import eventually
from webapp.actions import jobs
from webapp.errors import StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def started(redis, queue, seconds=60.0, **options):
    job = queue.enqueue(fixture_jobs.sleep_for, seconds, **options)
    eventually(lambda: status(redis, job) == "started")
    return job


def test_a_running_job_is_stopped_and_its_worker_goes_on(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = started(redis, queue)
    assert jobs.stop(door, job.id, "started") == 1
    eventually(lambda: status(redis, job) == "stopped")
    worker.wait_idle()
    assert worker.returncode is None
    outcome = redis.xrange(_keys.ACTIVITY)[0][1][b"outcome"].decode()
    assert outcome == f"heard by {worker.name}"


def test_a_stopped_job_can_be_requeued_and_deleted(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = started(redis, queue)
    jobs.stop(door, job.id)
    eventually(lambda: status(redis, job) == "stopped")
    worker.wait_idle()
    jobs.requeue(door, job.id, "stopped")
    eventually(lambda: status(redis, job) == "started")
    jobs.stop(door, job.id)
    eventually(lambda: status(redis, job) == "stopped")
    worker.wait_idle()
    jobs.delete(door, job.id, "stopped")
    assert not redis.exists(f"rq:job:{job.id}")


def test_a_stopped_job_is_not_retried(redis, door, queue, worker_process):
    from rq import Retry

    worker = worker_process("default")
    job = started(redis, queue, retry=Retry(3))
    jobs.stop(door, job.id)
    eventually(lambda: status(redis, job) == "stopped")
    worker.wait_idle()
    assert status(redis, job) == "stopped"


def test_only_the_worker_that_runs_the_job_is_told(redis, door, queue, worker_process):
    worker_process("default")
    other = worker_process("other")
    job = started(redis, queue)
    beside = Queue("other", connection=redis).enqueue(fixture_jobs.sleep_for, 60)
    eventually(lambda: status(redis, beside) == "started")
    assert jobs.stop(door, job.id) == 1
    eventually(lambda: status(redis, job) == "stopped")
    assert status(redis, beside) == "started"
    assert "command ignored" not in other.output


def test_the_worker_is_found_by_its_execution_not_by_a_stale_name_in_the_hash(redis, door, queue, worker_process):
    worker_process("default")
    job = started(redis, queue)
    redis.hset(f"rq:job:{job.id}", "worker_name", "an-earlier-one")
    assert jobs.stop(door, job.id) == 1
    eventually(lambda: status(redis, job) == "stopped")


def test_a_dead_worker_is_reported_and_the_job_is_not_called_stopped(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = started(redis, queue)
    worker.close()
    eventually(lambda: redis.pubsub_numsub(f"rq:pubsub:{worker.name}")[0][1] == 0)
    with pytest.raises(StateChanged) as refused:
        jobs.stop(door, job.id, "started")
    assert refused.value.code == "not_heard"
    assert worker.name in refused.value.message
    assert "Start a worker" in refused.value.fix
    assert status(redis, job) == "started"


@pytest.mark.parametrize("state", ["queued", "finished"])
def test_a_job_that_does_not_run_is_not_stopped_and_no_worker_hears(redis, door, queue, worker_process, state):
    """A worker without a horse that heard it would kill its own process group."""
    job = queue.enqueue(fixture_jobs.say_hello)
    if state == "finished":
        worker_process("default", burst=True)
    listener = redis.pubsub()
    listener.psubscribe("rq:pubsub:*")
    with pytest.raises(StateChanged, match=f"It is {state} now"):
        jobs.stop(door, job.id)
    assert [listener.get_message(timeout=0.05) for _ in range(2)][1] is None
    listener.close()


def test_the_command_is_the_one_that_rq_sends(redis, door, queue):
    from rq.command import send_stop_job_command

    job = queue.enqueue(fixture_jobs.say_hello)
    redis.hset(f"rq:job:{job.id}", mapping={"status": "started", "worker_name": "w"})
    listener = redis.pubsub()
    listener.subscribe("rq:pubsub:w")
    listener.get_message(timeout=1)
    send_stop_job_command(redis, job.id)
    theirs = listener.get_message(timeout=1)["data"]
    jobs.stop(door, job.id)
    ours = listener.get_message(timeout=1)["data"]
    listener.close()
    assert json.loads(ours) == json.loads(theirs)


def test_stopping_as_the_job_ends_harms_nobody(redis, door, queue, worker_process):
    """The command may arrive after the end: the worker ignores it and takes the next job."""
    worker = worker_process("default")
    for _ in range(15):
        job = queue.enqueue(fixture_jobs.sleep_for, 0.05)
        eventually(lambda job=job: status(redis, job) != "queued")
        time.sleep(0.03)
        try:
            jobs.stop(door, job.id)
        except StateChanged:
            assert status(redis, job) == "finished"
        eventually(lambda job=job: status(redis, job) in ("finished", "stopped"))
        worker.wait_idle()
    assert worker.returncode is None
