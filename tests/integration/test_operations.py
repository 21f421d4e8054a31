"""Operations from the request to the end: what is done to many jobs, by the real operations process."""

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_process import error, running
from tests.in_redis import status
from tests.operations import ask, now, run, turn, until
from tests.support import eventually


@pytest.fixture
def process(operations_process):
    return operations_process(env={"RQLIVE_WRITE": 1})


def failed(redis, count, **more):
    return [raw_jobs.listed(redis, "failed", **more) for _ in range(count)]


def test_it_says_what_it_would_do_and_does_it_once_started(redis, client, process):
    jobs = failed(redis, 3)
    other = raw_jobs.listed(redis, "finished")
    running = raw_jobs.listed(redis, "started")
    ready = until(client, ask(client, "delete", {"ids": [*jobs, other, running, "nowhere"]}), "ready")
    assert (ready["total"], ready["done"]) == (4, 0)
    assert ready["facets"]["status"] == {"failed": 3, "finished": 1}
    assert ready["skipped"] == {"started": 1, "missing": 1}
    assert len(ready["sample"]) == 4
    assert all(redis.exists(f"rq:job:{job}") for job in jobs), "nothing is done before it is started"
    wrong = turn(client, ready, "start", total=3)
    assert (wrong.status_code, error(wrong)["code"]) == (409, "other_total")
    assert turn(client, ready, "start", total=4).status_code == 200
    done = until(client, ready, "done")
    assert (done["done"], done["refused"]) == (4, {})
    assert not redis.exists(*(f"rq:job:{job}" for job in [*jobs, other]))
    assert status(redis, running) == "started"


def test_a_search_says_which_jobs_are_canceled(redis, client, process):
    queue = Queue("default", connection=redis)
    jobs = [queue.enqueue(fixture_jobs.add, number, 1) for number in range(60)]
    keep = queue.enqueue(fixture_jobs.nothing)
    done = run(client, "cancel", {"q": "func:tests.fixture_jobs.add"})
    assert done["done"] == 60
    assert {status(redis, job) for job in jobs} == {"canceled"}
    assert queue.job_ids == [keep.id]


def test_a_queue_is_emptied_exactly(redis, client, process):
    """Names of queues may have capitals and stars, which a search does not tell."""
    jobs = [raw_jobs.listed(redis, "queued", queue="Mail*") for _ in range(3)]
    others = [raw_jobs.listed(redis, "queued", queue=name) for name in ("mail*", "mailing", "Mail")]
    later = raw_jobs.listed(redis, "scheduled", queue="Mail*")
    assert run(client, "delete", {"queue": "Mail*", "status": "queued"})["done"] == 3
    assert not redis.exists(*(f"rq:job:{job}" for job in jobs))
    assert {status(redis, job) for job in others} == {"queued"}
    assert status(redis, later) == "scheduled"
    assert run(client, "delete", {"queue": "Mail*"})["done"] == 1


def test_failed_jobs_run_again_under_a_stock_worker(redis, client, process, worker_process):
    queue = Queue("default", connection=redis)
    jobs = [queue.enqueue(fixture_jobs.fail_until_attempt, 2) for _ in range(4)]
    worker_process("default", burst=True)
    done = run(client, "requeue", {"queue": "default", "status": "failed"}, rate=0)
    assert (done["done"], done["runs"]) == (4, {"1": 4})
    worker_process("default", burst=True)
    assert {status(redis, job) for job in jobs} == {"finished"}


def test_a_job_that_moved_on_meanwhile_is_refused_by_name(redis, client, process):
    jobs = failed(redis, 3)
    ready = until(client, ask(client, "delete", {"ids": jobs}), "ready")
    redis.hset(f"rq:job:{jobs[1]}", "status", "queued")
    turn(client, ready, "start", total=3)
    done = until(client, ready, "done")
    assert (done["done"], done["refused"]) == (2, {"moved": 1})
    assert done["refused_sample"] == [{"job": jobs[1], "code": "moved"}]
    lines = client.get("/api/activity").json["lines"]
    jobs_told = {line["action"]: line["operation"]["jobs"] for line in lines}
    assert jobs_told == {"end_operation": 2, "start_operation": 3}, "two were done, of three"
    assert status(redis, jobs[1]) == "queued"


