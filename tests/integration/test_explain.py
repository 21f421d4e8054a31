"""Why a job does not run: every reason made with RQ's own objects, or as a death leaves it, told with its figures."""

import os
import signal
import time
from datetime import timedelta

import pytest
from rq import Queue, Repeat, Retry, suspension
from rq.command import send_stop_job_command
from rq.executions import Execution
from rq.job import Dependency, Job
from rq.rate_limit import RateLimit

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_redis import open_door
from tests.support import eventually
from webapp import figure_fields
from webapp.actions import queues
from webapp.boards.why import Why
from webapp.models import STATUSES
from webapp.queries import liveness, sightings

GATE = "gate"


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """What may be a moment between two writes is told sooner than a user would be told."""
    monkeypatch.setattr(sightings, "STANDS", 0.2)
    monkeypatch.setattr(liveness, "LOST_AFTER", 0.5)
    monkeypatch.setattr(Why, "gap", 0.05)


@pytest.fixture
def queue(redis) -> Queue:
    return Queue(connection=redis)


@pytest.fixture
def why(api):
    """why(job) is the board; why(job, "code") waits until it tells that."""

    def ask(job: Job | str, code: str | None = None, **figures) -> dict:
        path = f"/api/boards/why/{job if isinstance(job, str) else job.id}"

        def told():
            value = api.get(path)["value"]
            assert code is None or value["code"] == code, value
            assert figures.items() <= value["figures"].items(), value
            return value

        return eventually(told, 8)

    return ask


def ids(value: dict) -> list[str]:
    return [job["id"] for job in value["jobs"]]


def test_a_created_job_was_never_sent(why, redis):
    job = Job.create(fixture_jobs.nothing, connection=redis)
    job.save()
    why(job, "created")


def test_a_queued_job_waits_for_a_worker_its_turn_or_other_queues(why, queue, redis):
    first, second = queue.enqueue(fixture_jobs.nothing), queue.enqueue(fixture_jobs.nothing)
    why(second, "no_worker", queue="default")
    raw_jobs.worker(redis, "silent", birth=raw_jobs.stamp(time.time() - 60))
    why(second, "no_signal", n=1)
    why(second, "workers_lost", n=1)
    raw_jobs.worker(redis, "w", birth=raw_jobs.stamp(time.time() + 1))
    with redis.pubsub() as heard:
        heard.subscribe("rq:pubsub:w")
        why(first, "next", workers=1, ahead=0)
        why(second, "behind", workers=1, ahead=1)
        Queue("high", connection=redis).enqueue(fixture_jobs.nothing)
        redis.hset("rq:worker:w", "queues", "high,default")
        why(second, "other_queues", first=1, ahead=1)


def test_the_start_is_estimated_by_what_was_recorded_and_by_nothing_else(why, queue, redis):
    jobs = [queue.enqueue(fixture_jobs.nothing) for _ in range(10)]
    raw_jobs.worker(redis, "w", birth=raw_jobs.stamp())
    with redis.pubsub() as heard:
        heard.subscribe("rq:pubsub:w")
        assert "start_in" not in why(jobs[9], "behind")["figures"]
        minute = int(redis.time()[0]) // 60
        started = figure_fields.field(figure_fields.STARTED, "default")
        for back, (starts, covered) in enumerate([(10, 30_000), (20, 60_000)]):
            redis.hset(_keys.figures(minute - back), mapping={started: starts, figure_fields.COVERED: covered})
        # Ten starts are needed, at 30 in 90 seconds.
        why(jobs[9], "behind", start_in=30.0, window_s=90)


def test_far_behind_is_said_without_a_number_that_nobody_counted(why, queue, redis, monkeypatch):
    from webapp.queries import explain_read

    monkeypatch.setattr(explain_read, "PLACES_MAX", 2)
    jobs = [queue.enqueue(fixture_jobs.nothing) for _ in range(7)]
    raw_jobs.worker(redis, "w", birth=raw_jobs.stamp())
    with redis.pubsub() as heard:
        heard.subscribe("rq:pubsub:w")
        why(jobs[3], "far_behind", queued=7, ahead=2)
        why(jobs[6], "behind", ahead=6)


@pytest.mark.parametrize("ttl", [None, 60])
def test_suspended_workers_take_nothing(why, queue, redis, ttl):
    job = queue.enqueue(fixture_jobs.nothing)
    suspension.suspend(redis, ttl)
    left = why(job, "suspended")["figures"]["left_ms"]
    assert left is None if ttl is None else 0 < left <= 60_000


