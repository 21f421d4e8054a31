"""Stuck work: each kind is told with its jobs, what is mended goes away, and a healthy installation has none."""

import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from rq import Queue, Retry
from rq.executions import Execution
from rq.job import Dependency
from rq.rate_limit import RateLimit

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_redis import open_door
from tests.support import eventually
from webapp.actions import queues
from webapp.queries import sightings, stuck_deferred, stuck_nowhere, stuck_places
from webapp.queries.stuck import StuckReader

GATE = "gate"
SOON = 0.3


@pytest.fixture
def soon(monkeypatch) -> None:
    """What may be a moment between two writes is told sooner than a user would be told."""
    monkeypatch.setattr(sightings, "STANDS", SOON)
    monkeypatch.setattr(stuck_nowhere, "WALK_EVERY_MS", 0)


@pytest.fixture
def queue(redis) -> Queue:
    return Queue(connection=redis)


@pytest.fixture
def look(api, reader) -> Callable[[], dict]:
    """One look with a memory of its own: {kind: what is told of it}, and `looked`."""
    live, stuck = api.app.extensions["live"], StuckReader()

    def once() -> dict:
        value = stuck.read(reader, live.rows, live.overview(), live.clock.now_ms())
        return {kind["kind"]: kind for kind in value["kinds"]} | {"looked": value["looked"]}

    return once


@pytest.fixture
def told(look) -> Callable:
    """told("abandoned", n) waits until n of a kind are told, and is that kind; n = 0: until it is not told any more."""

    def wait(kind: str, count: int = 1) -> dict:
        seen = {}

        def is_so() -> bool:
            seen.clear()
            seen.update(look())
            return seen.get(kind, {"count": 0})["count"] == count

        eventually(is_so, 20, f"{count} {kind}; last told: {seen}")
        return seen.get(kind, {})

    return wait


def ids(kind: dict) -> set[str]:
    return {entry["job"]["id"] for entry in kind["jobs"]}


def reasons(kind: dict) -> dict[str, tuple]:
    return {entry["job"]["id"]: (entry["reason"], (entry["parent"] or {}).get("id")) for entry in kind["jobs"]}


def test_a_first_look_is_not_sure_of_what_it_may_not_tell_yet(soon, look, queue, redis):
    queue.enqueue(fixture_jobs.nothing)
    Queue.dequeue_any([queue], timeout=None, connection=redis)
    first = look()
    assert ("intermediate" in first, first["looked"]["sure"]) == (False, False)
    found = eventually(lambda: (again := look())["looked"]["sure"] and again, 5)
    assert "intermediate" in found, "who is sure has told it"


def test_where_nothing_is_stuck_it_says_what_was_looked_at(look, queue):
    queue.enqueue(fixture_jobs.nothing)
    found = look()
    assert set(found) == {"looked"}
    assert found["looked"]["keys"] == found["looked"]["keys_of"] > 0
    assert (found["looked"]["queues"], found["looked"]["walks"]) == (1, 1)


def test_abandoned_runs_are_told_and_what_is_left_of_ended_jobs_is_not(told, look, queue, redis):
    job, ended = queue.enqueue(fixture_jobs.nothing), queue.enqueue(fixture_jobs.nothing)
    for one, status in ((job, "started"), (ended, "finished")):
        queue.remove(one)
        with redis.pipeline() as pipe:
            Execution.create(one, -30, pipe, "w")
            pipe.execute()
        one.set_status(status)
        redis.zadd("rq:wip:default", {member: time.time() - 30 for member in redis.zrange("rq:wip:default", 0, -1)})
    kind = told("abandoned")
    assert ids(kind) == {job.id}
    assert time.time() * 1000 - 60_000 < kind["since"] < time.time() * 1000 - 25_000
    assert kind["queues"] == [{"queue": "default", "count": 1, "workers": 0, "scheduler": False}]


def test_the_job_of_a_killed_worker_is_told_and_once_abandoned_only_as_that(told, look, queue, redis, worker_process):
    worker = worker_process("default")
    job = queue.enqueue(fixture_jobs.wait_for_key, GATE)
    eventually(lambda: job.get_status() == "started")
    look()
    # The process must have been seen alive to be seen gone.
    time.sleep(1.2)
    assert set(look()) == {"looked"}
    (horse,) = worker.family() - {worker.pid}
    worker.kill()
    assert reasons(told("lost_worker")) == {job.id: ("runs_on", None)}
    os.kill(horse, signal.SIGKILL)
    eventually(lambda: reasons(look()["lost_worker"]) == {job.id: (None, None)})
    redis.zadd("rq:wip:default", {redis.zrange("rq:wip:default", 0, 0)[0]: time.time() - 5})
    told("abandoned")
    assert "lost_worker" not in look()


