"""Move, to the front, hold and release: where a job waits changes, and nothing else; stock workers go on with it."""

import time
from datetime import timedelta

import pytest
from rq import Queue, RateLimit
from rq.job import Job

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_process import running
from tests.in_redis import activity, open_door, status, stored, where
from webapp.actions import jobs
from webapp.errors import BadInput, Refused, StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def held(redis, queue="default") -> list[str]:
    return [job.decode() for job in redis.lrange(_keys.held(queue), 0, -1)]


def test_a_queued_job_moves_to_the_end_of_another_queue_and_runs_there(redis, door, queue, worker_process):
    other = Queue("other", connection=redis)
    first = other.enqueue(fixture_jobs.nothing)
    job = queue.enqueue(fixture_jobs.say_hello, "you")
    jobs.move(door, job.id, "other", "queued")
    assert (queue.job_ids, other.job_ids) == ([], [first.id, job.id])
    worker_process("other", burst=True)
    assert job.return_value() == "Hello, you!"
    assert where(redis, job) == ["rq:finished:other"]
    assert activity(redis) == [("ada", "move", job.id, "done")]


@pytest.mark.parametrize("state", ["finished", "failed", "scheduled", "deferred", "canceled"])
def test_a_job_keeps_its_status_and_score_in_the_other_queue(redis, door, state):
    job = raw_jobs.listed(redis, state, score=time.time() + 1234.5)
    before = stored(redis, job)
    score = redis.zscore(f"rq:{state}:default", job)
    jobs.move(door, job, "never used", state)
    assert redis.zscore(f"rq:{state}:never used", job) == score
    assert not redis.exists(f"rq:{state}:default")
    assert stored(redis, job) == before | {"origin": b"never used"}
    assert redis.sismember("rq:queues", "rq:queue:never used")


def test_moved_jobs_run_when_their_time_or_their_parent_has_come(redis, door, queue, worker_process):
    other = Queue("other", connection=redis)
    parent = queue.enqueue(fixture_jobs.nothing)
    child = queue.enqueue(fixture_jobs.nothing, depends_on=parent)
    jobs.move(door, child.id, "other")
    limit = RateLimit(key="api", concurrency=1)
    holder, waits = (queue.enqueue(fixture_jobs.nothing, rate_limit=limit) for _ in range(2))
    jobs.move(door, waits.id, "other")
    worker_process("default", burst=True)
    assert other.job_ids == [child.id, waits.id]
    later = queue.enqueue_in(timedelta(seconds=1), fixture_jobs.nothing)
    jobs.move(door, later.id, "other")
    worker = worker_process("other", with_scheduler=True)
    worker.wait_idle()
    for job in (holder, child, waits, later):
        Job.fetch(job.id, redis)
    from tests.support import eventually

    eventually(lambda: status(redis, later) == "finished")


def test_what_cannot_move_is_refused(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.nothing)
    with pytest.raises(StateChanged) as refused:
        jobs.move(door, job.id, "default")
    assert refused.value.code == "same_queue"
    for name in ("", "a,b", None, "x:intermediate"):
        with pytest.raises(BadInput):
            jobs.move(door, job.id, name)
    for state in ("started", "ready_to_enqueue"):
        with pytest.raises(StateChanged):
            jobs.move(door, raw_jobs.listed(redis, state), "other")
    redis.set("rq:queue:odd", "a text")
    with pytest.raises(Refused):
        jobs.move(door, job.id, "odd")
    assert queue.job_ids == [job.id]
    redis.lmove("rq:queue:default", "rq:queue:default:intermediate", "LEFT", "RIGHT")
    with pytest.raises(StateChanged, match="just taken"):
        jobs.move(door, job.id, "other")


def test_a_job_goes_to_the_front_of_what_it_waits_in(redis, door, queue, worker_process):
    ids = [queue.enqueue(fixture_jobs.nothing).id for _ in range(3)]
    jobs.to_front(door, ids[2], "queued")
    assert queue.job_ids == [ids[2], ids[0], ids[1]]
    limit = RateLimit(key="api", concurrency=1)
    limited = [queue.enqueue(fixture_jobs.nothing, rate_limit=limit).id for _ in range(4)]
    jobs.to_front(door, limited[3])
    assert redis.zrange("rq:rl:api:rate_limited", 0, -1)[0].decode() == limited[3]
    later = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing)
    jobs.to_front(door, later.id)
    jobs.run_now(door, later.id)
    assert queue.job_ids[0] == later.id
    parent = Queue("other", connection=redis).enqueue(fixture_jobs.nothing)
    child = queue.enqueue(fixture_jobs.nothing, depends_on=parent)
    jobs.to_front(door, child.id)
    worker_process("other", burst=True)
    assert queue.job_ids[0] == child.id
    with pytest.raises(StateChanged, match="does not wait"):
        jobs.to_front(door, parent.id)


def test_a_held_job_is_left_by_workers_until_it_is_released(redis, door, queue, worker_process):
    ids = [queue.enqueue(fixture_jobs.nothing).id for _ in range(3)]
    jobs.hold(door, ids[0], "queued")
    assert (queue.job_ids, held(redis), status(redis, ids[0])) == (ids[1:], ids[:1], "queued")
    with pytest.raises(StateChanged) as refused:
        jobs.hold(door, ids[0])
    assert refused.value.code == "held"
    with pytest.raises(StateChanged) as refused:
        jobs.release(door, ids[1])
    assert refused.value.code == "not_held"
    worker_process("default", burst=True)
    assert [status(redis, job) for job in ids] == ["queued", "finished", "finished"]
    last = queue.enqueue(fixture_jobs.nothing)
    jobs.release(door, ids[0])
    assert queue.job_ids == [ids[0], last.id]
    worker_process("default", burst=True)
    assert status(redis, ids[0]) == "finished"


def test_other_verbs_find_a_held_job(redis, door, queue):
    ids = [queue.enqueue(fixture_jobs.nothing).id for _ in range(4)]
    for job in ids:
        jobs.hold(door, job)
    jobs.cancel(door, ids[0], "queued")
    assert (status(redis, ids[0]), held(redis)) == ("canceled", ids[1:])
    undo = jobs.delete(door, ids[2])
    assert held(redis) == [ids[1], ids[3]]
    jobs.restore(door, ids[2], undo.token)
    assert held(redis) == ids[1:]
    jobs.move(door, ids[1], "other")
    assert (held(redis), held(redis, "other")) == (ids[2:], [ids[1]])
    jobs.to_front(door, ids[3])
    assert held(redis) == [ids[3], ids[2]]


def test_over_http(redis, redis_server, queue, tmp_path):
    job = queue.enqueue(fixture_jobs.nothing)
    with running(redis_server.url, tmp_path) as client:
        for verb in ("to_front", "hold", "release"):
            answer = client.post(f"/api/jobs/{job.id}/{verb}", json={"status": "queued"})
            assert (answer.status_code, answer.json["job"]["status"]) == (200, "queued"), verb
        answer = client.post(f"/api/jobs/{job.id}/move", json={"queue": "other", "status": "queued"})
        assert answer.json["job"]["queue"] == "other"
        assert client.post(f"/api/jobs/{job.id}/move", json={"queue": 5}).status_code == 400