def test_the_newest_stand_first_in_the_list(redis, client, process):
    first = until(client, ask(client, "delete", {"ids": failed(redis, 1)}), "ready")
    second = until(client, ask(client, "cancel", {"queue": "default"}), "ready")
    told = client.get("/api/operations").json["operations"]
    assert [one["id"] for one in told] == [second["id"], first["id"]]
    assert turn(client, second, "cancel").status_code == 200
    assert now(client, second)["state"] == "canceled"
    assert error(turn(client, second, "cancel"))["code"] == "state_changed"
    assert turn(client, {"id": "nowhere"}, "pause").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verb": "explode", "of": {"ids": ["a"]}},
        {"verb": "delete", "of": {"ids": []}},
        {"verb": "delete", "of": {"ids": ["a"] * 1_001}},
        {"verb": "delete", "of": {"ids": [5]}},
        {"verb": "delete", "of": {"queue": "a", "status": "gone"}},
        {"verb": "delete", "of": {"q": "status:"}},
        {"verb": "delete", "of": {"ids": ["a"], "q": "a"}},
        {"verb": "delete", "of": {"ids": ["a"]}, "options": {"rate": 5}},
        {"verb": "requeue", "of": {"ids": ["a"]}, "options": {"rate": -1}},
        {"verb": "requeue", "of": {"ids": ["a"]}, "options": {"first": 2, "need": 3}},
        {"verb": "requeue", "of": {"ids": ["a"]}, "options": {"rate": True}},
    ],
)
def test_what_cannot_be_asked_for_is_400_and_says_where(client, redis, body):
    answer = client.post("/api/operations", json=body)
    assert answer.status_code == 400
    assert error(answer)["fields"]
    assert not list(redis.scan_iter("rq:live:operation*"))


def test_without_an_operations_process_it_says_so(redis, client):
    asked = ask(client, "delete", {"ids": ["a"]})
    redis.hset(f"rq:live:operation:{asked['id']}", "asked_at", 1)
    assert now(client, asked)["message"]["code"] == "no_operations"


@pytest.mark.parametrize(
    ("state", "deed", "woken"), [("ready", "start", "started_at"), ("paused", "resume", "resumed_at")]
)
def test_nobody_is_missed_in_the_moment_in_which_a_person_lets_it_go_on(redis, client, state, deed, woken):
    asked = ask(client, "delete", {"ids": failed(redis, 1)})
    long_ago = asked["asked_at"] - 60_000
    key = _keys.operation(asked["id"])
    redis.hset(key, mapping={"state": state, "total": 1, "asked_at": long_ago, "paused_from": "running"})
    turn(client, asked, deed, **({"total": 1} if deed == "start" else {}))
    assert now(client, asked)["message"] is None
    redis.hset(key, woken, long_ago)
    assert now(client, asked)["message"]["code"] == "no_operations"


def test_after_a_pause_the_pace_is_measured_anew(redis, client, process):
    ready = until(client, ask(client, "requeue", {"ids": failed(redis, 40)}, rate=10, halt_after=0), "ready")
    turn(client, ready, "start", total=40)
    eventually(lambda: (now(client, ready)["per_second"] or 0) > 2)
    turn(client, ready, "pause")
    # As if it had been paused a minute ago.
    redis.hincrby(_keys.operation(ready["id"]), "speed_at", -60_000)
    turn(client, ready, "resume")
    assert now(client, ready)["per_second"] is None
    pace = eventually(lambda: now(client, ready)["per_second"])
    assert pace > 2, "the minute is not counted"
    turn(client, ready, "cancel")


def test_every_verb_does_to_many_what_it_does_to_one(redis, client, process):
    queue = Queue("default", connection=redis)
    ids = [queue.enqueue(fixture_jobs.nothing).id for _ in range(6)]
    assert run(client, "hold", {"ids": ids[1:4]})["done"] == 3
    assert queue.job_ids == [ids[0], *ids[4:]]
    again = until(client, ask(client, "hold", {"queue": "default", "status": "queued"}), "ready")
    assert (again["total"], again["skipped"]) == (3, {"held": 3})
    assert run(client, "release", {"queue": "default", "status": "queued"})["done"] == 3
    assert queue.job_ids == [*ids[1:4], ids[0], *ids[4:]], "in their order, before the others"
    assert run(client, "to_front", {"ids": ids[4:]})["done"] == 2
    assert queue.job_ids == [*ids[4:], *ids[1:4], ids[0]]
    assert run(client, "move", {"ids": ids[:3]}, queue="other")["done"] == 3
    assert Queue("other", connection=redis).job_ids == [ids[1], ids[2], ids[0]], "in the order of their queue"
    later = [raw_jobs.listed(redis, "scheduled") for _ in range(2)]
    assert run(client, "run_now", {"ids": later})["done"] == 2
    assert set(queue.job_ids[-2:]) == set(later)
    copied = run(client, "run_again", {"queue": "other"})
    assert (copied["done"], len(Queue("other", connection=redis).job_ids)) == (3, 6)
    new = Queue("other", connection=redis).job_ids[3:]
    told = redis.hgetall(f"rq:job:{new[0]}")
    assert b'"again_of":"' + ids[1].encode() in told[b"live_submitted"]
    assert told[b"live_actor"] == b"anyone"
    assert told[b"data"] == redis.hget(f"rq:job:{ids[1]}", "data")


