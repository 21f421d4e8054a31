"""Run now: a scheduled job waits in its queue before its time, once; a cron job is enqueued beside its schedule."""

import threading
import time
from datetime import timedelta

import pytest
from rq import Queue, RateLimit, Repeat, Retry
from rq.cron import CronScheduler
from rq.job import Job

from tests import fixture_jobs, raw_jobs
from tests.in_process import running
from tests.in_redis import activity, open_door, status, stored, where
from webapp.actions import cron, jobs
from webapp.errors import BadInput, NotFound, StateChanged


@pytest.fixture
def door(redis, tmp_path):
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def test_a_scheduled_job_waits_in_its_queue_and_runs(redis, door, queue, worker_process):
    before = queue.enqueue(fixture_jobs.nothing)
    job = queue.enqueue_in(timedelta(hours=1), fixture_jobs.say_hello, "you")
    jobs.run_now(door, job.id, "scheduled")
    assert where(redis, job) == ["rq:queue:default"]
    assert queue.job_ids == [before.id, job.id]
    worker_process("default", burst=True)
    assert Job.fetch(job.id, redis).return_value() == "Hello, you!"
    assert activity(redis) == [("ada", "run_now", job.id, "done")]


def test_it_stands_as_rqs_own_scheduler_would_put_it(redis, door, queue):
    """Field by field: but for the moments, what RQ's scheduler writes."""
    ours = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing, ttl=300)
    theirs = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing, ttl=300)
    redis.expire(f"rq:job:{ours.id}", 30)
    jobs.run_now(door, ours.id)
    queue._enqueue_job(Job.fetch(theirs.id, redis))
    moving = {"created_at", "enqueued_at"}
    told = [
        {name: value for name, value in stored(redis, job.id).items() if name not in moving} for job in (ours, theirs)
    ]
    assert told[0] == told[1]
    assert 200 < redis.ttl(f"rq:job:{ours.id}") <= 300, "its time to live counts from now"


def test_at_front_as_it_was_asked_for(redis, door, queue):
    queue.enqueue(fixture_jobs.nothing)
    job = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing, at_front=True)
    jobs.run_now(door, job.id)
    assert queue.job_ids[0] == job.id


def test_a_retry_is_run_before_its_interval_and_keeps_the_others(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.fail_until_attempt, 2, retry=Retry(max=2, interval=600, enqueue_at_front=True))
    worker_process("default", burst=True)
    assert status(redis, job) == "scheduled"
    other = queue.enqueue(fixture_jobs.nothing)
    jobs.run_now(door, job.id, "scheduled")
    assert queue.job_ids == [job.id, other.id], "a retry goes to the front where that was asked for"
    worker_process("default", burst=True)
    assert (status(redis, job), redis.hget(f"rq:job:{job.id}", "retries_left")) == ("finished", b"1")


def test_a_repeat_keeps_its_repeats(redis, door, queue, worker_process):
    job = queue.enqueue(fixture_jobs.nothing, repeat=Repeat(times=3, interval=600))
    worker_process("default", burst=True)
    assert redis.hget(f"rq:job:{job.id}", "repeats_left") == b"2"
    jobs.run_now(door, job.id)
    worker_process("default", burst=True)
    assert (status(redis, job), redis.hget(f"rq:job:{job.id}", "repeats_left")) == ("scheduled", b"1")


def test_a_rate_limited_job_waits_for_its_slot(redis, door, queue):
    limit = RateLimit(key="api", concurrency=1)
    queue.enqueue(fixture_jobs.nothing, rate_limit=limit)
    jobs_later = [queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing, rate_limit=limit) for _ in range(2)]
    jobs.run_now(door, jobs_later[0].id)
    assert status(redis, jobs_later[0]) == "rate_limited"
    assert where(redis, jobs_later[0]) == ["rq:rl:api:rate_limited"]
    redis.delete("rq:rl:api:allowed")
    jobs.run_now(door, jobs_later[1].id)
    assert sorted(status(redis, job) for job in jobs_later) == ["queued", "rate_limited"], "one slot, one job"


def test_it_is_refused_where_the_job_has_moved_on(redis, door, queue):
    job = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing)
    jobs.run_now(door, job.id, "scheduled")
    for drawn, words in (("scheduled", "was scheduled and is now queued"), (None, "waits in its queue already")):
        with pytest.raises(StateChanged, match=words):
            jobs.run_now(door, job.id, drawn)
    assert queue.job_ids == [job.id]
    with pytest.raises(StateChanged, match="not to be exceeded"):
        jobs.run_now(door, raw_jobs.write(redis, status="rate_limited"))
    with pytest.raises(StateChanged, match="Only a job that waits"):
        jobs.run_now(door, raw_jobs.write(redis, status="finished"))
    with pytest.raises(NotFound):
        jobs.run_now(door, "never-was")


def test_a_deferred_job_runs_without_what_it_depends_on_and_once(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.nothing)
    child = Queue("other", connection=redis).enqueue(fixture_jobs.add, 1, 2, depends_on=parent)
    jobs.run_now(door, child.id, "deferred")
    assert where(redis, child) == ["rq:queue:other"]
    worker_process("other", burst=True)
    assert child.return_value() == 3
    worker_process("default", burst=True)
    assert (status(redis, parent), status(redis, child)) == ("finished", "finished")
    assert where(redis, child) == ["rq:finished:other"]
    assert redis.xlen(f"rq:results:{child.id}") == 1


