"""A deleted job that comes back among those that it waits for, and those that wait for it, as they are by then."""

import pytest
from rq import Queue

from tests import fixture_jobs
from tests.in_redis import open_door, status
from webapp.actions import jobs


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue(connection=redis)


@pytest.fixture
def restored(door):
    """Deletes a job, lets something happen, and puts it back."""

    def act(job_id, meanwhile):
        undo = jobs.delete(door, job_id)
        meanwhile()
        jobs.restore(door, job_id, undo.token)

    return act


def test_who_went_on_without_a_deleted_job_is_not_queued_again_when_that_ends(redis, queue, restored, worker_process):
    lost, other = queue.enqueue(fixture_jobs.note_run), queue.enqueue(fixture_jobs.note_run)
    child = queue.enqueue(fixture_jobs.note_run, depends_on=[lost, other])
    restored(lost.id, lambda: worker_process("default", burst=True))
    assert status(redis, child) == "finished"
    worker_process("default", burst=True)
    assert status(redis, lost) == "finished"
    assert redis.get(f"runs:{child.id}") == b"1"


def test_a_job_whose_parents_ended_while_it_was_deleted_is_queued_when_it_is_back(
    redis, queue, restored, worker_process
):
    parent = queue.enqueue(fixture_jobs.note_run)
    child = queue.enqueue(fixture_jobs.note_run, depends_on=parent)
    restored(child.id, lambda: worker_process("default", burst=True))
    assert status(redis, child) == "queued"
    worker_process("default", burst=True)
    assert status(redis, child) == "finished"
    assert not redis.zrange("rq:deferred:default", 0, -1)


def test_a_job_whose_parent_has_not_ended_still_waits_for_it_when_it_is_back(redis, queue, restored, worker_process):
    parent = queue.enqueue(fixture_jobs.note_run)
    child = queue.enqueue(fixture_jobs.note_run, depends_on=parent)
    restored(child.id, lambda: None)
    assert status(redis, child) == "deferred"
    worker_process("default", burst=True)
    assert status(redis, child) == "finished"
    assert redis.get(f"runs:{child.id}") == b"1"
