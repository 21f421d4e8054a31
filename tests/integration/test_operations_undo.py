"""Undo of a bulk delete: everything is back as it was, for a minute after its end; then it is gone for good."""

import time

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_process import error, running
from tests.operations import ask, now, run, turn, until
from tests.support import eventually
from webapp.operations import room


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def shared_client(redis_server, files):
    with running(redis_server.url, files) as client:
        yield client


@pytest.fixture
def client(redis, shared_client):
    # The test before may have let Redis run full, which is believed for five seconds.
    eventually(shared_client.application.extensions["connections"].memory.may_keep)
    return shared_client


@pytest.fixture
def process(operations_process, files):
    return operations_process(env={"RQLIVE_WRITE": 1, "RQLIVE_FILES": files})


def picture(redis) -> dict:
    """Every key of RQ: its bytes, and the second at which its life ends."""
    keys = [key for key in redis.scan_iter("rq:*") if not key.startswith(b"rq:live:")]
    return {key.decode(): (redis.dump(key), round(redis.pexpiretime(key) / 1000)) for key in keys}


def trash(redis) -> list[bytes]:
    return list(redis.scan_iter("rq:live:trash*"))


def test_all_is_back_as_it_was(redis, client, process):
    queue = Queue("default", connection=redis)
    for _ in range(130):
        queue.enqueue(fixture_jobs.nothing, ttl=500)
    keep = [queue.enqueue(fixture_jobs.add, number, 1).id for number in range(70)]
    for _ in range(20):
        raw_jobs.listed(redis, "failed")
    before = picture(redis)
    deleted = run(client, "delete", {"q": "tests.fixture_jobs.nothing or status:failed"})
    assert (deleted["done"], deleted["undo_jobs"]) == (150, 150)
    assert 0 < deleted["undo_until"] - deleted["ended_at"] <= 1000 * _keys.UNDO_SECONDS
    assert queue.job_ids == keep
    answer = turn(client, deleted, "undo")
    assert (answer.status_code, answer.json["operation"]["verb"]) == (201, "restore")
    back = until(client, answer.json["operation"], "done")
    assert (back["total"], back["done"], back["refused"]) == (150, 150, {})
    assert picture(redis) == before
    assert trash(redis) == []
    again = turn(client, deleted, "undo")
    assert (again.status_code, error(again)["code"]) == (409, "state_changed")
    assert now(client, deleted)["undone_by"] == back["id"]


