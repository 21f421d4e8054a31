"""Attached to another program's Redis: everything is shown, every action is refused, nothing of theirs changes."""

import http.client
import json
from datetime import UTC, datetime, timedelta

import pytest
from rq import Queue, RateLimit
from rq.command import send_stop_job_command
from rq.job import Job, JobStatus

from jobs._keys import PREFIX
from tests import fixture_jobs
from tests.support import eventually

#: What RQ lets expire by itself while nobody touches it: dead workers, heartbeats, locks.
FADING = (b"rq:worker:", b"rq:execution", b"rq:clean_", b"rq:scheduler")


@pytest.fixture
def theirs(redis, worker_process):
    """100 jobs of another program, in all eleven statuses and two queues. Their one worker was killed."""
    queue, other = Queue("theirs", connection=redis), Queue("theirs:other", connection=redis)
    jobs = [queue.enqueue(fixture_jobs.say_hello, number) for number in range(25)]
    jobs += [queue.enqueue(fixture_jobs.div_by_zero, meta={"progress": 0.5}) for _ in range(20)]
    worker_process("theirs", burst=True, worker_class="rq.SimpleWorker")
    jobs += [stopped := queue.enqueue(fixture_jobs.sleep_for, 60), started := other.enqueue(fixture_jobs.sleep_for, 60)]
    worker = worker_process("theirs", "theirs:other")
    eventually(lambda: stopped.get_status() == "started")
    send_stop_job_command(redis, stopped.id)
    eventually(lambda: stopped.get_status() == "stopped")
    eventually(lambda: started.get_status() == "started")
    worker.close()
    jobs += [other.enqueue(fixture_jobs.nothing) for _ in range(23)]
    jobs += [queue.enqueue(fixture_jobs.nothing, depends_on=started) for _ in range(5)]
    jobs += [queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing) for _ in range(5)]
    jobs += [queue.enqueue_at(datetime(2020, 1, 1, tzinfo=UTC), fixture_jobs.nothing) for _ in range(5)]
    jobs += [queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit("api", 2)) for _ in range(5)]
    canceled = [queue.enqueue(fixture_jobs.nothing) for _ in range(5)]
    for job in canceled:
        job.cancel()
    ready = [queue.enqueue(fixture_jobs.nothing, depends_on=started) for _ in range(3)]
    with redis.pipeline() as pipe:
        queue.ready_job_registry.register_jobs(ready, pipe)
        pipe.execute()
    created = [Job.create(fixture_jobs.nothing, connection=redis, origin="theirs") for _ in range(2)]
    for job in created:
        job.save()
    jobs += canceled + ready + created
    assert len(jobs) == 100
    assert {redis.hget(job.key, "status").decode() for job in jobs} == {str(status.value) for status in JobStatus}
    return [job.id for job in jobs]


def foreign(redis):
    """Every key that is not ours, byte for byte."""
    names = [name for name in redis.scan_iter() if not name.startswith((PREFIX.encode(), *FADING))]
    return {name: redis.dump(name) for name in names}


def ask(server, method, path, body=None, kind="application/json"):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_redis_of_others_is_shown_and_left_as_it_is(redis, theirs, web_server, tmp_path):
    before = foreign(redis)
    server = web_server(env={"RQLIVE_FILES": tmp_path / "files"})

    status, overview = ask(server, "GET", "/api/overview")
    assert status == 200, server.output
    assert {queue["name"] for queue in json.loads(overview)["queues"]} == {"theirs", "theirs:other"}
    assert json.loads(overview)["server"]["may_write"] is False
    for path in ("/api/queues", "/api/workers", "/api/job-types", "/api/jobs", "/api/jobs?status=failed", "/"):
        assert ask(server, "GET", path)[0] == 200
    for job_id in theirs:
        assert ask(server, "GET", f"/api/jobs/{job_id}")[0] == 200

    verbs = ("cancel", "stop", "requeue")
    attempts = [("POST", f"/api/jobs/{job_id}/{verb}", b"{}") for job_id in theirs for verb in verbs]
    attempts += [("DELETE", f"/api/jobs/{job_id}", None) for job_id in theirs]
    attempts += [("POST", "/api/jobs", json.dumps({"again": job_id}).encode()) for job_id in theirs]
    attempts += [("POST", "/api/jobs", body) for body in (b'{"type": "wait"}', b'{"type": "wait", "in": 5}')]
    for method, path, body in attempts:
        refused(*ask(server, method, path, body))
    refused(*ask(server, "POST", "/api/uploads?name=x.csv", b"x", "application/octet-stream"))

    assert foreign(redis) == before
    assert not list(tmp_path.glob("files/**/*"))
    assert not redis.exists(f"{PREFIX}activity")
    assert not [process for process in server.family() if "rq worker" in command(process)]


def refused(status, body):
    error = json.loads(body)["error"]
    assert (status, error["code"]) == (403, "look_only")
    assert error["fix"] == "Start with RQLIVE_WRITE=1 to allow actions."


def command(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as line:
        return line.read().replace(b"\0", b" ").decode()


def test_once_told_so_the_same_actions_work(redis, theirs, web_server):
    server = web_server(env={"RQLIVE_WRITE": 1})
    failed = next(job_id for job_id in theirs if redis.hget(f"rq:job:{job_id}", "status") == b"failed")
    assert ask(server, "POST", f"/api/jobs/{failed}/requeue", b'{"status": "failed"}')[0] == 200
    assert redis.hget(f"rq:job:{failed}", "status") == b"queued"
