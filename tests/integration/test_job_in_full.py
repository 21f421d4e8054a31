"""What one job's answer tells beyond its row: who sent it, its heartbeat, its plans, when it was canceled."""

import json
import time

import pytest
from rq import Callback, Queue, Repeat, Retry, Webhook

from tests import fixture_jobs, raw_jobs
from tests.e2e.conftest import publish
from tests.in_process import running
from tests.support import eventually


def told(api, job_id):
    return api.get(f"/api/jobs/{job_id}")["job"]


def test_plans_and_who_is_told_afterwards(api, redis):
    job = Queue(connection=redis).enqueue(
        fixture_jobs.nothing,
        retry=Retry(max=3, interval=[1, 2]),
        repeat=Repeat(times=4, interval=[5, 6]),
        on_success=Callback("app.done", timeout=7),
        webhooks=[Webhook("https://u:p@hooks.example/x?key=1", "failed", method="POST", headers={"X-Key": "s3cret"})],
    )
    found = told(api, job.id)
    assert (found["retries_left"], found["retry_intervals"]) == (3, [1, 2])
    assert (found["repeats_left"], found["repeat_intervals"]) == (4, [5, 6])
    assert found["callbacks"] == [{"on": "success", "func": "app.done", "timeout": 7}]
    (hook,) = found["webhooks"]
    assert (hook["url"], hook["headers"]) == ("https://hooks.example/x?…", ["X-Key"])
    assert "s3cret" not in json.dumps(found)
    assert (found["actor"], found["submitted"]) == (None, None)


def test_a_running_job_tells_its_heartbeat_and_when_rq_gives_it_up(api, redis, worker_process):
    job = Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "gate", job_timeout=100)
    worker_process("default")
    beat = eventually(lambda: told(api, job.id)["heartbeat"])
    assert abs(beat["at"] - time.time() * 1000) < 10_000
    assert redis.zscore("rq:wip:default", redis.zrange("rq:wip:default", 0, 0)[0]) == pytest.approx(
        beat["deadline"] / 1000, abs=2
    )
    redis.set("gate", 1)
    eventually(lambda: told(api, job.id)["status"] == "finished")
    assert told(api, job.id)["heartbeat"] is None


def test_a_heartbeat_of_data_without_runs_has_no_deadline(api, redis):
    job_id = raw_jobs.listed(redis, "started", last_heartbeat=raw_jobs.stamp())
    assert told(api, job_id)["heartbeat"]["deadline"] is None


def test_when_a_job_was_canceled_is_known_from_its_registry(api, redis):
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    job.cancel()
    for _ in range(2):
        assert abs(told(api, job.id)["canceled_at"] - time.time() * 1000) < 10_000
    redis.zrem("rq:canceled:default", job.id)
    assert told(api, job.id)["canceled_at"] is None


def test_webhooks_of_megabytes_are_not_read(api, redis):
    job_id = raw_jobs.write(redis, webhooks=json.dumps([{"url": "https://a.example", "x": "y" * 2_000_000}]))
    assert told(api, job_id)["webhooks"] == []


@pytest.mark.parametrize(
    ("headers", "via"),
    [({}, "api"), ({"Sec-Fetch-Site": "same-origin"}, "page"), ({"Origin": "http://localhost"}, "page")],
)
def test_a_job_says_who_submitted_it_and_from_where(redis, redis_server, tmp_path, headers, via):
    publish(redis_server.url)
    with running(redis_server.url, tmp_path) as client:
        body = {"type": "my_task", "retry": {"max": 2, "interval": 5}}
        job = client.post("/api/jobs", json=body, headers=headers).json["job"]
        assert job["actor"] == "anyone"
        server = job["submitted"].pop("server")
        assert server.rpartition(":")[0]
        assert job["submitted"] == {"via": via, "address": "127.0.0.1", "again_of": None, "retries": 2, "repeats": None}
        again = client.post("/api/jobs", json={"again": job["id"]}).json["job"]
        assert (again["submitted"]["again_of"], again["submitted"]["retries"]) == (job["id"], None)
