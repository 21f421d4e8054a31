"""Undo of a delete: everything of the job is back as it was, byte for byte, in its places, with its lives."""

import time
from datetime import timedelta

import pytest
from rq import Queue, RateLimit
from rq.group import Group
from rq.job import Job

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_redis import activity, empty_trash, open_door, status
from tests.support import eventually
from webapp.actions import jobs, notes
from webapp.errors import StateChanged
from webapp.speaker import author


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def picture(redis) -> dict:
    """Every key of RQ, and of ours about jobs: its bytes, and the second at which its life ends."""
    found = {}
    for key in redis.scan_iter("rq:*"):
        if key.startswith((b"rq:live:log", b"rq:live:trash")) or not key.startswith(b"rq:live:"):
            found[key.decode()] = (redis.dump(key), round(redis.pexpiretime(key) / 1000))
    return found


def all_sorts(redis, queue, worker_process) -> dict[str, Job | str]:
    """A job in each status that can be deleted, most of them as RQ writes them: status -> job."""
    failed = queue.enqueue(fixture_jobs.div_by_zero, failure_ttl=1000)
    finished = queue.enqueue(fixture_jobs.nothing, result_ttl=500)
    worker_process("default", burst=True)
    parent = Queue("elsewhere", connection=redis).enqueue(fixture_jobs.nothing)
    group = Group.create(connection=redis, name="batch")
    (grouped,) = group.enqueue_many(queue, [Queue.prepare_data(fixture_jobs.nothing)])
    canceled = queue.enqueue(fixture_jobs.nothing)
    canceled.cancel()
    limit = RateLimit(key="api", concurrency=1)
    queue.enqueue(fixture_jobs.nothing, rate_limit=limit)
    return {
        "failed": failed,
        "finished": finished,
        "grouped": grouped,
        "canceled": canceled,
        "queued": queue.enqueue(fixture_jobs.nothing, ttl=300),
        "scheduled": queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing),
        "deferred": queue.enqueue(fixture_jobs.nothing, depends_on=parent),
        "rate_limited": queue.enqueue(fixture_jobs.nothing, rate_limit=limit),
        "created": Job.fetch(raw_jobs.write(redis, status="created"), redis),
        "ready_to_enqueue": Job.fetch(raw_jobs.listed(redis, "ready_to_enqueue"), redis),
    }


def test_a_job_of_every_status_is_back_as_it_was(redis, door, queue, worker_process):
    found = all_sorts(redis, queue, worker_process)
    last = queue.enqueue(fixture_jobs.nothing, depends_on=found["queued"])
    redis.xadd(_keys.log(found["failed"].id), {"text": "x"})
    redis.zadd(_keys.LOG_INDEX, {found["failed"].id: 1.5})
    redis.expire(_keys.log(found["failed"].id), 700)
    notes.leave(door, found["failed"].id, author("", "Mina", "k"), "The disk was full.")
    before = picture(redis)
    for job in [*found.values(), last]:
        undo = jobs.delete(door, job.id)
        assert not redis.exists(f"rq:job:{job.id}", f"rq:results:{job.id}")
        jobs.restore(door, job.id, undo.token)
        after = picture(redis)
        assert after.pop("rq:live:trash", None) is None
        assert after.keys() == before.keys()
        strange = [key for key in before if before[key] != after[key] and redis.type(key) != b"set"]
        assert strange == [], "a set is kept in any order"
    assert activity(redis)[-1] == ("ada", "restore", last.id, "done")


def test_jobs_of_a_queue_are_back_in_their_order(redis, door, queue):
    ids = [queue.enqueue(fixture_jobs.nothing).id for _ in range(7)]
    undos = {job_id: jobs.delete(door, job_id) for job_id in ids[1:6]}
    for job_id in reversed(ids[1:6]):
        jobs.restore(door, job_id, undos[job_id].token)
    assert queue.job_ids == ids


