"""`worker.py`: what `rq worker --with-scheduler` does, and patience while Redis is away."""

import os
import signal
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from rq import Queue

from tests import fixture_jobs
from tests.processes import WorkerProcess
from tests.support import eventually

#: Seconds without Redis. Under `rq worker` the scheduler is gone after the first of them.
OUTAGE = 4.0


@pytest.fixture
def own_worker(started, tmp_path):
    """Starts the project's worker: `own_worker(url, "default")`."""

    def start(url: str, *queues: str, env: dict | None = None) -> WorkerProcess:
        return started(WorkerProcess(url, queues, uuid4().hex, (), tmp_path, env, stock=False))

    return start


def away(server, seconds: float) -> None:
    """Redis is not there for so long, and comes back with its data."""
    server.stop()
    time.sleep(seconds)
    server.start()


def test_it_works_on_the_queues_of_the_settings_in_their_order(redis, redis_server, own_worker):
    worker = own_worker(redis_server.url, env={"RQLIVE_QUEUES": "first second"})
    worker.wait_ready()
    assert redis.hget(f"rq:worker:{worker.name}", "queues") == b"first,second"
    jobs = [Queue(name, connection=redis).enqueue(fixture_jobs.say_hello) for name in ("second", "first")]
    eventually(lambda: all(job.get_status() == "finished" for job in jobs), message="both finish")


def test_it_works_on_the_queues_that_are_named(redis, redis_server, own_worker):
    worker = own_worker(redis_server.url, "mail")
    worker.wait_ready()
    assert redis.hget(f"rq:worker:{worker.name}", "queues") == b"mail"


def test_it_schedules(redis, redis_server, own_worker):
    own_worker(redis_server.url, "default").wait_ready()
    job = Queue(connection=redis).enqueue_in(timedelta(seconds=1), fixture_jobs.say_hello)
    eventually(lambda: job.get_status() == "finished", message="the scheduled job finishes")


def test_asked_to_end_it_exits_with_0_and_signs_off(redis, redis_server, own_worker):
    worker = own_worker(redis_server.url, "default")
    worker.wait_ready()
    assert worker.stop() == 0
    assert redis.smembers("rq:workers") == set()
    assert "Traceback" not in worker.output


def test_while_suspended_it_waits_instead_of_ending(redis, redis_server, own_worker):
    redis.set("rq:suspended", 1)
    worker = own_worker(redis_server.url, "default")
    eventually(lambda: redis.hget(f"rq:worker:{worker.name}", "state") == b"suspended", message="it says so")
    redis.delete("rq:suspended")
    job = Queue(connection=redis).enqueue(fixture_jobs.say_hello)
    eventually(lambda: job.get_status() == "finished", message="it works after that")


def test_a_redis_that_is_not_there_yet_is_waited_for(own_redis_server, own_worker):
    own_redis_server.stop()
    worker = own_worker(own_redis_server.url, "default")
    eventually(lambda: "does not answer" in worker.output, message="it says what it waits for")
    assert own_redis_server.path in worker.output
    own_redis_server.start()
    worker.wait_ready()
    assert "Traceback" not in worker.output


@pytest.mark.slow
def test_idle_through_an_outage_it_works_on_and_schedules_on(own_redis_server, own_worker):
    worker = own_worker(own_redis_server.url, "default")
    worker.wait_ready()
    away(own_redis_server, OUTAGE)
    queue = Queue(connection=own_redis_server.connection())
    now, later = (
        queue.enqueue(fixture_jobs.say_hello),
        queue.enqueue_in(timedelta(seconds=1), fixture_jobs.say_hello),
    )
    eventually(lambda: now.get_status() == "finished", 5, "a job runs")
    eventually(lambda: later.get_status() == "finished", 5, "a scheduled job runs")
    worker.wait_ready()


@pytest.mark.slow
def test_a_job_that_ends_in_an_outage_is_not_lost(own_redis_server, own_worker):
    worker = own_worker(own_redis_server.url, "default")
    worker.wait_ready()
    job = Queue(connection=own_redis_server.connection()).enqueue(fixture_jobs.sleep_for, OUTAGE / 2)
    eventually(lambda: job.get_status() == "started", message="the job starts")
    away(own_redis_server, OUTAGE)
    eventually(lambda: job.get_status() == "finished", 5, "its end is written when Redis is back")
    assert job.return_value() == OUTAGE / 2
    worker.wait_idle()


@pytest.mark.parametrize("seconds_away", [0, 1.5])
def test_it_can_be_ended_while_redis_is_away(own_redis_server, own_worker, seconds_away):
    worker = own_worker(own_redis_server.url, "default")
    worker.wait_ready()
    own_redis_server.kill()
    if seconds_away:
        eventually(lambda: "does not answer" in worker.output, message="it waits")
    assert worker.stop(timeout=5) == 0
    assert worker.family() == set()


def test_a_setting_that_cannot_be_used_is_said_without_a_traceback(own_worker):
    worker = own_worker("redis://localhost:1", env={"RQLIVE_FEED": "magic"})
    assert worker.wait() == 1
    assert "RQLIVE_FEED=magic is unknown" in worker.output
    assert "Traceback" not in worker.output


def test_interrupted_before_it_is_ready_it_ends_quietly(own_worker):
    worker = own_worker("redis://localhost:1")
    eventually(lambda: "does not answer" in worker.output, message="it waits")
    os.kill(worker.pid, signal.SIGINT)
    assert worker.wait(3) == 0
    assert "Traceback" not in worker.output