def test_a_held_job_says_who_holds_it(why, queue, redis, tmp_path):
    job = queue.enqueue(fixture_jobs.nothing)
    queues.hold(open_door(redis, tmp_path), "default")
    why(job, "held", queue="default", by="ada")


def test_a_parked_job_says_whether_somebody_keeps_the_pause(why, queue, redis):
    job = queue.enqueue(fixture_jobs.nothing)
    redis.lmove("rq:queue:default", _keys.parked("default"))
    redis.hset(_keys.pause("default"), mapping={"state": "paused", "by": "ada", "at": 1, "until": ""})
    redis.sadd(_keys.ASIDE, "default")
    why(job, "parked_left", by="ada", at=1)
    redis.set(_keys.lease("pauses"), "somebody", ex=60)
    why(job, "parked")


def test_a_job_that_a_worker_holds_is_being_taken_until_that_has_lasted(why, queue, redis, monkeypatch):
    monkeypatch.setattr(sightings, "STANDS", 1.5)
    job = queue.enqueue(fixture_jobs.nothing)
    Queue.dequeue_any([queue], timeout=None, connection=redis)
    assert redis.lrange("rq:queue:default:intermediate", 0, -1) == [job.id.encode()]
    assert why(job)["code"] == "taking"
    why(job, "stuck_intermediate", queue="default", workers=0)
    with redis.pipeline() as pipe:
        Execution.create(job, 90, pipe, "w")
        pipe.execute()
    why(job, "starting")


def test_a_job_that_a_dying_worker_popped_from_several_queues_is_in_no_list(why, queue, redis):
    job = queue.enqueue(fixture_jobs.nothing)
    Queue.dequeue_any([Queue("other", connection=redis), queue], timeout=None, connection=redis)
    why(job, "in_no_list", queue="default")
    redis.rpush("rq:queue:default", job.id)
    why(job, "no_worker")


def test_a_job_waits_for_those_it_depends_on(why, queue, redis, worker_process):
    parent, other = queue.enqueue(fixture_jobs.wait_for_key, GATE), queue.enqueue(fixture_jobs.nothing)
    child = queue.enqueue(fixture_jobs.nothing, depends_on=[parent, other])
    assert set(ids(why(child, "waits_for", n=2, of=2))) == {parent.id, other.id}
    worker_process("default")
    eventually(lambda: parent.get_status() == "started")
    assert [job["status"] for job in why(child, "waits_for")["jobs"]] == ["started", "queued"]
    redis.set(GATE, 1)
    eventually(lambda: child.get_status() == "finished")
    eventually(lambda: why(child)["code"] is None)


@pytest.mark.parametrize("status", ["failed", "stopped", "canceled"])
def test_a_job_waits_for_ever_for_parents_that_ended_badly(why, queue, redis, status):
    parent, good = queue.enqueue(fixture_jobs.nothing), queue.enqueue(fixture_jobs.nothing)
    child = queue.enqueue(fixture_jobs.nothing, depends_on=[parent, good])
    grandchild = queue.enqueue(fixture_jobs.nothing, depends_on=child)
    if status == "canceled":
        parent.cancel()
    else:
        queue.remove(parent)
        parent.set_status(status)
    found = why(child, "dead_parents", n=1, of=2)
    assert (found["figures"][status], ids(found)) == (1, [parent.id])
    assert ids(why(grandchild, "dead_ancestor")) == [child.id, parent.id]


def test_a_failed_job_whose_dependents_allow_that_was_met(why, queue, redis, worker_process):
    parent = queue.enqueue(fixture_jobs.div_by_zero)
    slow = queue.enqueue(fixture_jobs.wait_for_key, GATE)
    child = queue.enqueue(fixture_jobs.nothing, depends_on=Dependency([parent, slow], allow_failure=True))
    worker_process("default")
    eventually(lambda: slow.get_status() == "started")
    assert ids(why(child, "waits_for", n=1, of=2)) == [slow.id]
    redis.set(GATE, 1)
    eventually(lambda: child.get_status() == "finished")


def test_parents_that_are_gone_start_nobody(why, queue, redis):
    parents = [queue.enqueue(fixture_jobs.nothing) for _ in range(2)]
    child = queue.enqueue(fixture_jobs.nothing, depends_on=parents)
    parents[0].delete()
    assert ids(why(child, "waits_for", n=1, gone=1)) == [parents[1].id]
    parents[1].delete()
    why(child, "gone_parents", n=2)


