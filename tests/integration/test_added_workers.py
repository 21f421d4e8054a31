"""Workers that are added from a page: started and ended by `make run`, heard, and gone with it."""

import os
import signal
import time

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import status
from tests.runs import Run
from tests.support import eventually
from webapp.actions import added, workers
from webapp.actions.door import Actor, Door
from webapp.config import Config
from webapp.errors import BadInput, NotFound, Refused, StateChanged
from webapp.queries import added as queries
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles

COMMAND = "rq worker default"


def board(redis) -> dict:
    return queries.read(redis, int(redis.time()[0] * 1000))


@pytest.fixture
def run(started, tmp_path, redis, redis_server):
    """`make run` attached to the session's Redis, where it may write; without a worker of its own."""
    running = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "RQLIVE_WRITE": 1}))
    eventually(lambda: redis.hlen(_keys.SUPERVISORS), 30, "it tells that it is there")
    return running


def door_of(redis, **settings) -> Door:
    (supervisor,) = redis.hkeys(_keys.SUPERVISORS) or [b""]
    config = Config(write=True, supervisor=supervisor.decode() or None)
    return Door(redis, config, Actor("ada", "127.0.0.1"))


def added_one(redis, *queues: str) -> dict:
    """An added worker that listens, as the board tells of it."""
    (worker_id,) = added.add(door_of(redis), list(queues or ("default",)), 1, COMMAND)

    def listens():
        (one,) = [one for one in board(redis)["workers"] if one["id"] == worker_id]
        heard = redis.pubsub_numsub(f"rq:pubsub:{one['worker']}")[0][1]
        return one if one["state"] == "running" and heard else None

    return eventually(listens, 30, "the added worker listens")


def now(redis, worker: dict) -> dict:
    return next(one for one in board(redis)["workers"] if one["id"] == worker["id"])


def busy(redis, seconds=60.0):
    job = Queue(connection=redis).enqueue(fixture_jobs.sleep_for, seconds)
    eventually(lambda: status(redis, job) == "started", 20)
    return job


def lines(redis, worker: dict) -> str:
    masks = RowReader(Titles()).masks
    return "\n".join(line["text"] for line in queries.output(redis, masks, worker["id"])["lines"])


def test_one_is_started_works_is_heard_and_ends_after_its_job_when_it_is_asked_to(run, redis):
    worker = added_one(redis, "odd name; $(id)".replace(" ", "_"), "default")
    assert worker["queues"] == ["odd_name;_$(id)", "default"]
    assert redis.hget(f"rq:worker:{worker['worker']}", "queues") == b"odd_name;_$(id),default"
    eventually(
        lambda: "*** Listening on odd_name;_$(id), default" in lines(redis, worker), message="its output is told"
    )
    job = busy(redis, 1.0)
    added.end(door_of(redis), worker["id"], kill=False)
    added.end(door_of(redis), worker["id"], kill=False)
    eventually(lambda: now(redis, worker)["state"] == "ending")
    eventually(lambda: now(redis, worker)["state"] == "ended")
    assert (status(redis, job), now(redis, worker)["code"]) == ("finished", 0)
    assert 0 < redis.ttl(_keys.output(worker["id"])) <= _keys.ADDED_TTL
    assert run.end() < 3
    assert not redis.exists(_keys.added(worker["id"].partition("-")[0]))


def test_who_is_ended_now_has_its_job_stopped(run, redis):
    worker = added_one(redis)
    job = busy(redis)
    added.end(door_of(redis), worker["id"], kill=False)
    eventually(lambda: redis.hexists(f"rq:worker:{worker['worker']}", "shutdown_requested_date"))
    began = time.monotonic()
    added.end(door_of(redis), worker["id"], kill=True)
    eventually(lambda: now(redis, worker)["state"] == "ended", 5)
    assert time.monotonic() - began < 3.5
    assert status(redis, job) == "stopped"
    assert redis.smembers("rq:workers") == set()


@pytest.mark.parametrize("asked", [False, True], ids=["unasked", "asked to end before"])
def test_ctrl_c_ends_a_busy_one_within_three_seconds_and_its_job_is_stopped(run, redis, asked):
    """A worker of RQ that is asked twice drops its job: the second signal must not come."""
    worker = added_one(redis)
    job = busy(redis)
    if asked:
        workers.shut_down(door_of(redis), worker["worker"])
        eventually(lambda: redis.hexists(f"rq:worker:{worker['worker']}", "shutdown_requested_date"))
        time.sleep(1.1)  # RQ takes two signals within a second for one
    assert run.end() < 3
    assert run.left() == {}
    assert (status(redis, job), redis.zcard("rq:wip:default")) == ("stopped", 0)
    assert redis.hlen(_keys.SUPERVISORS) == 0


