"""Data as RQ 2.12 writes it, and mixed fleets: the same rows, jobs and workers as of 3.0.

Written field by field, because two versions of RQ cannot be had in one process; what the fields are is in RQ's source.
"""

import base64
import json
import pickle
import time
import zlib
from datetime import date

import pytest

from tests import raw_jobs
from tests.support import eventually


def overview(api, check):
    """The answer of /api/overview for which `check` is true: it may be a tick old."""
    return eventually(lambda: (answer := api.get("/api/overview")) and check(answer) and answer)


@pytest.mark.parametrize(
    "status", ["created", "queued", "finished", "failed", "started", "deferred", "scheduled", "stopped", "canceled"]
)
def test_a_job_in_each_status_of_2_12(api, redis, status):
    if status == "created":
        job_id = raw_jobs.write(redis, status="created")
    else:
        job_id = raw_jobs.listed(redis, status, description="elsewhere.tasks.run(1, name='x')")
    redis.hset(f"rq:job:{job_id}", mapping={"data": raw_jobs.payload(args=(1,), kwargs={"name": "x"}), "timeout": 180})
    job = api.get(f"/api/jobs/{job_id}")["job"]
    assert (job["status"], job["func"], job["args"]) == (status, "elsewhere.tasks.run", "1, name='x'")
    assert job["arguments"] == {"positional": [1], "named": {"name": "x"}}
    assert job["note"] is None
    if status != "created":
        page = api.get("/api/jobs", queue="default", status=status)
        assert [row["id"] for row in page["jobs"]] == [job_id]


def test_a_function_that_nobody_here_can_import_shows_fully(api, redis):
    result = {"rows": 5, "when": date(2026, 11, 22)}
    job_id = raw_jobs.listed(
        redis,
        "finished",
        data=raw_jobs.payload("not.here.at_all", ({"a": [1, 2]},), {"deep": {"x": None}}),
        meta=pickle.dumps({"tenant": "acme"}),
        description="not.here.at_all({'a': [1, 2]})",
        result_ttl=500,
    )
    redis.xadd(
        f"rq:results:{job_id}",
        {
            "type": 1,
            "return_value": base64.b64encode(pickle.dumps(result)),
            "worker_name": "w",
            "execution_id": "e1",
            "execution_started_at": time.time() - 3,
            "execution_ended_at": time.time() - 1,
        },
    )
    job = api.get(f"/api/jobs/{job_id}")["job"]
    assert (job["func"], job["title"], job["type"]) == ("not.here.at_all", "not.here.at_all", None)
    assert job["arguments"] == {"positional": [{"a": [1, 2]}], "named": {"deep": {"x": None}}}
    assert job["result"] == {"rows": 5, "when": {"__type__": "date", "text": "2026-11-22"}}
    assert job["meta"] == {"tenant": "acme"}
    (attempt,) = job["attempts"]
    assert (attempt["outcome"], attempt["worker"], attempt["execution"]) == ("successful", "w", "e1")
    assert attempt["ended_at"] - attempt["started_at"] == pytest.approx(2_000, abs=2)


def test_a_failure_of_2_12(api, redis):
    trace = base64.b64encode(zlib.compress(b"Traceback\nValueError: no"))
    job_id = raw_jobs.listed(redis, "failed")
    redis.xadd(f"rq:results:{job_id}", {"type": 2, "exc_string": trace, "worker_name": "w"})
    job = api.get(f"/api/jobs/{job_id}")["job"]
    assert job["error"] == "Traceback\nValueError: no"
    assert job["actions"] == ["requeue", "run_again", "move", "delete"]


def test_a_stopped_job_is_told_from_a_failed_one(api, redis):
    """RQ writes its run as failed, with a sentence of its own, and wipes worker and end from the hash."""
    trace = base64.b64encode(zlib.compress(b"Job stopped by user, work-horse terminated."))
    job_id = raw_jobs.listed(redis, "stopped", worker_name="", ended_at="")
    redis.xadd(f"rq:results:{job_id}", {"type": 2, "exc_string": trace, "worker_name": "w"})
    job = api.get(f"/api/jobs/{job_id}")["job"]
    assert job["attempts"][0]["outcome"] == "stopped"
    assert job["attempts"][0]["worker"] == "w"


