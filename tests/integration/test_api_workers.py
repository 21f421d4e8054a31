"""Acting on workers over HTTP: what is answered, and what is said of bodies that mean nothing."""

import pytest
from rq import Queue

from tests import fixture_jobs, raw_jobs
from tests.in_process import error
from tests.in_redis import age_run
from tests.support import eventually


def test_a_kill_and_a_shutdown_are_heard_and_the_overview_tells_that_it_leaves(client, redis, worker_process):
    worker = worker_process("default")
    killed, last = (Queue(connection=redis).enqueue(fixture_jobs.sleep_for, 60) for _ in range(2))
    for job in (killed, last):
        eventually(lambda job=job: job.get_status() == "started")
        age_run(redis, job.id)
        address = f"/api/workers/{worker.name}/" + ("kill" if job is killed else "shutdown")
        answer = client.post(address, json={"job": job.id} if job is killed else {})
        assert (answer.status_code, answer.json) == (200, {"name": worker.name, "heard": 1})
    again = client.post(f"/api/workers/{worker.name}/shutdown")
    assert (again.status_code, error(again)["code"]) == (409, "leaving")
    eventually(lambda: client.get("/api/workers").json["workers"][0]["leaving"])
    assert client.post(f"/api/workers/{worker.name}/kill", json={"job": last.id}).status_code == 200
    assert worker.wait() == 0


def test_all_of_a_queue_or_a_host_are_shut_down_but_lost_ones(client, redis, worker_process):
    workers = [worker_process(queue, name=f"of-{queue}") for queue in ("left", "right")]
    raw_jobs.worker(redis, "silent", queue="left")
    eventually(lambda: [w["state"] for w in client.get("/api/workers").json["workers"]].count("lost") == 1)
    answer = client.post("/api/workers/shutdown", json={"queue": "left"})
    assert answer.json == {"workers": [{"name": "of-left", "heard": 1, "error": None}]}
    assert workers[0].wait() == 0
    (right,) = [w for w in client.get("/api/workers").json["workers"] if w["name"] == "of-right"]
    answer = client.post("/api/workers/shutdown", json={"host": right["hostname"]})
    assert [one["name"] for one in answer.json["workers"] if one["heard"]] == ["of-right"]
    assert workers[1].wait() == 0


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("w/kill", {}),
        ("w/kill", {"job": 7}),
        ("w/shutdown", {"now": True}),
        ("shutdown", {}),
        ("shutdown", {"names": []}),
        ("shutdown", {"names": [1]}),
        ("shutdown", {"names": ["w"] * 1 + [f"w{n}" for n in range(200)]}),
        ("shutdown", {"names": ["w"], "host": "h"}),
        ("shutdown", {"queue": 1}),
    ],
)
def test_a_body_that_means_nothing_is_refused_with_what_to_send(client, address, body):
    answer = client.post(f"/api/workers/{address}", json=body)
    assert answer.status_code == 400
    assert error(answer)["fix"]