def test_a_killed_supervisor_leaves_no_worker_and_the_page_is_told_by_its_silence(run, redis):
    worker = added_one(redis)
    job = busy(redis)
    run.kill()
    eventually(lambda: not run.left(), 6, f"all have ended but {run.left()}")
    assert status(redis, job) == "stopped"
    assert [one["alive"] for one in board(redis)["workers"]] == [True]
    later = queries.read(redis, redis.time()[0] * 1000 + _keys.SUPERVISOR_SILENT_MS + 1000)
    assert [(one["id"], one["alive"]) for one in later["workers"]] == [(worker["id"], False)]
    assert 0 < redis.ttl(_keys.SUPERVISORS) <= _keys.ADDED_TTL
    redis.hset(_keys.SUPERVISORS, worker["id"].partition("-")[0], '{"at": 1}')
    for refused in (
        lambda: added.end(door_of(redis), worker["id"], kill=True),
        lambda: added.add(door_of(redis), ["default"], 1, COMMAND),
    ):
        with pytest.raises(Refused) as error:
            refused()
        assert error.value.code == "no_supervisor"


def test_one_that_keeps_dying_is_given_up_and_its_last_words_are_kept(started, tmp_path, redis, redis_server):
    """RQ_WORKER_CLASS is what a stock worker obeys; a class that cannot be imported ends it at once."""
    env = {"REDIS_URL": redis_server.url, "RQLIVE_WRITE": 1, "RQ_WORKER_CLASS": "not.there.Worker"}
    started(Run(tmp_path, env))
    eventually(lambda: redis.hlen(_keys.SUPERVISORS), 30)
    (worker_id,) = added.add(door_of(redis), ["default"], 1, COMMAND)
    eventually(lambda: now(redis, {"id": worker_id})["state"] == "waiting", 20)
    waiting = eventually(lambda: (one := now(redis, {"id": worker_id}))["crashes"] >= 2 and one["again_at"] and one, 20)
    assert waiting["code"] == 1
    assert waiting["again_at"] > waiting["ended_at"]
    assert "not.there" in lines(redis, {"id": worker_id})
    added.end(door_of(redis), worker_id, kill=False)
    eventually(lambda: now(redis, {"id": worker_id})["state"] == "ended")


def test_a_crashed_one_is_started_again_under_another_name(run, redis):
    worker = added_one(redis)
    os.kill(worker["pid"], signal.SIGKILL)
    again = eventually(lambda: (one := now(redis, worker))["worker"] != worker["worker"] and one, 10)
    assert (again["crashes"], again["code"]) == (1, -9)


def test_no_more_than_sixteen_are_asked_for_and_each_refusal_leaves_a_line(redis):
    redis.hset(_keys.SUPERVISORS, "a" * 12, '{"server": "s", "at": 9e15}')
    door = Door(redis, Config(write=True, supervisor="a" * 12), Actor("ada", "127.0.0.1"))
    assert len(set(added.add(door, ["q"], 10, COMMAND))) == 10
    with pytest.raises(StateChanged, match="10 of at most 16"):
        added.add(door, ["q"], 7, COMMAND)
    added.add(door, ["q"], 6, COMMAND)
    assert redis.llen(_keys.added_asked("a" * 12)) == 16
    assert 0 < redis.ttl(_keys.added_asked("a" * 12)) <= 60
    outcomes = [fields[b"outcome"] for _, fields in redis.xrange(_keys.ACTIVITY)]
    assert outcomes == [b"done", b"too_many_workers", b"done"]


@pytest.mark.parametrize(
    "queues", [None, [], "default", ["-u"], ["--url=x"], ["a b"], ["a,b"], ["a\n"], [7], ["a", "a"], ["x" * 101], [""]]
)
def test_what_is_no_list_of_queues_is_refused_before_anybody_is_asked(redis, queues):
    door = Door(redis, Config(write=True, supervisor="a" * 12), Actor("ada", "127.0.0.1"))
    with pytest.raises(BadInput) as refused:
        added.add(door, queues, 1, COMMAND)
    assert refused.value.fields
    assert not redis.keys("*")


def test_without_make_run_the_command_is_told_and_a_look_only_redis_refuses(redis):
    actor = Actor("ada", "127.0.0.1")
    with pytest.raises(Refused, match="not started by `make run`") as refused:
        added.add(Door(redis, Config(write=True), actor), ["default"], 1, COMMAND)
    assert refused.value.fix.endswith(COMMAND)
    with pytest.raises(Refused) as refused:
        added.add(Door(redis, Config(supervisor="a" * 12), actor), ["default"], 1, COMMAND)
    assert refused.value.code == "look_only"
    with pytest.raises(NotFound):
        added.end(Door(redis, Config(write=True), actor), "no-id", kill=True)
    assert not redis.exists(_keys.added("a" * 12))