def test_what_nobody_empties_ends_one_after_the_other_and_none_before_its_time(redis, client, process):
    queue = Queue("default", connection=redis)
    queue.enqueue_many([Queue.prepare_data(fixture_jobs.nothing) for _ in range(300)])
    began = now_ms(redis)
    run(client, "delete", {"queue": "default", "status": "queued"})
    ends = [redis.pexpiretime(key) for key in redis.scan_iter("rq:live:trash-job:*")]
    least, most = (1000 * (_keys.TRASH_TTL + _keys.TRASH_GRACE + more) for more in (0, _keys.TRASH_APART))
    assert len(ends) == 300
    assert began + least <= min(ends)
    assert max(ends) <= now_ms(redis) + most
    minutes = [(end - began - least) // 60_000 for end in ends]
    # 300 among 20 minutes: 15 each.
    assert max(map(minutes.count, minutes)) < 60
    for key in redis.scan_iter("rq:live:trash-job:*"):
        notes = _keys.trash(key.decode().rpartition(":")[2])
        assert redis.pexpiretime(notes) >= redis.pexpiretime(key), "how it was is known as long as it is there"


def now_ms(redis) -> int:
    seconds, micros = redis.time()
    return seconds * 1000 + micros // 1000


def test_what_was_deleted_before_it_was_canceled_can_be_put_back(redis, client, process):
    jobs = [raw_jobs.listed(redis, "finished") for _ in range(2_000)]
    ready = until(client, ask(client, "delete", {"queue": "default", "status": "finished"}), "ready")
    turn(client, ready, "start", total=2_000)
    turn(client, ready, "pause")
    assert error(turn(client, ready, "undo"))["code"] == "state_changed"
    turn(client, ready, "cancel")
    canceled = now(client, ready)
    assert canceled["done"] + redis.zcard("rq:finished:default") == 2_000
    back = until(client, turn(client, ready, "undo").json["operation"], "done")
    assert back["done"] == canceled["done"]
    assert redis.exists(*(f"rq:job:{job}" for job in jobs)) == 2_000


def test_an_id_that_is_used_again_stays_as_it_is(redis, client, process):
    jobs = [raw_jobs.listed(redis, "failed") for _ in range(2)]
    deleted = run(client, "delete", {"ids": jobs})
    raw_jobs.write(redis, jobs[0], status="created")
    back = until(client, turn(client, deleted, "undo").json["operation"], "done")
    assert (back["done"], back["refused"]) == (1, {"exists": 1})
    assert redis.hget(f"rq:job:{jobs[0]}", "status") == b"created"


def test_files_stay_until_undo_is_over_and_then_go(redis, client, process, files):
    jobs = [raw_jobs.listed(redis, "finished") for _ in range(3)]
    made = [files / _keys.artifact_path(job, "a.txt") for job in jobs]
    for path in made:
        path.parent.mkdir(parents=True)
        path.write_text("a")
    deleted = run(client, "delete", {"ids": jobs[:2]})
    alone = client.delete(f"/api/jobs/{jobs[2]}").json["undo"]
    assert all(path.exists() for path in made)
    # The minute passes.
    redis.hset(_keys.operation(deleted["id"]), "undo_until", 1)
    redis.hset(_keys.TRASH, jobs[2], f"1 {alone['token']}")
    redis.publish(_keys.OPERATION_BELL, "look")
    eventually(lambda: not any(path.parent.exists() for path in made))
    eventually(lambda: trash(redis) == [])
    eventually(lambda: not redis.exists(_keys.operation_jobs(deleted["id"])))
    assert error(turn(client, deleted, "undo"))["code"] == "over"
    answer = client.post(f"/api/jobs/{jobs[2]}/restore", json={"token": alone["token"]})
    assert (answer.status_code, error(answer)["code"]) == (409, "over")


def test_how_many_notes_have_room_is_told_beforehand_and_the_rest_is_gone(redis, client, process):
    jobs = [raw_jobs.listed(redis, "finished", data=b"x" * 20_000) for _ in range(20)]
    redis.hset(_keys.SWEEP, "room", 3_000)
    ready = until(client, ask(client, "delete", {"ids": jobs}), "ready")
    assert (ready["undo_jobs"], ready["undo_why"]) == (3_000 // (room.NOTE + room.PART), {"code": "share"})
    turn(client, ready, "start", total=20)
    deleted = until(client, ready, "done")
    assert (deleted["done"], deleted["undo_jobs"]) == (20, ready["undo_jobs"])
    back = until(client, turn(client, deleted, "undo").json["operation"], "done")
    assert back["done"] == deleted["undo_jobs"]


def test_where_memory_runs_short_a_delete_is_for_good_and_says_so_beforehand(redis, client, process, memory_limit):
    jobs = [raw_jobs.listed(redis, "failed") for _ in range(10)]
    memory_limit(percent=84)
    ready = until(client, ask(client, "delete", {"ids": jobs}), "ready")
    assert (ready["undo_jobs"], ready["undo_why"]) == (0, {"code": "memory", "percent": 84})
    memory_limit(percent=0)
    turn(client, ready, "start", total=10)
    assert until(client, ready, "done")["undo_jobs"] == 0
    assert trash(redis) == []


def test_what_was_promised_holds_though_memory_runs_short_meanwhile(redis, client, process, memory_limit):
    jobs = [raw_jobs.listed(redis, "failed", data=b"x" * 100_000) for _ in range(100)]
    memory_limit(percent=60)
    ready = until(client, ask(client, "delete", {"ids": jobs}), "ready")
    assert (ready["undo_jobs"], ready["undo_why"]) == (100, None)
    memory_limit(percent=90)
    turn(client, ready, "start", total=100)
    back = until(client, turn(client, until(client, ready, "done"), "undo").json["operation"], "done")
    assert back["done"] == 100


def test_a_single_job_is_put_back_over_http(redis, client):
    job = Queue("default", connection=redis).enqueue(fixture_jobs.nothing)
    undo = client.delete(f"/api/jobs/{job.id}").json["undo"]
    assert time.time() * 1000 < undo["until"]
    answer = client.post(f"/api/jobs/{job.id}/restore", json={"token": undo["token"]})
    assert (answer.status_code, answer.json["job"]["status"]) == (200, "queued")
    assert client.post(f"/api/jobs/{job.id}/restore", json={}).status_code == 400
