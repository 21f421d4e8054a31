"""Warm shutdown and kill, with stock workers in every state: what they hear, what becomes of the job."""

import pytest
from rq import Queue, Retry
from rq.command import send_kill_horse_command, send_shutdown_command

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_redis import activity, age_run, open_door, status
from tests.support import eventually
from webapp.actions import workers
from webapp.actions.door import Actor, Door
from webapp.config import Config
from webapp.errors import NotFound, Refused, StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def running(redis, queue, function=fixture_jobs.wait_for_key, argument="gate", **options):
    job = queue.enqueue(function, argument, **options)
    eventually(lambda: status(redis, job) == "started")
    age_run(redis, job.id)
    return job


def test_a_busy_worker_ends_after_its_job_and_takes_no_other(redis, door, queue, worker_process):
    worker = worker_process("default")
    job, next_job = running(redis, queue), queue.enqueue(fixture_jobs.nothing)
    assert workers.shut_down(door, worker.name) == 1
    eventually(lambda: redis.hexists(f"rq:worker:{worker.name}", "shutdown_requested_date"))
    assert status(redis, job) == "started"
    redis.set("gate", 1)
    assert worker.wait() == 0
    assert (status(redis, job), status(redis, next_job)) == ("finished", "queued")
    assert activity(redis) == [("ada", "shut_down", "", f"heard by {worker.name}")]
    assert redis.xrange(_keys.ACTIVITY)[0][1][b"worker"] == worker.name.encode()


def test_an_idle_and_a_suspended_worker_end_at_once(redis, door, worker_process):
    idle = worker_process("default")
    workers.shut_down(door, idle.name)
    assert idle.wait() == 0
    suspended = worker_process("other")
    redis.set("rq:suspended", 1)
    Queue("other", connection=redis).enqueue(fixture_jobs.nothing)
    eventually(lambda: redis.hget(f"rq:worker:{suspended.name}", "state") == b"suspended")
    workers.shut_down(door, suspended.name)
    assert suspended.wait() == 0
    assert redis.smembers("rq:workers") == set()


