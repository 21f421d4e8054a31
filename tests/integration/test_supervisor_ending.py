"""How `make run` ends: within three seconds, nothing left behind, no job lost, whatever its worker is busy with."""

import os
import signal
import time

import pytest
import redis as redis_py
from rq import Queue

from tests import fixture_jobs
from tests.runs import Run
from tests.support import eventually
from webapp.local_redis import LocalRedis

#: Seconds that a Ctrl-C may take.
LIMIT = 3.0


@pytest.fixture
def run(started, tmp_path, redis, redis_server):
    """A run with one worker on the session's Redis, ready."""
    running = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "WORKERS": 1}))
    running.wait_ready()
    return running


def busy(redis, function, *arguments):
    """A job of that function, running."""
    job = Queue(connection=redis).enqueue(function, *arguments)
    eventually(lambda: job.get_status() == "started", message="the job starts")
    time.sleep(0.2)  # into the function itself, past RQ's own last write
    return job


def assert_stopped(redis, job):
    assert job.get_status() == "stopped"
    assert redis.zscore("rq:failed:default", job.id) is not None
    assert redis.zcard("rq:wip:default") == 0
    assert redis.smembers("rq:workers") == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_idle_run_ends_within_three_seconds_and_leaves_nothing(run, redis, number):
    assert run.end(number) < LIMIT
    assert run.left() == {}
    assert "sockets closed" in run.output
    assert redis.smembers("rq:workers") == set()


@pytest.mark.parametrize("function", [fixture_jobs.sleep_for, fixture_jobs.spin_for, fixture_jobs.swallow_everything])
def test_a_busy_run_ends_within_three_seconds_and_its_job_is_stopped(run, redis, function):
    job = busy(redis, function, 60)
    assert run.end() < LIMIT
    assert run.left() == {}
    assert_stopped(redis, job)


def test_a_short_job_is_allowed_to_finish(run, redis):
    job = busy(redis, fixture_jobs.sleep_for, 0.7)
    assert run.end() < LIMIT
    assert job.get_status() == "finished"


def test_the_job_of_a_worker_that_does_not_listen_is_stopped_all_the_same(run, redis):
    job = busy(redis, fixture_jobs.sleep_for, 60)
    os.kill(run.find("worker.py"), signal.SIGSTOP)
    assert run.end() < LIMIT + 0.3
    assert run.left() == {}
    assert_stopped(redis, job)
    assert f"Job {job.id} did not end in time and was stopped" in run.output
    assert "Stopped together with the program" in job.latest_result().exc_string


def test_a_second_ctrl_c_ends_it_at_once(run, redis):
    job = busy(redis, fixture_jobs.swallow_everything, 60)
    run.signal(signal.SIGINT)
    eventually(lambda: "Ctrl-C once more" in run.output, message="it says so")
    time.sleep(0.35)  # what comes sooner counts as the same Ctrl-C
    assert run.end() < 0.6
    assert run.left() == {}
    assert_stopped(redis, job)


def test_it_ends_in_time_where_redis_is_gone(started, tmp_path, own_redis_server):
    run = started(Run(tmp_path, {"REDIS_URL": own_redis_server.url, "WORKERS": 1}))
    run.wait_ready()
    busy(own_redis_server.connection(), fixture_jobs.sleep_for, 60)
    own_redis_server.kill()
    assert run.end() < LIMIT + 0.3
    assert run.left() == {}
    assert "Redis could not be told" in run.output


def test_a_killed_supervisor_leaves_nothing_for_long(started, tmp_path):
    run = started(Run(tmp_path))
    run.wait_ready()
    with redis_py.Redis.from_url(run.redis_url) as client:
        job = busy(client, fixture_jobs.sleep_for, 60)
    assert len(run.left()) > 6
    run.kill()
    eventually(lambda: not run.left(), 5, f"all have ended but {run.left()}")
    local = LocalRedis(tmp_path / "var" / "redis")
    local.join()
    with redis_py.Redis.from_url(local.url) as client:
        assert client.hget(f"rq:job:{job.id}", "status") == b"stopped"
    assert local.leave()


def test_an_orphaned_horse_is_ended_too(run, redis):
    job = busy(redis, fixture_jobs.sleep_for, 60)
    os.kill(run.find("worker.py"), signal.SIGKILL)
    eventually(lambda: "worker ended by signal 9; it starts again" in run.output, message="it says so")
    assert job.get_status() == "started"
    assert run.end() < LIMIT
    assert run.left() == {}
    assert_stopped(redis, job)


@pytest.mark.parametrize("kind", [os.pipe, os.openpty])
def test_a_reader_that_is_gone_ends_it_although_nothing_is_said(started, tmp_path, redis_server, kind):
    reader, writer = kind()
    run = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "WORKERS": 1}, out=writer))
    os.close(writer)
    seen = b""
    while b"*** Listening on" not in seen:
        seen += os.read(reader, 65536)
    os.close(reader)
    assert run.wait(4) == 0
    assert run.left() == {}


def test_a_reader_that_stalls_hinders_nothing(started, tmp_path, redis, redis_server):
    reader, writer = os.pipe()
    run = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "WORKERS": 1}, out=writer))
    os.close(writer)
    eventually(lambda: redis.scard("rq:workers"), 20, "the worker is there")
    job = Queue(connection=redis).enqueue(fixture_jobs.uses_print, 50_000)
    eventually(lambda: job.get_status() == "finished", 20, "the job is not held up by its own words")
    assert run.end() < LIMIT
    assert run.left() == {}
    os.close(reader)
