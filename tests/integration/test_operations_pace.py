"""A requeue that goes slowly, tries a few first, and stops itself; one that is paused, or whose process is killed."""

import json
import time
from collections import Counter

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_redis import activity, status
from tests.operations import ask, now, run, turn, until
from tests.support import eventually


@pytest.fixture
def process(operations_process):
    return operations_process(env={"RQLIVE_WRITE": 1})


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def start(client, verb, of, **options):
    """A started operation."""
    ready = until(client, ask(client, verb, of, **options), "ready")
    assert turn(client, ready, "start", total=ready["total"]).status_code == 200
    return ready


def failed(redis, count, **more):
    return [raw_jobs.listed(redis, "failed", **more) for _ in range(count)]


def test_it_keeps_its_pace(redis, client, process):
    failed(redis, 100)
    done = run(client, "requeue", {"queue": "default", "status": "failed"}, rate=100, halt_after=0)
    assert 0.7 < (done["ended_at"] - done["started_at"]) / 1000 < 2
    assert (done["done"], redis.llen("rq:queue:default")) == (100, 100)


def test_paused_means_nothing_more_is_done_until_it_is_resumed(redis, client, process):
    failed(redis, 100)
    operation = start(client, "requeue", {"queue": "default", "status": "failed"}, rate=50)
    eventually(lambda: redis.llen("rq:queue:default") > 5)
    assert turn(client, operation, "pause").json["operation"]["state"] == "paused"
    so_far = redis.llen("rq:queue:default")
    time.sleep(0.3)
    paused = now(client, operation)
    assert redis.llen("rq:queue:default") == so_far == paused["done"] < 100
    assert turn(client, operation, "pause").status_code == 409
    assert turn(client, operation, "resume").json["operation"]["state"] == "running"
    assert until(client, operation, "done")["done"] == 100
    kinds = [action for _, action, _, _ in activity(redis)]
    assert kinds == [f"{deed}_operation" for deed in ("start", "pause", "pause", "resume", "end")]


def test_canceled_means_what_is_done_stays_done(redis, client, process):
    failed(redis, 100)
    operation = start(client, "requeue", {"queue": "default", "status": "failed"}, rate=50)
    eventually(lambda: redis.llen("rq:queue:default") > 5)
    canceled = turn(client, operation, "cancel").json["operation"]
    assert canceled["state"] == "canceled"
    assert canceled["done"] == redis.llen("rq:queue:default") < 100
    assert turn(client, operation, "resume").status_code == 409
    eventually(lambda: not redis.exists(_keys.operation_jobs(operation["id"])), message="its jobs are forgotten")


def test_the_first_few_decide_whether_it_goes_on(redis, client, process, queue, worker_process):
    jobs = [queue.enqueue(fixture_jobs.fail_until_attempt, 2) for _ in range(12)]
    worker_process("default", burst=True)
    operation = start(client, "requeue", {"queue": "default", "status": "failed"}, rate=0, first=4, need=3)
    eventually(lambda: now(client, operation)["done"] == 4)
    assert now(client, operation)["state"] == "trying"
    assert len(queue.job_ids) == 4, "it waits for these"
    worker_process("default", burst=True)
    assert until(client, operation, "done")["done"] == 12
    worker_process("default", burst=True)
    assert {status(redis, job) for job in jobs} == {"finished"}


def test_it_halts_where_too_few_of_the_first_finish_and_can_be_resumed(redis, client, process, queue, worker_process):
    for _ in range(6):
        queue.enqueue(fixture_jobs.div_by_zero)
    worker_process("default", burst=True)
    operation = start(client, "requeue", {"queue": "default", "status": "failed"}, rate=0, first=3, need=2)
    eventually(lambda: now(client, operation)["done"] == 3)
    worker_process("default", burst=True)
    halted = until(client, operation, "halted")
    assert halted["message"] == {"code": "too_few", "finished": 0, "first": 3, "need": 2, "gone": 0}
    assert halted["done"] == 3
    assert turn(client, operation, "resume").json["operation"]["message"] is None
    assert until(client, operation, "done")["done"] == 6


def test_it_halts_where_the_same_failure_recurs(redis, client, process, queue, worker_process):
    for number in range(200):
        job = raw_jobs.payload("tests.fixture_jobs.fail_with", (f"the disk of customer-{number} is full",))
        raw_jobs.listed(redis, "failed", data=job)
    worker_process("default")
    operation = start(client, "requeue", {"queue": "default", "status": "failed"}, rate=40, halt_after=3)
    halted = until(client, operation, "halted", timeout=30)
    assert halted["message"]["code"] == "same_failure"
    assert halted["message"]["count"] == 3
    assert halted["message"]["cause"]["type"]
    assert halted["done"] < 200


