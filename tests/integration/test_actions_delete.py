"""Delete: nothing of the job is left, and nothing of any other is touched."""

import io
import time
from datetime import timedelta

import pytest
from rq import Queue, RateLimit
from rq.group import Group
from rq.job import JobStatus

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import activity, empty_trash, open_door, status, where
from tests.support import eventually
from webapp import files
from webapp.actions import jobs, notes
from webapp.errors import StateChanged
from webapp.speaker import author


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


def test_a_deleted_job_leaves_nothing(redis, door, queue, worker_process, tmp_path):
    keep = queue.enqueue(fixture_jobs.add, 1, 1)
    job = failed_job(queue, worker_process)
    redis.xadd(_keys.log(job.id), {"text": "x"})
    redis.zadd(_keys.LOG_INDEX, {job.id: 1})
    notes.leave(door, job.id, author("", "", ""), "It was me.")
    made = tmp_path / "files" / _keys.artifact_path(job.id, "profile.json")
    made.parent.mkdir(parents=True)
    made.write_text("{}")
    jobs.delete(door, job.id, "failed")
    assert made.exists(), "it may be put back"
    empty_trash(door)
    assert where(redis, job) == []
    assert [key for key in redis.scan_iter(f"*{job.id}*")] == []
    assert not redis.exists(_keys.LOG_INDEX, _keys.NOTES_INDEX)
    assert not made.parent.exists()
    assert status(redis, keep) == "finished"
    assert activity(redis)[1:] == [("ada", "delete", job.id, "done")]


@pytest.mark.parametrize("state", ["queued", "scheduled", "deferred", "canceled", "finished"])
def test_a_job_of_any_other_state_is_deleted_too(redis, door, queue, worker_process, state):
    parent = Queue("elsewhere", connection=redis).enqueue(fixture_jobs.say_hello)
    if state == "scheduled":
        job = queue.enqueue_in(timedelta(hours=1), fixture_jobs.say_hello)
    elif state == "deferred":
        job = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    else:
        job = queue.enqueue(fixture_jobs.say_hello)
    if state == "canceled":
        jobs.cancel(door, job.id)
    if state == "finished":
        worker_process("default", burst=True)
    jobs.delete(door, job.id, state)
    empty_trash(door)
    assert where(redis, job) == []
    assert [key for key in redis.scan_iter(f"*{job.id}*")] == []


def test_a_running_job_is_not_deleted(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = queue.enqueue(fixture_jobs.wait_for_key, "gate")
    eventually(lambda: status(redis, job) == "started")
    with pytest.raises(StateChanged, match="write it anew"):
        jobs.delete(door, job.id)
    # RQ's own cancel says "canceled" of a job that goes on running: it must not be deleted either.
    job.cancel()
    with pytest.raises(StateChanged) as refused:
        jobs.delete(door, job.id, "canceled")
    assert refused.value.code == "may_run"
    redis.set("gate", 1)
    worker.wait_idle()
    jobs.delete(door, job.id, "finished")
    assert where(redis, job) == []


def test_a_job_of_a_group_leaves_the_group(redis, door, queue):
    group = Group.create(connection=redis, name="batch")
    first, second = group.enqueue_many(queue, [Queue.prepare_data(fixture_jobs.say_hello) for _ in range(2)])
    jobs.delete(door, first.id)
    assert redis.smembers("rq:group:batch") == {second.id.encode()}
    redis.delete("rq:group:batch")
    jobs.delete(door, second.id)
    assert not redis.exists("rq:group:batch", f"rq:job:{second.id}")


def test_a_job_whose_execution_expired_can_be_deleted(redis, door, queue, worker_process):
    """RQ's own delete raises "Execution not found" here."""
    job = failed_job(queue, worker_process)
    redis.zadd(f"rq:executions:{job.id}", {"gone": time.time() - 1})
    redis.zadd("rq:wip:default", {f"{job.id}:gone": time.time() - 60})
    jobs.delete(door, job.id)
    assert where(redis, job) == []


def test_a_deleted_holder_gives_its_slot_to_the_next(redis, door, queue):
    first, second = (
        queue.enqueue(fixture_jobs.say_hello, rate_limit=RateLimit(key="api", concurrency=1)) for _ in range(2)
    )
    jobs.delete(door, first.id, "queued")
    assert where(redis, first) == []
    assert status(redis, second) == "queued"


def test_dependents_of_a_deleted_job_stay_deferred(redis, door, queue):
    parent = queue.enqueue(fixture_jobs.say_hello)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    jobs.delete(door, parent.id)
    assert status(redis, child) == "deferred"


def test_an_upload_goes_with_the_last_job_that_uses_it(door, queue, redis):
    store = files.store(door.config)
    upload = store.save_upload(io.BytesIO(b"a,b\n").read, "x.csv", 100, 4)
    first, second = (queue.enqueue("jobs.csv_profile.csv_profile", file=upload.reference) for _ in range(2))
    for job in (first, second):
        store.claim({upload.id}, job.id)
    jobs.delete(door, first.id)
    empty_trash(door)
    assert store.upload_exists(upload.reference)
    jobs.delete(door, second.id)
    assert store.upload_exists(upload.reference), "it may be put back"
    empty_trash(door)
    assert not store.upload_exists(upload.reference)