def test_a_second_shutdown_is_refused_since_it_would_lose_the_job(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = running(redis, queue)
    workers.shut_down(door, worker.name)
    for forgotten in (False, True):
        if forgotten:  # what RQ itself wrote is enough
            eventually(lambda: redis.hexists(f"rq:worker:{worker.name}", "shutdown_requested_date"))
            redis.delete(_keys.told(worker.name))
        with pytest.raises(StateChanged) as refused:
            workers.shut_down(door, worker.name)
        assert refused.value.code == "leaving"
    redis.set("gate", 1)
    assert worker.wait() == 0
    assert status(redis, job) == "finished"


def test_a_worker_that_was_started_anew_under_the_same_name_is_another(redis, door, worker_process):
    for _ in range(2):
        worker = worker_process("default", name="ada-1")
        assert workers.shut_down(door, "ada-1") == 1
        assert worker.wait() == 0
        redis.delete("rq:worker:ada-1")


def test_a_killed_run_fails_and_its_worker_goes_on(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = running(redis, queue)
    assert workers.kill(door, worker.name, job.id) == 1
    eventually(lambda: status(redis, job) == "failed")
    assert "Work-horse terminated unexpectedly" in job.latest_result().exc_string
    worker.wait_idle()
    assert worker.returncode is None
    assert activity(redis) == [("ada", "kill", job.id, f"heard by {worker.name}")]


def test_a_killed_run_is_retried_as_rq_says(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = running(redis, queue, retry=Retry(1))
    workers.kill(door, worker.name, job.id)
    eventually(lambda: (redis.hget(f"rq:job:{job.id}", "retries_left"), status(redis, job)) == (b"0", "started"))
    worker.kill()


def test_a_kill_that_was_drawn_for_another_job_is_refused_and_hits_nobody(redis, door, queue, worker_process):
    worker = worker_process("default")
    first = queue.enqueue(fixture_jobs.nothing)
    second = running(redis, queue)
    with pytest.raises(StateChanged, match=f"another job by now: {second.id}"):
        workers.kill(door, worker.name, first.id)
    redis.set("gate", 1)
    worker.wait_idle()
    assert status(redis, second) == "finished"
    with pytest.raises(StateChanged, match="It is finished now"):
        workers.kill(door, worker.name, second.id)
    assert "kill horse" not in worker.output


def test_the_commands_are_those_that_rq_sends(redis, door):
    raw_jobs.worker(redis, "w", state="busy", current_job="j")
    redis.hset("rq:job:j", "status", "started")
    listener = redis.pubsub()
    listener.subscribe("rq:pubsub:w")
    listener.get_message(timeout=1)
    theirs, ours = (send_kill_horse_command, send_shutdown_command), (workers.kill, workers.shut_down)
    for send, act, more in zip(theirs, ours, (["j"], []), strict=True):
        send(redis, "w")
        act(door, "w", *more)
        assert listener.get_message(timeout=1)["data"] == listener.get_message(timeout=1)["data"]
    listener.close()


@pytest.mark.parametrize("verb", ["shut_down", "kill"])
def test_a_lost_worker_has_not_heard_it(redis, door, queue, worker_process, verb):
    worker = worker_process("default")
    job = running(redis, queue)
    worker.close()
    eventually(lambda: redis.pubsub_numsub(f"rq:pubsub:{worker.name}")[0][1] == 0)
    with pytest.raises(StateChanged) as refused:
        workers.kill(door, worker.name, job.id) if verb == "kill" else workers.shut_down(door, worker.name)
    assert refused.value.code == "not_heard"
    assert "Start one if none listens" in refused.value.fix
    assert activity(redis)[0][1:4:2] == (verb, "not_heard")
    assert status(redis, job) == "started"


def test_a_killed_worker_whose_job_lives_on_has_not_heard_it_though_its_channel_is_open(redis, door):
    raw_jobs.worker(redis, "gone", state="busy")
    for act in (lambda: workers.shut_down(door, "gone", runs_on=True), lambda: workers.kill(door, "gone", "j", True)):
        with pytest.raises(StateChanged) as refused:
            act()
        assert refused.value.code == "lost"


def test_a_simple_worker_hears_a_kill_and_goes_on_and_ends_after_its_job(redis, door, queue, worker_process):
    worker = worker_process("default", worker_class="rq.SimpleWorker")
    job = running(redis, queue)
    assert workers.kill(door, worker.name, job.id) == 1
    eventually(lambda: "kill horse command ignored" in worker.output)
    assert workers.shut_down(door, worker.name) == 1
    redis.set("gate", 1)
    assert worker.wait() == 0
    assert status(redis, job) == "finished"


def test_several_are_shut_down_each_with_its_own_outcome(redis, door, worker_process):
    worker = worker_process("default")
    raw_jobs.worker(redis, "silent")
    raw_jobs.worker(redis, "runs-on")
    names = [worker.name, "silent", "runs-on", "nobody"]
    told = workers.shut_down_all(door, names, frozenset({"runs-on"}))
    assert [(one["name"], one["heard"], one["error"] and one["error"]["code"]) for one in told] == [
        (worker.name, 1, None),
        ("silent", 0, "not_heard"),
        ("runs-on", 0, "lost"),
        ("nobody", 0, "not_found"),
    ]
    assert worker.wait() == 0


def test_who_is_no_worker_is_not_found(redis, door):
    with pytest.raises(NotFound):
        workers.shut_down(door, "nobody")
    with pytest.raises(NotFound):
        workers.kill(door, "nobody", "j")
    assert not redis.keys("*")


def test_on_a_redis_that_may_only_be_looked_at_all_is_refused(redis, worker_process):
    worker = worker_process("default")
    looking = Door(redis, Config(), Actor("ada", "127.0.0.1"))
    for act in (
        lambda: workers.shut_down(looking, worker.name),
        lambda: workers.kill(looking, worker.name, "j"),
        lambda: workers.shut_down_all(looking, [worker.name], frozenset()),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert "RQLIVE_WRITE=1" in refused.value.fix
    assert not redis.exists(_keys.ACTIVITY)