def test_running_jobs_are_stopped(redis, client, process, worker_process):
    worker_process("default")
    queue = Queue("default", connection=redis)
    job, waits = (queue.enqueue(fixture_jobs.sleep_for, 60) for _ in range(2))
    eventually(lambda: status(redis, job) == "started")
    lost = raw_jobs.listed(redis, "started")
    done = run(client, "stop", {"ids": [job.id, waits.id, lost]})
    assert (done["done"], done["skipped"], done["refused"]) == (1, {"queued": 1}, {"not_heard": 1})
    eventually(lambda: status(redis, job) == "stopped")


def test_a_queued_job_that_no_list_holds_is_looked_at_again(redis, client, process):
    """One that a dying worker has lost is canceled; one that a worker has just taken is left to it."""
    lost, taken = raw_jobs.write(redis), raw_jobs.write(redis)
    redis.rpush("rq:queue:default:intermediate", taken)
    done = run(client, "cancel", {"ids": [lost, taken]})
    assert (done["done"], done["refused"]) == (1, {"taken": 1})
    assert (status(redis, lost), status(redis, taken)) == ("canceled", "queued")


def test_a_key_of_the_wrong_type_spoils_one_job_only(redis, client, process):
    redis.set("rq:queue:odd", "a text")
    spoilt = raw_jobs.write(redis, queue="odd")
    fine = raw_jobs.listed(redis, "queued")
    done = run(client, "cancel", {"ids": [spoilt, fine]})
    assert (done["done"], done["refused"]) == (1, {"wrong_type": 1})
    assert status(redis, spoilt) == "queued"


def test_a_redis_that_is_only_looked_at_is_left_alone(redis, redis_server, tmp_path):
    job = raw_jobs.listed(redis, "failed")
    with running(redis_server.url, tmp_path, own_redis=False) as looking:
        for path, body in (("", {"verb": "delete", "of": {"ids": [job]}}), ("/x/start", {"total": 1}), ("/x/undo", {})):
            answer = looking.post(f"/api/operations{path}", json=body)
            assert (answer.status_code, error(answer)["code"]) == (403, "look_only"), path
    assert not list(redis.scan_iter("rq:live:operation*"))


def test_workers_that_take_jobs_meanwhile_and_a_cancel_share_them_out(redis, client, process, worker_process):
    """Whatever the order: a job was run once or is canceled, never both, and none is lost."""
    queue = Queue("default", connection=redis)
    jobs = [queue.enqueue(fixture_jobs.add, number, 1) for number in range(120)]
    ready = until(client, ask(client, "cancel", {"queue": "default", "status": "queued"}), "ready")
    workers = [worker_process("default", name=f"w{number}") for number in range(2)]
    eventually(lambda: status(redis, jobs[4]) == "finished")
    turn(client, ready, "start", total=ready["total"])
    done = until(client, ready, "done")
    for worker in workers:
        worker.wait_idle()
    states = [status(redis, job) for job in jobs]
    assert set(states) == {"finished", "canceled"}
    assert (states.count("canceled"), queue.job_ids) == (done["done"], [])
    assert done["done"] + sum(done["refused"].values()) == 120
    runs = [redis.xlen(f"rq:results:{job.id}") for job in jobs]
    assert runs == [1 if state == "finished" else 0 for state in states]


def test_every_page_is_told_of_what_goes_on_and_of_what_ended_within_the_hour(redis, client, process):
    done = run(client, "cancel", {"ids": [raw_jobs.listed(redis, "queued")]})
    old = run(client, "cancel", {"ids": [raw_jobs.listed(redis, "queued")]})
    redis.hset(_keys.operation(old["id"]), "ended_at", old["ended_at"] - 3_600_000)
    (told,) = client.get("/api/boards/operations").json["value"]["operations"]
    assert (told["id"], told["state"], told["done"]) == (done["id"], "done", 1)
    assert told.items() <= done.items()
    assert not told.keys() & {"facets", "skipped", "sample", "runs"}