def test_parents_that_are_done_and_did_not_say_so_start_nobody(why, queue, redis):
    parent = queue.enqueue(fixture_jobs.nothing)
    child = queue.enqueue(fixture_jobs.nothing, depends_on=parent)
    redis.delete(parent.dependents_key)
    why(child, "forgotten")
    queue.remove(parent)
    parent.set_status("finished")
    why(child, "parents_met")


def test_jobs_that_wait_for_each_other_wait_for_themselves(why, queue, redis):
    first = queue.enqueue(fixture_jobs.nothing, job_id="a")
    second = queue.enqueue(fixture_jobs.nothing, job_id="b", depends_on=first)
    third = queue.enqueue(fixture_jobs.nothing, job_id="c", depends_on=second)
    queue.remove(first)
    queue.enqueue(fixture_jobs.nothing, job_id="a", depends_on=third)
    assert ids(why("a", "circle", n=3)) == ["a", "c", "b"]
    assert ids(why("b", "circle", n=3)) == ["b", "a", "c"]
    outside = queue.enqueue(fixture_jobs.nothing, depends_on=first)
    assert ids(why(outside, "dead_ancestor")) == ["a", "c", "b"]
    queue.remove("x")
    queue.enqueue(fixture_jobs.nothing, job_id="x")
    queue.enqueue(fixture_jobs.nothing, job_id="x", depends_on="x")
    assert ids(why("x", "circle", n=1)) == ["x"]


def test_a_scheduled_job_needs_a_scheduler(why, queue, redis, worker_process):
    job = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing)
    at = int(redis.zscore("rq:scheduled:default", job.id)) * 1000
    why(job, "no_scheduler", at=at, after=None, queue="default")
    late = queue.enqueue_in(timedelta(seconds=-30), fixture_jobs.nothing)
    why(late, "overdue_no_scheduler")
    redis.set("rq:scheduler-lock:default", "dead-and-gone")
    why(job, "no_scheduler")
    redis.delete("rq:scheduler-lock:default")
    worker_process("default", with_scheduler=True)
    why(job, "due", at=at)
    eventually(lambda: late.get_status() == "finished")
    redis.zadd("rq:scheduled:default", {job.id: time.time() - 60})
    redis.zrem("rq:scheduled:default", job.id)
    why(job, "in_no_list")


def test_a_scheduler_that_is_behind_is_told(why, queue, redis):
    redis.set("rq:scheduler-lock:default", "s")
    redis.hset("rq:scheduler:s", "hostname", "here")
    late = queue.enqueue_in(timedelta(seconds=-30), fixture_jobs.nothing)
    why(late, "overdue")


def test_a_retry_and_a_repeat_say_what_they_wait_for(why, queue, redis, worker_process):
    again = queue.enqueue(fixture_jobs.div_by_zero, retry=Retry(2, interval=3600))
    repeated = queue.enqueue(fixture_jobs.nothing, repeat=Repeat(2, interval=3600))
    worker_process("default", burst=True)
    why(again, "no_scheduler", after="retry")
    why(repeated, "no_scheduler", after="repeat")
    failed = queue.enqueue(fixture_jobs.div_by_zero)
    worker_process("default", burst=True)
    why(failed, "failed")


def limited(queue: Queue, key: str = "narrow", slots: int = 1, **options) -> Job:
    return queue.enqueue(fixture_jobs.wait_for_key, GATE, rate_limit=RateLimit(key, slots), **options)


def test_a_rate_limited_job_waits_for_those_that_hold_the_slots(why, queue, redis, worker_process):
    # RQ keeps whole seconds: who came within the same one waits in the order of the ids.
    holder, waiter, later = (limited(queue, job_id=name) for name in ("first", "second", "third"))
    found = why(waiter, "slots_wait", key="narrow", slots=1, held=1, ahead=0, queue="default")
    assert ids(found) == [holder.id]
    worker_process("default")
    eventually(lambda: holder.get_status() == "started")
    assert ids(why(later, "slots_held", ahead=1)) == [holder.id]
    redis.set(GATE, 1)
    eventually(lambda: later.get_status() == "finished")


def test_a_slot_that_a_dead_job_holds_is_told(why, queue, redis):
    holder, waiter = limited(queue), limited(queue)
    redis.delete(holder.key)
    assert ids(why(waiter, "slots_dead", n=1, held=1)) == [holder.id]
    redis.zrem("rq:rl:narrow:allowed", holder.id)
    why(waiter, "slot_free", held=0, slots=1)
    redis.zrem("rq:rl:narrow:rate_limited", waiter.id)
    why(waiter, "in_no_list")