def test_what_a_worker_took_and_did_not_start_is_told_when_that_has_lasted(soon, told, look, queue, redis):
    taken, starting = queue.enqueue(fixture_jobs.nothing), queue.enqueue(fixture_jobs.nothing)
    for _ in range(2):
        Queue.dequeue_any([queue], timeout=None, connection=redis)
    with redis.pipeline() as pipe:
        Execution.create(starting, 90, pipe, "w")
        pipe.execute()
    assert "intermediate" not in look()
    assert ids(told("intermediate")) == {taken.id}
    redis.delete("rq:queue:default:intermediate")
    redis.rpush("rq:queue:default", taken.id)
    told("intermediate", 0)


def test_overdue_jobs_are_counted_and_told_with_their_scheduler(told, queue, redis):
    late = [queue.enqueue_in(timedelta(minutes=-5 - n), fixture_jobs.nothing) for n in range(30)]
    queue.enqueue_in(timedelta(seconds=-20), fixture_jobs.nothing)
    kind = told("overdue", 30)
    assert (len(kind["jobs"]), kind["more"]) == (20, 10)
    assert kind["jobs"][0]["job"]["id"] == late[-1].id
    assert kind["queues"] == [{"queue": "default", "count": 30, "workers": 0, "scheduler": False}]


def test_jobs_that_wait_for_what_never_comes(soon, told, look, queue, redis):
    parents = {status: queue.enqueue(fixture_jobs.nothing) for status in ("failed", "stopped", "canceled", "gone")}
    waits = {status: queue.enqueue(fixture_jobs.nothing, depends_on=parent) for status, parent in parents.items()}
    above = queue.enqueue(fixture_jobs.nothing, depends_on=waits["failed"])
    allows = queue.enqueue(
        fixture_jobs.nothing,
        depends_on=Dependency([parents["failed"], queue.enqueue(fixture_jobs.nothing)], allow_failure=True),
    )
    round_a = queue.enqueue(fixture_jobs.nothing, job_id="a")
    queue.enqueue(fixture_jobs.nothing, job_id="b", depends_on=round_a)
    queue.remove(round_a)
    queue.enqueue(fixture_jobs.nothing, job_id="a", depends_on="b")
    look()
    assert "deferred" not in look()
    for status in ("failed", "stopped"):
        queue.remove(parents[status])
        parents[status].set_status(status)
    parents["canceled"].cancel()
    parents["gone"].delete()
    found = reasons(told("deferred", 7))
    assert found == {
        **{waits[status].id: (status, parent.id) for status, parent in parents.items()},
        above.id: ("above", waits["failed"].id),
        "a": ("circle", "b"),
        "b": ("circle", "a"),
    }
    assert allows.id not in found
    parents["failed"].set_status("queued")
    kind = told("deferred", 5)
    assert {waits["failed"].id, above.id}.isdisjoint(ids(kind))


def test_a_walk_over_many_goes_on_where_it_was(soon, told, look, queue, redis, monkeypatch):
    monkeypatch.setattr(stuck_deferred, "WALKED_MAX", 200)
    parent = queue.enqueue(fixture_jobs.nothing)
    others = [Queue(f"q{n}", connection=redis) for n in range(3)]
    with redis.pipeline() as pipe:
        for n in range(900):
            raw_jobs.listed(pipe, "deferred", f"d{n}", queue=others[n % 3].name, dependency_ids=f'["{parent.id}"]')
        pipe.execute()
    queue.remove(parent)
    parent.set_status("failed")
    walked = {look()["looked"]["deferred"] for _ in range(12)}
    assert len(walked) > 3, "some at each look"
    kind = told("deferred", 900)
    assert [one["count"] for one in kind["queues"]] == [300, 300, 300]


LOST = ("queued", "scheduled", "deferred", "rate_limited", "ready_to_enqueue", "started")


def test_a_walk_that_is_through_is_not_begun_anew_at_once(look, redis, monkeypatch):
    for _ in range(30):
        raw_jobs.listed(redis, "finished")

    def read() -> int:
        """Jobs that a look reads in its walk."""
        redis.config_resetstat()
        look()
        return redis.info("commandstats").get("cmdstat_hmget", {"calls": 0})["calls"]

    assert read() >= 30
    assert look()["looked"]["keys"] == redis.dbsize(), "what was walked over stays told"
    # Workers are asked each time.
    assert read() < 10
    monkeypatch.setattr(stuck_nowhere, "WALK_EVERY_MS", 0)
    assert read() >= 30


