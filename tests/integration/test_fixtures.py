"""The fixtures that all other tests stand on."""

import os

from rq import Queue

from tests import fixture_jobs
from tests.support import eventually


def test_a_stock_worker_runs_a_foreign_function(redis, worker_process):
    worker = worker_process("default")
    job = Queue(connection=redis).enqueue(fixture_jobs.say_hello, "you")
    eventually(lambda: job.get_status() == "finished", message="the job finishes")
    worker.wait_idle()
    assert job.return_value() == "Hello, you!"
    assert worker.stop() == 0
    assert redis.smembers("rq:workers") == set()


def test_a_burst_worker_has_done_its_work_when_it_returns(redis, worker_process):
    job = Queue(connection=redis).enqueue(fixture_jobs.div_by_zero)
    worker_process("default", burst=True)
    assert job.get_status() == "failed"


def test_a_killed_worker_leaves_a_horse_that_is_ended_with_the_test(redis, worker_process):
    worker = worker_process("default")
    job = Queue(connection=redis).enqueue(fixture_jobs.sleep_for, 60)
    eventually(lambda: job.get_status() == "started", message="the job starts")
    eventually(lambda: len(worker.family()) == 2, message="the horse is there")
    worker.kill()
    (horse,) = worker.family()
    worker.close()
    eventually(lambda: not os.path.exists(f"/proc/{horse}"), message="the horse is gone")


def test_a_server_restarted_with_care_keeps_its_data(own_redis_server):
    client, before = own_redis_server.connection(), own_redis_server.pid
    client.set("kept", 1)
    own_redis_server.restart()
    assert client.get("kept") == b"1"
    assert own_redis_server.pid != before
    own_redis_server.restart(save=False)
    assert client.get("kept") is None