def test_a_job_that_holds_the_slot_for_which_it_waits(why, queue, redis):
    limited(queue, job_id="twice")
    limited(queue, job_id="twice")
    assert ids(why("twice", "slot_circle", n=1)) == ["twice"]


def test_a_job_that_holds_the_slot_for_which_its_parent_waits(why, queue, redis):
    child, parent = limited(queue, job_id="child"), limited(queue)
    queue.remove(child)
    limited(queue, job_id="child", depends_on=parent)
    assert ids(why(parent, "slot_circle", n=2)) == [parent.id, "child"]
    assert ids(why("child", "circle", n=2)) == ["child", parent.id]


def test_a_job_that_became_ready_and_was_left_there(why, queue, redis):
    job = queue.enqueue(fixture_jobs.nothing)
    queue.remove(job)
    with redis.pipeline() as pipe:
        queue.ready_job_registry.register_jobs([job], pipe)
        pipe.execute()
    assert why(job)["code"] == "ready"
    redis.zincrby("rq:ready:default", -30, job.id)
    why(job, "ready_left_over", workers=0)
    redis.zrem("rq:ready:default", job.id)
    why(job, "in_no_list")


def test_a_started_job_whose_worker_is_dead(why, queue, redis, worker_process):
    worker = worker_process("default")
    job = queue.enqueue(fixture_jobs.wait_for_key, GATE)
    eventually(lambda: job.get_status() == "started")
    assert why(job)["code"] is None
    (horse,) = eventually(lambda: worker.family() - {worker.pid})
    # The process must have been seen alive to be seen gone.
    time.sleep(1.2)
    worker.kill()
    why(job, "runs_on", worker=worker.name)
    os.kill(horse, signal.SIGKILL)
    found = why(job, "lost", worker=worker.name, workers=0)["figures"]
    (member, score) = redis.zrange("rq:wip:default", 0, 0, withscores=True)[0]
    assert found["at"] == int(score * 1000)
    redis.zadd("rq:wip:default", {member: time.time() - 5})
    # RQ lets the execution expire and keeps the place in the registry.
    redis.delete(f"rq:executions:{job.id}", f"rq:execution:{member.decode()}")
    why(job, "abandoned", queue="default", retries=0)
    redis.zrem("rq:wip:default", member)
    why(job, "started_nowhere")


def test_a_worker_of_which_nothing_is_heard(why, redis):
    raw_jobs.worker(redis, "mute", state="busy", birth=raw_jobs.stamp(time.time() - 60))
    job_id = raw_jobs.write(redis, status="started", worker_name="mute")
    redis.sadd("rq:queues", "rq:queue:default")
    raw_jobs.execution(redis, job_id, "mute")
    why(job_id, "silent", worker="mute")
    why(job_id, "lost", worker="mute")


def test_who_stopped_or_canceled_a_job_is_told_where_our_activity_has_it(why, queue, redis, worker_process):
    canceled = queue.enqueue(fixture_jobs.nothing)
    canceled.cancel()
    why(canceled, "canceled")
    line = {"at": 1795360400022, "actor": "ada", "action": "cancel", "job": canceled.id, "outcome": "done"}
    redis.xadd(_keys.ACTIVITY, line | {"queue": "default", "server": "here"})
    why(canceled, "canceled_by", actor="ada", at=1795360400022)
    worker = worker_process("default")
    job = queue.enqueue(fixture_jobs.wait_for_key, GATE)
    eventually(lambda: job.get_status() == "started")
    job.cancel()
    why(job, "canceled_runs", worker=worker.name)
    other = queue.enqueue(fixture_jobs.wait_for_key, "never")
    redis.set(GATE, 1)
    eventually(lambda: other.get_status() == "started")
    send_stop_job_command(redis, other.id)
    eventually(lambda: other.get_status() == "stopped")
    why(other, "stopped")


def test_odd_data_is_no_crash_and_no_job_is_none(why, api, redis):
    assert api.status("/api/boards/why/nobody")[0] == 404
    for status in (*STATUSES, "pondering", ""):
        job_id = raw_jobs.write(redis, status=status, origin=None, dependency_ids=b"\xff{", rate_limit_key="odd")
        why(job_id)
    redis.set("rq:queue:odd", "no list")
    redis.set("rq:executions:odd", "no zset")
    why(raw_jobs.write(redis, "odd", queue="odd"))