def test_a_job_that_a_worker_left_between_ready_and_queued_is_queued(redis, door, queue):
    job = raw_jobs.listed(redis, "ready_to_enqueue")
    jobs.run_now(door, job, "ready_to_enqueue")
    assert queue.job_ids == [job]
    assert redis.zcard("rq:ready:default") == 0


def test_a_job_that_is_due_is_left_to_a_scheduler_that_lives(redis, door, queue):
    job = raw_jobs.listed(redis, "scheduled", score=time.time() - 1)
    redis.set("rq:scheduler-lock:default", "scheduler", ex=60)
    with pytest.raises(StateChanged) as refused:
        jobs.run_now(door, job)
    assert refused.value.code == "due"
    assert redis.zcard("rq:scheduled:default") == 1
    redis.delete("rq:scheduler-lock:default")
    jobs.run_now(door, job)
    assert queue.job_ids == [job]


def test_a_scheduled_job_that_no_list_holds_is_queued_at_the_second_look(redis, door, queue):
    job = raw_jobs.write(redis, status="scheduled")
    jobs.run_now(door, job)
    assert (queue.job_ids, status(redis, job)) == ([job], "queued")


def test_a_retry_whose_place_comes_a_moment_after_its_status_is_queued_once(redis, door, queue):
    job = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing)
    redis.zrem("rq:scheduled:default", job.id)
    later = threading.Timer(0.3, lambda: redis.zadd("rq:scheduled:default", {job.id: time.time() + 600}))
    later.start()
    jobs.run_now(door, job.id)
    later.join()
    assert where(redis, job) == ["rq:queue:default"]


@pytest.fixture
def carried(redis):
    """A cron process that carries three cron jobs, as RQ writes it."""
    scheduler = CronScheduler(connection=redis, name="night")
    options = {"job_timeout": 77, "result_ttl": 99, "failure_ttl": 88, "meta": {"team": "a"}}
    scheduler.register(fixture_jobs.say_hello, "reports", args=("you",), cron="0 3 * * *", name="hello", **options)
    scheduler.register(fixture_jobs.add, "default", kwargs={"a": 1, "b": 2}, interval=60)
    scheduler.register(fixture_jobs.nothing, "default", args=(object(),), interval=60, name="odd")
    scheduler.register_birth()
    return scheduler


def test_a_cron_job_is_enqueued_as_its_process_would(redis, door, carried, worker_process):
    ours = cron.run_now(door, "hello")
    theirs = carried.get_jobs()[0].enqueue(redis).id
    moving = {"created_at", "enqueued_at", "live_actor", "live_submitted"}
    told = [{name: value for name, value in stored(redis, job).items() if name not in moving} for job in (ours, theirs)]
    assert told[0] == told[1]
    assert [job.decode() for job in redis.zrange("rq:cron_job:hello:jobs", 0, -1)] == [ours, theirs]
    assert redis.ttl("rq:cron_job:hello:jobs") > 0
    worker_process("reports", burst=True)
    assert Job.fetch(ours, redis).return_value() == "Hello, you!"
    assert ("ada", "run_now", ours, "done") in activity(redis)


def test_a_cron_job_whose_arguments_are_no_json_is_refused(redis, door, carried):
    with pytest.raises(StateChanged) as refused:
        cron.run_now(door, "odd")
    assert refused.value.code == "no_payload"
    assert redis.keys("rq:job:*") == []
    assert activity(redis) == [("ada", "run_now", "", "no_payload")]


def test_a_cron_job_of_a_dead_process_is_not_there(redis, door, carried):
    with pytest.raises(NotFound, match="never"):
        cron.run_now(door, "never")
    redis.zadd("rq:cron_schedulers", {"night": time.time() - 200})
    with pytest.raises(NotFound):
        cron.run_now(door, "hello")


def test_of_cron_jobs_that_share_a_name_one_is_named(redis, door, carried):
    carried.register(fixture_jobs.say_hello, "reports", args=("all",), interval=60, name="hello")
    carried.save()
    with pytest.raises(BadInput) as refused:
        cron.run_now(door, "hello")
    keys = refused.value.fix.removesuffix(".").partition("`key`: ")[2].split(", ")
    ids = [cron.run_now(door, "hello", key) for key in keys]
    assert {Job.fetch(job_id, redis).args for job_id in ids} == {("you",), ("all",)}


@pytest.fixture(scope="module")
def shared_client(redis_server, tmp_path_factory):
    with running(redis_server.url, tmp_path_factory.mktemp("files")) as client:
        yield client


def test_over_http(redis, carried, shared_client, queue):
    job = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing)
    answer = shared_client.post(f"/api/jobs/{job.id}/run_now", json={"status": "scheduled"})
    assert (answer.status_code, answer.json["job"]["status"]) == (200, "queued")
    again = shared_client.post(f"/api/jobs/{job.id}/run_now", json={"status": "scheduled"})
    assert (again.status_code, again.json["error"]["code"]) == (409, "state_changed")
    answer = shared_client.post("/api/cron-jobs/hello/run_now")
    assert (answer.status_code, answer.json["job"]["queue"]) == (201, "reports")
    assert answer.headers["Location"] == f"/api/jobs/{answer.json['job']['id']}"
    assert shared_client.post("/api/cron-jobs/hello/run_now", json={"key": 7}).status_code == 400
    assert shared_client.post("/api/cron-jobs/a/b/run_now").status_code == 404