def test_jobs_that_no_list_has_are_found_by_a_walk_over_all_keys(soon, told, look, queue, redis, monkeypatch):
    monkeypatch.setattr(stuck_nowhere, "SCANNED", 50)
    monkeypatch.setattr(stuck_nowhere, "SCAN_STEP", 25)
    redis.sadd("rq:queues", "rq:queue:default")
    for n in range(200):
        redis.set(f"elsewhere:{n}", n)
    for status in LOST:
        raw_jobs.listed(redis, status, f"kept-{status}", rate_limit_key="k")
        raw_jobs.write(redis, f"lost-{status}", status=status, rate_limit_key="k")
    redis.zadd("rq:rl:k:rate_limited", {"kept-rate_limited": 1})
    raw_jobs.write(redis, "known", status="deferred", dependency_ids='["parent"]')
    redis.sadd("rq:job:parent:dependents", "known")
    raw_jobs.execution(redis, raw_jobs.write(redis, "starting", status="queued"), "w", queue="elsewhere")
    assert look()["looked"]["keys"] < 150
    kind = told("nowhere", len(LOST))
    assert ids(kind) == {f"lost-{status}" for status in LOST}
    redis.rpush("rq:queue:default", "lost-queued")
    redis.hset("rq:job:lost-started", "status", "finished")
    told("nowhere", len(LOST) - 2)


def test_a_held_or_parked_job_is_somewhere(soon, told, queue, redis, tmp_path):
    queue.enqueue(fixture_jobs.nothing)
    queues.hold(open_door(redis, tmp_path), "default")
    parked, lost = (queue.enqueue(fixture_jobs.nothing) for _ in range(2))
    redis.lmove("rq:queue:default", _keys.parked("default"))
    queue.remove(lost)
    assert ids(told("nowhere")) == {lost.id} != {parked.id}


def test_in_a_long_queue_only_those_are_looked_for_that_should_have_left_it(
    soon, told, look, queue, redis, monkeypatch
):
    monkeypatch.setattr(stuck_places, "SHORT_QUEUE", 5)
    lost = queue.enqueue(fixture_jobs.nothing)
    queue.remove(lost)
    for _ in range(10):
        queue.enqueue(fixture_jobs.nothing)
    front = queue.enqueue(fixture_jobs.nothing, at_front=True)
    assert ids(told("nowhere")) == {lost.id}
    queue.remove(front)
    for _ in range(3):
        assert ids(look()["nowhere"]) == {lost.id}


def test_slots_of_dead_jobs_and_ready_jobs_that_were_left(soon, told, queue, redis):
    holder = queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit("narrow", 1))
    queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit("narrow", 1))
    redis.delete(holder.key)
    kind = told("slots")
    assert [(one["job"]["id"], one["key"], one["reason"]) for one in kind["jobs"]] == [(holder.id, "narrow", "gone")]
    redis.zrem("rq:rl:narrow:allowed", holder.id)
    told("slots", 0)
    ready = queue.enqueue(fixture_jobs.nothing)
    queue.remove(ready)
    with redis.pipeline() as pipe:
        queue.ready_job_registry.register_jobs([ready], pipe)
        pipe.execute()
    redis.zincrby("rq:ready:default", -60, ready.id)
    assert ids(told("ready")) == {ready.id}


def test_the_board_tells_it_and_survives_whatever_lies_there(api, redis):
    redis.sadd("rq:queues", "rq:queue:default", "rq:queue:odd")
    redis.set("rq:queue:odd:intermediate", "no list")
    redis.set("rq:rl:odd:allowed", "no zset")
    redis.sadd("rq:rl-keys", "odd")
    redis.set("rq:job:odd", "no hash")
    redis.zadd("rq:deferred:odd", {"odd": 1, "nobody": 2})
    redis.zadd("rq:scheduled:odd", {"vanished": 1})
    redis.zadd("rq:wip:odd", {"vanished:run": 1})
    for _ in range(3):
        value = api.get("/api/boards/stuck")["value"]
        assert value["kinds"] == []


def test_under_load_with_healthy_workers_nothing_is_ever_told(look, queue, redis, worker_process, monkeypatch):
    # Less than half of what a user waits for: a harder test than his.
    monkeypatch.setattr(sightings, "STANDS", 2.0)
    monkeypatch.setattr(stuck_nowhere, "WALK_EVERY_MS", 0)
    other = Queue("other", connection=redis)
    worker_process("default", worker_class="rq.SimpleWorker", with_scheduler=True)
    worker_process("other", "default", worker_class="rq.SimpleWorker")
    worker_process("other")
    end, sent = time.monotonic() + 6, 0
    while time.monotonic() < end:
        parent = None
        for n in range(12):
            where = (queue, other)[n % 2]
            parent = where.enqueue(fixture_jobs.nothing, depends_on=parent if n % 3 else None, result_ttl=(0, 5)[n % 2])
        queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit("narrow", 2))
        queue.enqueue(fixture_jobs.div_by_zero, retry=Retry(1))
        other.enqueue_in(timedelta(seconds=1), fixture_jobs.nothing)
        sent += 15
        found = look()
        assert set(found) == {"looked"}, found
        time.sleep(max(0.0, sent / 200 - (time.monotonic() - end + 6)))
    assert sent > 300
