"""Cancel, requeue and delete against what RQ itself wrote, with stock workers where a run is needed."""

import io
import time
from datetime import timedelta

import pytest
from rq import Queue, RateLimit
from rq.group import Group
from rq.job import Job, JobStatus

from jobs import _keys
from tests import fixture_jobs
from tests.support import eventually
from webapp import files
from webapp.actions import jobs
from webapp.actions.door import Actor, Door
from webapp.config import Config
from webapp.errors import NotFound, Refused, StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return Door(redis, Config(own_redis=True, files=str(tmp_path / "files")), Actor("ada", "127.0.0.1"))


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def status(redis, job):
    found = redis.hget(f"rq:job:{job.id}", "status")
    return found and found.decode()


def where(redis, job):
    """Every list and sorted set that names the job."""
    found = []
    for key in redis.scan_iter("rq:*"):
        kind, member = redis.type(key), job.id.encode()
        if kind == b"list":
            found += [key.decode()] * redis.lrange(key, 0, -1).count(member)
        elif kind == b"zset":
            found += [key.decode() for entry in redis.zrange(key, 0, -1) if entry.split(b":")[0] == member]
        elif kind == b"set" and redis.sismember(key, member):
            found.append(key.decode())
    return sorted(found)


def activity(redis):
    return [
        tuple(fields[name].decode() for name in (b"actor", b"action", b"job", b"outcome"))
        for _, fields in redis.xrange(_keys.ACTIVITY)
    ]


def failed_job(queue, worker_process, **options):
    job = queue.enqueue(fixture_jobs.div_by_zero, **options)
    worker_process(queue.name, burst=True)
    assert job.get_status() == JobStatus.FAILED
    return job


# cancel


def test_a_queued_job_is_canceled_and_never_runs(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.say_hello)
    jobs.cancel(door, job.id, "queued")
    assert status(redis, job) == "canceled"
    assert where(redis, job) == ["rq:canceled:default"]
    worker_process("default", burst=True)
    assert status(redis, job) == "canceled"
    assert activity(redis) == [("ada", "cancel", job.id, "done")]


def test_scheduled_deferred_and_created_jobs_can_be_canceled(redis, door, queue):
    later = queue.enqueue_in(timedelta(hours=1), fixture_jobs.say_hello)
    parent = queue.enqueue(fixture_jobs.say_hello)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    created = Job.create("tests.fixture_jobs.say_hello", connection=redis, origin="default")
    created.save()
    for job in (later, child, created):
        jobs.cancel(door, job.id)
        assert where(redis, job) == ["rq:canceled:default"] + (
            [f"rq:job:{parent.id}:dependents"] if job is child else []
        )
        assert status(redis, job) == "canceled"


def test_a_canceled_dependent_is_not_run_when_its_parent_finishes(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.say_hello)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    jobs.cancel(door, child.id, "deferred")
    worker_process("default", burst=True)
    assert status(redis, parent) == "finished"
    assert status(redis, child) == "canceled"


def test_dependents_of_a_canceled_job_stay_deferred(redis, door, queue):
    parent = queue.enqueue(fixture_jobs.say_hello)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    jobs.cancel(door, parent.id)
    assert status(redis, child) == "deferred"