def test_a_queue_that_moved_on_takes_it_beside_a_neighbour_else_at_its_rank(redis, door, queue):
    ids = [queue.enqueue(fixture_jobs.nothing).id for _ in range(5)]
    undo = jobs.delete(door, ids[2])
    redis.lrem("rq:queue:default", 0, ids[3])
    jobs.restore(door, ids[2], undo.token)
    assert queue.job_ids == [*ids[:3], ids[4]], "behind the one that stood before it"
    undo = jobs.delete(door, ids[2])
    redis.delete("rq:queue:default")
    redis.rpush("rq:queue:default", *"abcd")
    jobs.restore(door, ids[2], undo.token)
    assert redis.lrange("rq:queue:default", 0, -1) == [b"a", b"b", ids[2].encode(), b"c", b"d"]


def test_a_restored_job_runs_under_a_stock_worker(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.say_hello, "you")
    jobs.restore(door, job.id, jobs.delete(door, job.id).token)
    worker_process("default", burst=True)
    assert job.return_value() == "Hello, you!"


def test_who_held_a_slot_waits_for_one(redis, door, queue):
    limit = RateLimit(key="api", concurrency=1)
    first, second = (queue.enqueue(fixture_jobs.nothing, rate_limit=limit) for _ in range(2))
    undo = jobs.delete(door, first.id)
    assert status(redis, second) == "queued"
    jobs.restore(door, first.id, undo.token)
    assert status(redis, first) == "rate_limited"
    jobs.delete(door, second.id)
    assert (status(redis, first), queue.job_ids) == ("queued", [first.id])


def test_it_is_refused_where_the_id_exists_again_or_the_token_is_another(redis, door, queue):
    job = queue.enqueue(fixture_jobs.nothing, job_id="mine")
    undo = jobs.delete(door, "mine")
    with pytest.raises(StateChanged) as refused:
        jobs.restore(door, "mine", "another")
    assert refused.value.code == "over"
    queue.enqueue(fixture_jobs.say_hello, job_id="mine")
    before = redis.hgetall(job.key)
    with pytest.raises(StateChanged) as refused:
        jobs.restore(door, "mine", undo.token)
    assert refused.value.code == "exists"
    assert redis.hgetall(job.key) == before


def test_the_trash_goes_by_itself(redis, door, queue, monkeypatch):
    monkeypatch.setattr(_keys, "UNDO_SECONDS", 0.1)
    job = queue.enqueue(fixture_jobs.nothing)
    undo = jobs.delete(door, job.id)
    assert abs(undo.until - time.time() * 1000) < 2000
    lies = _keys.trash_part("job", job.id)
    eventually(lambda: redis.pttl(lies) < 1000 * _keys.TRASH_GRACE)
    with pytest.raises(StateChanged):
        jobs.restore(door, job.id, undo.token)
    assert redis.pttl(lies) > 0


def test_a_job_of_any_size_can_be_put_back_and_none_where_memory_runs_short(redis, door, memory_limit):
    big, second = (raw_jobs.listed(redis, "finished", data=b"x" * 6_000_000) for _ in range(2))
    before = redis.hgetall(f"rq:job:{big}")
    memory_limit(percent=70)
    undo = jobs.delete(door, big)
    jobs.restore(door, big, undo.token)
    assert redis.hgetall(f"rq:job:{big}") == before
    memory_limit(percent=90)
    assert jobs.delete(door, second) is None
    assert not list(redis.scan_iter(f"*{second}*"))


def test_a_note_that_cannot_be_written_leaves_no_job_half_deleted(redis, door, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    redis.set(_keys.trash(job.id), "of another program")
    assert jobs.delete(door, job.id) is None
    assert not list(redis.scan_iter(f"*{job.id}*"))
    assert queue.job_ids == []


def test_what_was_deleted_twice_under_one_id_is_that_of_the_second(redis, door, queue):
    queue.enqueue(fixture_jobs.nothing, job_id="mine")
    first = jobs.delete(door, "mine")
    queue.enqueue(fixture_jobs.say_hello, "you", job_id="mine")
    second = jobs.delete(door, "mine")
    # What is over of the first takes nothing of the second with it.
    redis.hset(_keys.TRASH, "mine", f"1 {first.token}")
    empty_trash(door)
    with pytest.raises(StateChanged):
        jobs.restore(door, "mine", first.token)
    jobs.restore(door, "mine", second.token)
    assert Job.fetch("mine", redis).args == ("you",)
