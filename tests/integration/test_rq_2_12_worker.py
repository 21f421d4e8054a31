"""Live stock workers of RQ 2.12: they take what was requeued, moved, run again, released, undone and resumed.

Alone, and beside workers of RQ 3.0 on the same queue. Data of 2.12 that no worker is needed for: test_rq_2_12_data.py.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, old_rq
from tests.in_redis import open_door, status
from tests.support import eventually
from webapp.actions import jobs, queues, run_again
from webapp.operations.parkers import PARKERS

RUN = "tests.fixture_jobs.note_run"


@pytest.fixture(scope="module", autouse=True)
def installed():
    try:
        old_rq.python()
    except old_rq.NotThere as error:
        pytest.skip(f"RQ {old_rq.VERSION} cannot be installed here: {error}")


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def old_worker(redis_server, started, tmp_path):
    """Starts one on these queues; returns when it listens."""

    def start(*names: str):
        worker = started(old_rq.worker(redis_server.url, names, f"old-{uuid4().hex[:6]}", tmp_path))
        worker.wait_ready()
        return worker

    return start


@pytest.fixture
def url(redis_server):
    return redis_server.url


@pytest.fixture
def operations(redis, operations_process):
    operations_process(env={"RQLIVE_WRITE": 1})
    eventually(lambda: dict(redis.pubsub_numsub(_keys.PAUSE_BELL))[_keys.PAUSE_BELL.encode()], 20)


def runs(redis, ids) -> list[int]:
    return [int(redis.get(f"runs:{job_id}") or 0) for job_id in ids]


def finished(redis, ids) -> bool:
    return all(status(redis, job_id) == "finished" for job_id in ids)


def test_it_is_what_it_says(redis, old_worker):
    worker = old_worker("mail")
    assert redis.hget(f"rq:worker:{worker.name}", "version") == old_rq.VERSION.encode()


def test_it_runs_once_whatever_was_done_to_a_job_before(redis, door, url, old_worker, operations):
    held, deleted, first, moved = (old_rq.enqueue(url, name, RUN, 2) for name in ("mail", "mail", "mail", "elsewhere"))
    later = Queue("mail", connection=redis).enqueue_in(timedelta(hours=1), fixture_jobs.note_run).id
    for job_id in held:
        jobs.hold(door, job_id)
        jobs.release(door, job_id)
    for job_id in deleted:
        jobs.restore(door, job_id, jobs.delete(door, job_id).token)
    for job_id in moved:
        jobs.move(door, job_id, "mail")
    jobs.to_front(door, first[1])
    jobs.run_now(door, later)
    ids = [*held, *deleted, *first, *moved, later]
    queues.hold(door, "mail")
    queues.release(door, "mail")
    queues.pause(door, "mail")
    eventually(lambda: redis.llen(_keys.parked("mail")) == len(ids))
    assert queues.resume(door, "mail")["resumed"] == len(ids)
    old_worker("mail")
    eventually(lambda: finished(redis, ids), 30)
    assert runs(redis, ids) == [1] * len(ids)


def test_it_runs_what_was_requeued_and_what_was_run_again(redis, door, url, old_worker):
    old_worker("mail")
    (failed,) = old_rq.enqueue(url, "mail", RUN, kwargs={"fails": True})
    (done,) = old_rq.enqueue(url, "mail", RUN)
    eventually(lambda: status(redis, failed) == "failed" and status(redis, done) == "finished", 20)
    jobs.requeue(door, failed)
    again = run_again.run_again(door, done).job_id
    eventually(lambda: runs(redis, [failed]) == [2] and status(redis, failed) == "failed", 20)
    eventually(lambda: finished(redis, [again]), 20)
    assert runs(redis, [done, again]) == [1, 1]


def test_a_run_of_it_is_stopped(redis, door, url, old_worker):
    worker = old_worker("mail")
    (job_id,) = old_rq.enqueue(url, "mail", RUN, args=(60,))
    eventually(lambda: status(redis, job_id) == "started" and runs(redis, [job_id]) == [1], 20)
    assert jobs.stop(door, job_id) == 1
    eventually(lambda: status(redis, job_id) == "stopped", 20)
    assert worker.returncode is None


def test_a_pause_keeps_jobs_from_it_and_tells_what_slips(redis, door, url, old_worker, operations):
    queue = Queue("mail", connection=redis)
    redis.sadd("rq:queues", queue.key)
    for names in (("mail",), ("high", "mail")):
        old_worker(*names)
    queues.pause(door, "mail")
    ids = [job.id for job in queue.enqueue_many([Queue.prepare_data(RUN) for _ in range(100)])]
    ids += [queue.enqueue(RUN).id for _ in range(20)]
    eventually(lambda: redis.llen(_keys.parked("mail")) == len(ids))
    assert runs(redis, ids) == [0] * len(ids)
    assert not redis.exists(_keys.slipped("mail"))
    ids += [job.id for job in queue.enqueue_many([Queue.prepare_data(RUN) for _ in range(PARKERS + 100)])]
    eventually(lambda: redis.llen(_keys.parked("mail")) + sum(runs(redis, ids)) == len(ids))
    slipped = sum(runs(redis, ids))
    assert slipped <= 2, "each idle worker takes one at most"
    assert eventually(lambda: redis.scard(_keys.slipped("mail")) == slipped)
    waiting = {job_id.decode() for job_id in redis.lrange(_keys.parked("mail"), 0, -1)}
    assert waiting == {job_id for job_id, times in zip(ids, runs(redis, ids), strict=True) if not times}


def test_what_is_held_stays_until_it_is_released(redis, door, url, old_worker, worker_process):
    ids = old_rq.enqueue(url, "mail", RUN, 5)
    assert queues.hold(door, "mail") == 5
    old_worker("mail")
    (after,) = old_rq.enqueue(url, "mail", RUN)
    eventually(lambda: finished(redis, [after]), 20)
    assert runs(redis, ids) == [0] * 5
    queues.release(door, "mail")
    eventually(lambda: finished(redis, ids), 20)


def test_both_versions_share_a_queue(redis, door, url, old_worker, worker_process):
    names = {old_worker("mail").name, worker_process("mail").name}
    ids = old_rq.enqueue(url, "mail", RUN, 10, args=(0.1,))
    ids += [Queue("mail", connection=redis).enqueue(RUN, 0.1).id for _ in range(10)]
    eventually(lambda: finished(redis, ids), 40)
    assert runs(redis, ids) == [1] * 20
    took = {redis.xrevrange(f"rq:results:{job_id}", count=1)[0][1][b"worker_name"].decode() for job_id in ids}
    assert took == names
    (failed,) = old_rq.enqueue(url, "mail", RUN, kwargs={"fails": True})
    for times in (1, 2, 3):
        eventually(lambda times=times: runs(redis, [failed]) == [times] and status(redis, failed) == "failed", 20)
        if times < 3:
            jobs.requeue(door, failed)