def test_a_started_job_is_not_canceled_but_runs_to_its_end(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = queue.enqueue(fixture_jobs.wait_for_key, "gate")
    eventually(lambda: status(redis, job) == "started")
    with pytest.raises(StateChanged, match="stopped, not canceled") as refused:
        jobs.cancel(door, job.id)
    assert "stop" in refused.value.fix
    with pytest.raises(StateChanged, match="was queued and is now started"):
        jobs.cancel(door, job.id, "queued")
    redis.set("gate", 1)
    worker.wait_idle()
    assert status(redis, job) == "finished"
    assert where(redis, job) == ["rq:finished:default"]
    assert activity(redis) == [("ada", "cancel", job.id, "state_changed")] * 2


def test_an_ended_job_is_not_canceled(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.say_hello)
    worker_process("default", burst=True)
    with pytest.raises(StateChanged, match="It is finished now"):
        jobs.cancel(door, job.id)
    assert where(redis, job) == ["rq:finished:default"]


def test_a_job_that_a_worker_has_just_taken_is_not_canceled(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    redis.lmove("rq:queue:default", "rq:queue:default:intermediate", "LEFT", "RIGHT")
    for act in (jobs.cancel, jobs.delete):
        with pytest.raises(StateChanged, match="just taken"):
            act(door, job.id, "queued")
    assert status(redis, job) == "queued"
    assert where(redis, job) == ["rq:queue:default:intermediate"]


def test_a_job_whose_run_is_prepared_is_not_canceled(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    redis.lpop("rq:queue:default")
    redis.zadd(f"rq:executions:{job.id}", {"run": time.time() + 90})
    with pytest.raises(StateChanged, match="just taken"):
        jobs.cancel(door, job.id, "queued")


def test_a_job_that_a_dying_worker_lost_can_be_canceled(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    redis.lpop("rq:queue:default")
    began = time.monotonic()
    jobs.cancel(door, job.id, "queued")
    assert time.monotonic() - began >= jobs.LOST_AFTER
    assert status(redis, job) == "canceled"


def test_cancel_and_a_worker_never_both_win(redis, door, queue, worker_process):
    """Whatever the order, a job that cancel reports as canceled has not run."""
    worker_process("default")
    canceled, refused = [], []
    for number in range(150):
        job = queue.enqueue(fixture_jobs.add, number, 1)
        try:
            jobs.cancel(door, job.id, "queued")
            canceled.append(job)
        except StateChanged:
            refused.append(job)
    eventually(lambda: all(status(redis, job) == "finished" for job in refused), 30)
    assert all(status(redis, job) == "canceled" for job in canceled)
    assert all(not redis.exists(f"rq:results:{job.id}") for job in canceled)
    assert canceled


def test_a_rate_limited_job_is_canceled_out_of_its_limit(redis, door, queue):
    first, second, third = (
        queue.enqueue(fixture_jobs.say_hello, rate_limit=RateLimit(key="api", concurrency=1)) for _ in range(3)
    )
    jobs.cancel(door, second.id, "rate_limited")
    assert where(redis, second) == ["rq:canceled:default"]
    jobs.cancel(door, first.id, "queued")
    assert where(redis, first) == ["rq:canceled:default"]
    assert status(redis, third) == "queued"
    assert where(redis, third) == ["rq:queue:default", "rq:rl:api:allowed"]


# requeue


def test_a_failed_job_runs_again_after_requeue(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process)
    redis.hset(f"rq:job:{job.id}", _keys.PROGRESS_FIELD, "{}")
    jobs.requeue(door, job.id, "failed")
    assert where(redis, job) == ["rq:queue:default"]
    fields = redis.hgetall(f"rq:job:{job.id}")
    assert (fields[b"status"], fields[b"started_at"], fields[b"ended_at"]) == (b"queued", b"", b"")
    assert _keys.PROGRESS_FIELD.encode() not in fields
    assert redis.ttl(f"rq:job:{job.id}") == -1
    worker_process("default", burst=True)
    assert status(redis, job) == "failed"
    assert redis.xlen(f"rq:results:{job.id}") == 2


def test_requeue_keeps_meta_and_retries_left(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.fail_until_attempt, 2)
    worker_process("default", burst=True)
    redis.hset(f"rq:job:{job.id}", "retries_left", 0)
    jobs.requeue(door, job.id, "failed")
    worker_process("default", burst=True)
    assert status(redis, job) == "finished"
    assert redis.hget(f"rq:job:{job.id}", "retries_left") == b"0"


def test_requeue_does_not_read_what_it_requeues(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process)
    redis.hset(f"rq:job:{job.id}", "meta", b"\x80not a pickle")
    jobs.requeue(door, job.id)
    assert redis.hget(f"rq:job:{job.id}", "meta") == b"\x80not a pickle"


def test_a_requeued_job_keeps_its_own_time_to_live(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process, ttl=300)
    jobs.requeue(door, job.id)
    assert 0 < redis.ttl(f"rq:job:{job.id}") <= 300


def test_dependents_run_once_a_requeued_parent_finishes(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.fail_until_attempt, 2)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    worker_process("default", burst=True)
    assert (status(redis, parent), status(redis, child)) == ("failed", "deferred")
    jobs.requeue(door, parent.id)
    worker_process("default", burst=True)
    assert (status(redis, parent), status(redis, child)) == ("finished", "finished")


def test_two_requeues_at_once_queue_a_job_once(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process)
    jobs.requeue(door, job.id, "failed")
    with pytest.raises(StateChanged, match="was failed and is now queued"):
        jobs.requeue(door, job.id, "failed")
    with pytest.raises(StateChanged):
        jobs.requeue(door, job.id)
    assert redis.llen("rq:queue:default") == 1


def test_a_canceled_job_is_run_again_not_requeued(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    jobs.cancel(door, job.id)
    with pytest.raises(StateChanged) as refused:
        jobs.requeue(door, job.id)
    assert "run again" in refused.value.fix


def test_a_job_is_not_requeued_while_a_run_of_it_may_live(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process)
    redis.zadd(f"rq:executions:{job.id}", {"run": time.time() + 60})
    with pytest.raises(StateChanged) as refused:
        jobs.requeue(door, job.id)
    assert refused.value.code == "may_run"
    assert where(redis, job) == ["rq:failed:default"]
    redis.zadd(f"rq:executions:{job.id}", {"run": time.time() - 1})
    jobs.requeue(door, job.id)


def test_a_requeued_job_waits_for_its_rate_limit(redis, door, queue, worker_process):
    limit = RateLimit(key="api", concurrency=1)
    job = failed_job(queue, worker_process, rate_limit=limit)
    holder = queue.enqueue(fixture_jobs.say_hello, rate_limit=limit)
    jobs.requeue(door, job.id, "failed")
    assert status(redis, job) == "rate_limited"
    assert where(redis, job) == ["rq:rl:api:rate_limited"]
    assert redis.ttl(f"rq:job:{job.id}") == -1
    worker_process("default", burst=True)
    assert (status(redis, holder), status(redis, job)) == ("finished", "failed")
    assert redis.zcard("rq:rl:api:allowed") == 0


def test_a_requeued_job_takes_a_free_slot_at_once(redis, door, queue, worker_process):
    job = failed_job(queue, worker_process, rate_limit=RateLimit(key="api", concurrency=2))
    jobs.requeue(door, job.id)
    assert status(redis, job) == "queued"
    assert where(redis, job) == ["rq:queue:default", "rq:rl:api:allowed"]


# delete


def test_a_deleted_job_leaves_nothing(redis, door, queue, worker_process, tmp_path):
    keep = queue.enqueue(fixture_jobs.add, 1, 1)
    job = failed_job(queue, worker_process)
    redis.xadd(_keys.log(job.id), {"text": "x"})
    redis.zadd(_keys.LOG_INDEX, {job.id: 1})
    made = tmp_path / "files" / _keys.artifact_path(job.id, "profile.json")
    made.parent.mkdir(parents=True)
    made.write_text("{}")
    jobs.delete(door, job.id, "failed")
    assert where(redis, job) == []
    assert [key for key in redis.scan_iter(f"*{job.id}*")] == []
    assert not made.parent.exists()
    assert status(redis, keep) == "finished"
    assert activity(redis) == [("ada", "delete", job.id, "done")]


@pytest.mark.parametrize("state", ["queued", "scheduled", "deferred", "canceled", "finished"])
def test_a_job_of_any_other_state_is_deleted_too(redis, door, queue, worker_process, state):
    parent = Queue("elsewhere", connection=redis).enqueue(fixture_jobs.say_hello)
    if state == "scheduled":
        job = queue.enqueue_in(timedelta(hours=1), fixture_jobs.say_hello)
    elif state == "deferred":
        job = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    else:
        job = queue.enqueue(fixture_jobs.say_hello)
    if state == "canceled":
        jobs.cancel(door, job.id)
    if state == "finished":
        worker_process("default", burst=True)
    jobs.delete(door, job.id, state)
    assert where(redis, job) == []
    assert [key for key in redis.scan_iter(f"*{job.id}*")] == []


def test_a_running_job_is_not_deleted(redis, door, queue, worker_process):
    worker = worker_process("default")
    job = queue.enqueue(fixture_jobs.wait_for_key, "gate")
    eventually(lambda: status(redis, job) == "started")
    with pytest.raises(StateChanged, match="write it anew"):
        jobs.delete(door, job.id)
    # RQ's own cancel says "canceled" of a job that goes on running: it must not be deleted either.
    job.cancel()
    with pytest.raises(StateChanged) as refused:
        jobs.delete(door, job.id, "canceled")
    assert refused.value.code == "may_run"
    redis.set("gate", 1)
    worker.wait_idle()
    jobs.delete(door, job.id, "finished")
    assert where(redis, job) == []


def test_a_job_of_a_group_leaves_the_group(redis, door, queue):
    group = Group.create(connection=redis, name="batch")
    first, second = group.enqueue_many(queue, [Queue.prepare_data(fixture_jobs.say_hello) for _ in range(2)])
    jobs.delete(door, first.id)
    assert redis.smembers("rq:group:batch") == {second.id.encode()}
    redis.delete("rq:group:batch")
    jobs.delete(door, second.id)
    assert not redis.exists("rq:group:batch", f"rq:job:{second.id}")


def test_a_job_whose_execution_expired_can_be_deleted(redis, door, queue, worker_process):
    """RQ's own delete raises "Execution not found" here."""
    job = failed_job(queue, worker_process)
    redis.zadd(f"rq:executions:{job.id}", {"gone": time.time() - 1})
    redis.zadd("rq:wip:default", {f"{job.id}:gone": time.time() - 60})
    jobs.delete(door, job.id)
    assert where(redis, job) == []


def test_a_deleted_holder_gives_its_slot_to_the_next(redis, door, queue):
    first, second = (
        queue.enqueue(fixture_jobs.say_hello, rate_limit=RateLimit(key="api", concurrency=1)) for _ in range(2)
    )
    jobs.delete(door, first.id, "queued")
    assert where(redis, first) == []
    assert status(redis, second) == "queued"


def test_dependents_of_a_deleted_job_stay_deferred(redis, door, queue):
    parent = queue.enqueue(fixture_jobs.say_hello)
    child = queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    jobs.delete(door, parent.id)
    assert status(redis, child) == "deferred"


def test_an_upload_goes_with_the_last_job_that_uses_it(door, queue, redis):
    store = files.store(door.config)
    upload = store.save_upload(io.BytesIO(b"a,b\n").read, "x.csv", 100, 4)
    first, second = (queue.enqueue("jobs.csv_profile.csv_profile", file=upload.reference) for _ in range(2))
    for job in (first, second):
        store.claim({upload.id}, job.id)
    jobs.delete(door, first.id)
    assert store.upload_exists(upload.reference)
    jobs.delete(door, second.id)
    assert not store.upload_exists(upload.reference)


# odd data


@pytest.mark.parametrize("act", [jobs.cancel, jobs.stop, jobs.requeue, jobs.delete])
def test_an_unknown_job_is_not_found(redis, door, act):
    with pytest.raises(NotFound, match="There is no job 'nowhere'"):
        act(door, "nowhere")
    assert not list(redis.scan_iter("*"))


@pytest.mark.parametrize("act", [jobs.cancel, jobs.requeue, jobs.delete])
def test_a_key_beside_a_job_is_no_job(redis, door, queue, act):
    parent = queue.enqueue(fixture_jobs.say_hello)
    queue.enqueue(fixture_jobs.say_hello, depends_on=parent)
    with pytest.raises(NotFound):
        act(door, f"{parent.id}:dependents")
    assert redis.scard(f"rq:job:{parent.id}:dependents") == 1


def test_a_queue_of_the_wrong_type_changes_nothing(redis, door, queue):
    job = queue.enqueue(fixture_jobs.say_hello)
    redis.delete("rq:queue:default")
    redis.set("rq:queue:default", "a text")
    for act in (jobs.cancel, jobs.delete):
        with pytest.raises(Refused, match="never writes"):
            act(door, job.id)
    assert status(redis, job) == "queued"


def test_a_job_without_a_status_can_be_deleted(redis, door):
    redis.hset("rq:job:half", "description", "half a job")
    with pytest.raises(StateChanged):
        jobs.requeue(door, "half")
    jobs.delete(door, "half")
    assert not redis.exists("rq:job:half")


@pytest.mark.parametrize("act", [jobs.cancel, jobs.stop, jobs.requeue, jobs.delete])
def test_look_only_refuses_every_action_and_writes_nothing(redis, queue, act):
    looking = Door(redis, Config(redis_url="redis://theirs"), Actor("ada", ""))
    job = queue.enqueue(fixture_jobs.say_hello)
    before = {key: redis.dump(key) for key in redis.scan_iter()}
    with pytest.raises(Refused) as refused:
        act(looking, job.id, "queued")
    assert refused.value.code == "look_only"
    assert refused.value.fix == "Start with RQLIVE_WRITE=1 to allow actions."
    assert {key: redis.dump(key) for key in redis.scan_iter()} == before


def test_activity_is_capped(redis, door, monkeypatch):
    monkeypatch.setattr(_keys, "ACTIVITY_MAX", 10)
    for _ in range(400):
        door._record("cancel", "x", "done")
    assert redis.xlen(_keys.ACTIVITY) < 250