def test_a_traceback_in_the_hash_is_of_before_the_results(api, redis):
    job_id = raw_jobs.listed(redis, "failed", exc_info=zlib.compress(b"old"), result=pickle.dumps(5))
    assert api.get(f"/api/jobs/{job_id}")["job"]["status"] == "failed"


def test_what_a_worker_of_2_12_runs(api, redis):
    """2.12 names its job in the worker's hash and the worker in the execution; 3.0 has a set of executions."""
    job_id = raw_jobs.write(redis, status="started")
    redis.sadd("rq:queues", "rq:queue:default")
    raw_jobs.execution(redis, job_id, "old")
    raw_jobs.worker(redis, "old", "busy", current_job=job_id, current_job_working_time="1.5")
    redis.set("rq:worker:new:executions", "of another type")
    raw_jobs.worker(redis, "new", version="3.0.0")
    answer = overview(api, lambda answer: len(answer["workers"]) == 2 and answer["running"])
    workers = {worker["name"]: worker for worker in answer["workers"]}
    assert [job["id"] for job in workers["old"]["jobs"]] == [job_id]
    assert workers["new"]["jobs"] == []
    assert (workers["old"]["version"], workers["new"]["version"]) == ("2.12.0", "3.0.0")
    (running,) = answer["running"]
    assert (running["id"], running["worker"]) == (job_id, "old")


def test_a_run_of_before_2_0_has_no_execution(api, redis):
    raw_jobs.write(redis, "plain", "started", worker_name="w")
    redis.sadd("rq:queues", "rq:queue:default")
    redis.zadd("rq:wip:default", {"plain": time.time() + 60})
    answer = overview(api, lambda answer: answer["running"])
    assert [(row["id"], row["worker"]) for row in answer["running"]] == [("plain", "w")]
    for queue in ("", "default"):
        assert [row["id"] for row in api.get("/api/jobs", queue=queue, status="started")["jobs"]] == ["plain"]


@pytest.mark.parametrize("holder", ["4711", "scheduler-of-3-0"])
def test_a_lock_holds_a_pid_or_a_name(api, redis, holder):
    redis.sadd("rq:queues", "rq:queue:default")
    redis.set("rq:scheduler-lock:default", holder, ex=61)
    assert overview(api, lambda answer: answer["queues"] and answer["queues"][0]["scheduler"])


def test_jobs_of_the_json_serializer(api, redis):
    data = raw_jobs.json_payload("elsewhere.tasks.run", [1, "two"], {"three": {"4": 5}})
    job_id = raw_jobs.listed(redis, "finished", data=data, meta=json.dumps({"progress": 0.5}))
    redis.xadd(f"rq:results:{job_id}", {"type": 1, "return_value": base64.b64encode(b"42")})
    job = api.get(f"/api/jobs/{job_id}")["job"]
    assert job["arguments"] == {"positional": [1, "two"], "named": {"three": {"4": 5}}}
    assert (job["result"], job["meta"]) == (42, {"progress": 0.5})


def test_dependencies_groups_retries_and_limits(api, redis):
    job_id = raw_jobs.listed(
        redis,
        "deferred",
        dependency_id="first",
        dependency_ids=json.dumps(["first", "second"]),
        group_id="nightly",
        retries_left=2,
        retry_intervals=json.dumps([10, 60]),
        ttl=600,
        failure_ttl=100,
        rate_limit_key="narrow",
        rate_limit_concurrency=3,
    )
    redis.sadd(f"rq:job:{job_id}:dependents", "child-b", "child-a")
    job = api.get(f"/api/jobs/{job_id}")["job"]
    assert job["depends_on"] == ["first", "second"]
    assert job["dependents"] == ["child-a", "child-b"]
    assert (job["group"], job["retries_left"], job["retry_intervals"]) == ("nightly", 2, [10, 60])
    assert (job["ttl"], job["failure_ttl"]) == (600, 100)
    assert job["rate_limit"] == {"key": "narrow", "concurrency": 3}
    assert api.get(f"/api/boards/why/{job_id}")["value"]["code"] == "gone_parents"


def test_a_status_of_a_later_rq_is_shown_as_it_is(api, redis):
    job_id = raw_jobs.listed(redis, "queued", status="pondering")
    job = api.get(f"/api/jobs/{job_id}")["job"]
    assert (job["status"], job["note"], job["actions"]) == ("pondering", "RQ 3.0 has no such status.", [])