@pytest.fixture
def deadly(redis, client, operations_process):
    """An operations process that is killed up to three times while an operation goes on; what that came to."""
    process = [operations_process(env={"RQLIVE_WRITE": 1})]

    def watch(operation: dict) -> dict:
        kills = 0
        while now(client, operation)["state"] in ("collecting", "running") and kills < 3:
            process[0].kill()
            kills += 1
            # The lease of the dead one would end in eight seconds.
            redis.delete(_keys.lease("operations"))
            process[0] = operations_process(env={"RQLIVE_WRITE": 1})
            time.sleep(0.6)
        assert kills
        return until(client, operation, "done", timeout=30)

    return watch


def write(redis, where: str, count: int = 3_000) -> None:
    with redis.pipeline(transaction=False) as pipe:
        for number in range(count):
            raw_jobs.listed(pipe, where, f"job-{number}")
        pipe.execute()


@pytest.mark.parametrize("verb", ["delete", "requeue", "cancel", "move", "hold"])
def test_each_job_is_done_once_though_the_process_is_killed(redis, client, deadly, verb):
    where = "failed" if verb in ("delete", "requeue") else "queued"
    write(redis, where)
    options = {"requeue": {"rate": 0, "halt_after": 0}, "move": {"queue": "other"}}.get(verb, {})
    done = deadly(start(client, verb, {"queue": "default", "status": where}, **options))
    assert (done["total"], done["done"], done["refused"]) == (3_000, 3_000, {})
    assert redis.zcard("rq:failed:default") == 0
    lists = {"requeue": "rq:queue:default", "move": "rq:queue:other", "hold": _keys.held("default")}
    for key in {*lists.values(), "rq:queue:default"}:
        ids = redis.lrange(key, 0, -1)
        assert len(ids) == len(set(ids)) == (3_000 if lists.get(verb) == key else 0), key


@pytest.mark.parametrize(
    ("verb", "where"), [("run_now", "scheduled"), ("run_again", "finished"), ("to_front", "queued")]
)
def test_each_job_waits_once_though_the_process_is_killed(redis, client, deadly, verb, where):
    write(redis, where)
    done = deadly(start(client, verb, {"queue": "default", "status": where}))
    assert (done["done"], done["refused"]) == (3_000, {})
    ids = redis.lrange("rq:queue:default", 0, -1)
    assert len(ids) == len(set(ids)) == 3_000


def test_what_is_held_is_released_once_though_the_process_is_killed(redis, client, deadly):
    write(redis, "queued")
    deadly(start(client, "hold", {"queue": "default", "status": "queued"}))
    done = deadly(start(client, "release", {"queue": "default", "status": "queued"}))
    assert (done["done"], done["refused"]) == (3_000, {})
    ids = redis.lrange("rq:queue:default", 0, -1)
    assert len(ids) == len(set(ids)) == 3_000
    assert not redis.exists(_keys.held("default"))


def test_an_undo_is_finished_though_its_process_is_killed(redis, client, deadly):
    write(redis, "queued")
    order = redis.lrange("rq:queue:default", 0, -1)
    deleted = deadly(start(client, "delete", {"queue": "default", "status": "queued"}))
    assert deleted["undo_jobs"] == 3_000
    back = deadly(turn(client, deleted, "undo").json["operation"])
    assert (back["done"], back["refused"]) == (3_000, {})
    assert redis.lrange("rq:queue:default", 0, -1) == order


def test_who_runs_a_job_is_told_once_to_stop_it_though_the_process_is_killed(redis, client, deadly):
    """What workers hear is counted here; that a worker then stops, other tests see."""
    with redis.pipeline(transaction=False) as pipe:
        for number in range(3_000):
            raw_jobs.execution(pipe, raw_jobs.listed(pipe, "started", f"job-{number}"), "ear")
        pipe.execute()
    with redis.pubsub() as ear:
        ear.subscribe("rq:pubsub:ear")
        assert ear.get_message(timeout=5)["type"] == "subscribe"
        done = deadly(start(client, "stop", {"queue": "default", "status": "started"}))
        assert (done["total"], done["done"], done["refused"]) == (3_000, 3_000, {})
        heard: Counter = Counter()
        while message := ear.get_message(timeout=0.5):
            heard[json.loads(message["data"])["job_id"]] += 1
    assert len(heard) == 3_000
    assert set(heard.values()) == {1}
