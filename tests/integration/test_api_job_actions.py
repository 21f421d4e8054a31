"""Cancel, stop, requeue and delete over HTTP."""

import pytest
from rq import Queue
from rq.defaults import DEFAULT_FAILURE_TTL

from tests import fixture_jobs
from tests.in_process import error, running
from tests.support import eventually


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def test_cancel_answers_with_the_canceled_job(client, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    answer = client.post(f"/api/jobs/{job.id}/cancel", json={"status": "queued"})
    assert answer.status_code == 200
    assert answer.json["job"]["status"] == "canceled"


def test_stop_says_how_many_heard_it(client, redis, queue, worker_process):
    worker_process("default")
    job = queue.enqueue(fixture_jobs.sleep_for, 60)
    eventually(lambda: job.get_status() == "started")
    answer = client.post(f"/api/jobs/{job.id}/stop", json={"status": "started"})
    assert (answer.status_code, answer.json["heard"]) == (200, 1)
    eventually(lambda: client.get(f"/api/jobs/{job.id}").json["job"]["status"] == "stopped")


def test_requeue_answers_with_the_queued_job(client, redis, queue, worker_process):
    job = queue.enqueue(fixture_jobs.div_by_zero)
    worker_process("default", burst=True)
    assert 0 < redis.ttl(f"rq:job:{job.id}") <= DEFAULT_FAILURE_TTL
    answer = client.post(f"/api/jobs/{job.id}/requeue")
    assert answer.json["job"]["status"] == "queued"
    assert answer.json["job"]["expires_at"] is None


def test_delete_answers_how_it_is_undone_and_then_404(client, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    assert client.delete(f"/api/jobs/{job.id}", json={"status": "queued"}).status_code == 200
    assert client.delete(f"/api/jobs/{job.id}").status_code == 404
    assert client.get(f"/api/jobs/{job.id}").status_code == 404


def test_a_button_of_another_time_is_409_and_names_the_status_now(client, redis, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    redis.hset(f"rq:job:{job.id}", "status", "started")
    for method, path in (("POST", "/cancel"), ("POST", "/requeue"), ("DELETE", "")):
        answer = client.open(f"/api/jobs/{job.id}{path}", method=method, json={"status": "queued"})
        assert answer.status_code == 409
        assert error(answer)["code"] == "state_changed"
        assert "started" in error(answer)["message"]


@pytest.mark.parametrize("body", [{"status": 5}, {"status": ""}, {"state": "queued"}, [], {"status": "x" * 65}])
def test_a_crooked_action_body_is_400(client, queue, body):
    job = queue.enqueue(fixture_jobs.nothing)
    answer = client.post(f"/api/jobs/{job.id}/cancel", json=body)
    assert answer.status_code == 400
    assert job.get_status() == "queued"


@pytest.mark.parametrize("job_id", ["nowhere", "a%00b", "%F0%9F%98%80", "x" * 3000, "a:b", "..", "%2e%2e"])
@pytest.mark.parametrize(
    ("method", "verb"), [("POST", "/cancel"), ("POST", "/stop"), ("POST", "/requeue"), ("DELETE", "")]
)
def test_an_odd_id_is_404(client, job_id, method, verb):
    assert client.open(f"/api/jobs/{job_id}{verb}", method=method).status_code in (404, 405)


@pytest.mark.parametrize("verb", ["cancel", "stop", "requeue"])
def test_an_action_is_never_a_get(client, queue, verb):
    job = queue.enqueue(fixture_jobs.nothing)
    # An id may hold a slash, so this asks for a job of that name.
    assert client.get(f"/api/jobs/{job.id}/{verb}").status_code == 404
    assert job.get_status() == "queued"


def test_an_action_of_another_site_does_nothing(client, redis, queue):
    job = queue.enqueue(fixture_jobs.nothing)
    before = {key: redis.dump(key) for key in redis.scan_iter()}
    attack = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/api/jobs/{job.id}/cancel", headers=attack).status_code == 403
    assert client.delete(f"/api/jobs/{job.id}", headers=attack).status_code == 403
    assert client.post("/api/jobs", json={"again": job.id}, headers=attack).status_code == 403
    assert client.post("/api/uploads?name=x", headers=attack).status_code == 403
    assert {key: redis.dump(key) for key in redis.scan_iter()} == before


def test_redis_away_is_503_with_a_next_step(tmp_path):
    with running(f"unix://{tmp_path}/nowhere", tmp_path) as client:
        for path in ("/api/jobs", "/api/jobs/x/cancel"):
            answer = client.post(path, json={"type": "add"} if path == "/api/jobs" else {})
            assert answer.status_code == 503
            assert error(answer)["code"] == "redis_away"


def test_a_redis_user_that_may_not_write_is_a_403_that_says_so(redis, redis_server, tmp_path, queue):
    redis.acl_setuser("looker", enabled=True, nopass=True, keys=["*"], channels=["*"], categories=["+@all", "-@write"])
    job = queue.enqueue(fixture_jobs.nothing)
    url = redis_server.url.replace("unix://", "unix://looker:x@")
    with running(url, tmp_path) as client:
        answer = client.post(f"/api/jobs/{job.id}/cancel")
    redis.acl_deluser("looker")
    assert answer.status_code == 403
    assert "may write" in error(answer)["fix"]
