"""What runs next: scheduled jobs over all queues, who serves them, when load will come; as RQ and others write it."""

import json
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from rq import Queue, Repeat, Retry

from tests import boards, fixture_jobs, raw_jobs
from tests.live import Page, get_ok
from tests.support import eventually
from webapp.boards.schedule import Schedule
from webapp.queries import schedule, schedule_load


def read(reader) -> dict:
    value = boards.read(Schedule(), reader)
    json.dumps(value, allow_nan=False)
    return value


def queue_of(value: dict, name: str) -> dict:
    return next(queue for queue in value["queues"] if queue["queue"] == name)


def test_nothing_is_scheduled(reader):
    value = read(reader)
    assert (value["total"], value["overdue"], value["jobs"], value["queues"]) == (0, 0, [], [])
    assert sum(value["load"]["hour"]["counts"]) == sum(value["load"]["day"]["counts"]) == 0


def test_the_next_jobs_of_all_queues_in_the_order_in_which_they_are_due(redis, reader):
    ids = {}
    for name, hours in (("b", 3), ("a", 1), ("b", 2), ("a", 30)):
        ids[hours] = Queue(name, connection=redis).enqueue_in(timedelta(hours=hours), fixture_jobs.say_hello, "you").id
    value = read(reader)
    assert [job["id"] for job in value["jobs"]] == [ids[hours] for hours in (1, 2, 3, 30)]
    first = value["jobs"][0]
    assert (first["func"], first["args"], first["queue"]) == ("tests.fixture_jobs.say_hello", "'you'", "a")
    assert abs(first["run_at"] - (time.time() + 3600) * 1000) < 5_000
    assert first["plan"] == {"repeats_left": None, "repeat_every": None, "retries_left": None, "ran_before": False}
    assert (value["total"], value["more"], value["overdue"]) == (4, 0, 0)
    assert queue_of(value, "b") == {
        "queue": "b",
        "scheduled": 2,
        "overdue": 0,
        "next_at": value["jobs"][1]["run_at"],
        "scheduler": None,
    }


def test_what_is_a_repeat_and_what_a_retry(redis, reader, worker_process):
    queue = Queue(connection=redis)
    repeated = queue.enqueue(fixture_jobs.nothing, repeat=Repeat(times=3, interval=[60, 600]))
    retried = queue.enqueue(fixture_jobs.div_by_zero, retry=Retry(max=5, interval=120))
    worker_process("default", burst=True)
    plans = {job["id"]: job["plan"] for job in read(reader)["jobs"]}
    assert plans[repeated.id] == {"repeats_left": 2, "repeat_every": 600, "retries_left": None, "ran_before": True}
    assert plans[retried.id] == {"repeats_left": None, "repeat_every": None, "retries_left": 4, "ran_before": True}


def test_which_process_serves_a_queue_and_since_when_it_is_silent(redis, reader, worker_process):
    Queue(connection=redis).enqueue_in(timedelta(hours=1), fixture_jobs.nothing)
    assert queue_of(read(reader), "default")["scheduler"] is None
    worker = worker_process("default", with_scheduler=True)

    def known() -> dict | None:
        # Its lock is there a moment before its hash.
        found = queue_of(read(reader), "default")["scheduler"]
        return found if found and found["pid"] else None

    served = eventually(known)
    assert served["pid"] in worker.family()
    assert (bool(served["host"]), served["silent_since"]) == (True, None)
    worker.close()
    redis.hset(f"rq:scheduler:{served['name']}", "last_heartbeat", raw_jobs.stamp(time.time() - 15))
    silent = queue_of(read(reader), "default")["scheduler"]["silent_since"]
    assert abs(silent - (time.time() - 15) * 1000) < 5_000


def test_what_is_overdue_is_counted_and_comes_first(redis, reader):
    late = raw_jobs.listed(redis, "scheduled", score=time.time() - 100)
    raw_jobs.listed(redis, "scheduled", queue="other", score=time.time() + 100)
    value = read(reader)
    assert (value["overdue"], queue_of(value, "default")["overdue"], queue_of(value, "other")["overdue"]) == (1, 1, 0)
    assert value["jobs"][0]["id"] == late


def test_a_job_that_is_due_this_second_is_not_overdue(redis, reader):
    raw_jobs.listed(redis, "scheduled", score=time.time() - 1)
    assert read(reader)["overdue"] == 0


def test_load_is_counted_the_same_from_heads_and_by_redis(redis, reader):
    """A queue that was read whole costs nothing more; a larger one is counted span by span."""
    start = int(time.time())
    times = [start + 40 + 97 * n for n in range(120)]
    redis.zadd("rq:scheduled:large", {f"l{n}": at for n, at in enumerate(times)})
    for n, at in enumerate(times):
        raw_jobs.listed(redis, "scheduled", f"s{n}", queue=f"small{n % 3}", score=at)
    redis.sadd("rq:queues", "rq:queue:large")
    load = read(reader)["load"]
    now = int(time.time() * 1000)
    for name, step in (("hour", 300), ("day", 3600)):
        edges = [load[name]["from"] / 1000 + step * n for n in range(len(load[name]["counts"]) + 1)]
        assert load[name]["step"] == step
        assert load[name]["from"] <= now
        assert load[name]["counts"] == [2 * sum(a <= at < b for at in times) for a, b in pairwise(edges)]
    assert (load["looked_at"], load["of"]) == (240, 240)


def test_what_is_cut_says_so(redis, reader, monkeypatch):
    monkeypatch.setattr(schedule_load, "COUNTED_MAX", 1)
    monkeypatch.setattr(schedule, "QUEUES_MAX", 2)
    for queue, many in (("a", 60), ("b", 70), ("c", 1)):
        redis.sadd("rq:queues", f"rq:queue:{queue}")
        redis.zadd(f"rq:scheduled:{queue}", {f"{queue}{n}": time.time() + 60 + n for n in range(many)})
    value = read(reader)
    assert (value["total"], len(value["jobs"]), value["more"], value["queues_more"]) == (130, 100, 30, 1)
    assert (value["load"]["looked_at"], value["load"]["of"]) == (70, 130)


def test_jobs_that_are_gone_or_broken_are_rows_that_say_so(redis, reader):
    redis.sadd("rq:queues", "rq:queue:default")
    redis.zadd("rq:scheduled:default", {"gone": time.time() + 10, b"\xff\xfe": time.time() + 20, "never": float("inf")})
    redis.set("rq:job:odd", "no hash")
    redis.zadd("rq:scheduled:default", {"odd": time.time() + 30})
    broken = {"repeats_left": "many", "repeat_intervals": "{", "retries_left": b"\xff", "ended_at": "yesterday"}
    raw_jobs.listed(redis, "scheduled", "half", score=time.time() + 40, **broken)
    redis.zadd("rq:scheduled:other", {"half": time.time() + 50})
    redis.sadd("rq:queues", "rq:queue:other")
    redis.lpush("rq:scheduler-lock:default", "no string")
    rows = {job["id"]: job for job in read(reader)["jobs"]}
    assert rows["gone"]["status"] is None
    assert rows["gone"]["run_at"], "when it is due stands in the list"
    assert rows["gone"]["queue"] == "default", "and where"
    assert rows["odd"]["note"]
    assert rows["half"]["plan"] == {
        "repeats_left": None,
        "repeat_every": None,
        "retries_left": None,
        "ran_before": False,
    }
    assert {"never", "half"} <= rows.keys()


@pytest.mark.parametrize("holder", ["4711", "1f0c"])
def test_a_lock_of_an_older_rq_names_what_is_known(redis, reader, holder):
    raw_jobs.listed(redis, "scheduled")
    redis.set("rq:scheduler-lock:default", holder)
    told = queue_of(read(reader), "default")["scheduler"]
    assert told == {"name": holder, "host": None, "pid": None, "silent_since": None}


def test_the_cost_does_not_grow_with_the_jobs(redis, reader):
    redis.sadd("rq:queues", "rq:queue:default")
    redis.zadd("rq:scheduled:default", {f"j{n}": time.time() + n for n in range(30_000)})
    redis.config_resetstat()
    read(reader)
    calls = {name: stats["calls"] for name, stats in redis.info("commandstats").items()}
    assert calls["cmdstat_zcount"] < 50
    assert calls["cmdstat_hmget"] < 250
    slowest = max(stats["usec_per_call"] for stats in redis.info("commandstats").values())
    assert slowest < 10_000


def test_it_is_told_at_once_that_a_job_was_scheduled(redis, web):
    with Page(web, {"boards": ["schedule"]}) as page:
        page.until(lambda: told(page) is not None)
        job = Queue(connection=redis).enqueue_in(timedelta(hours=1), fixture_jobs.nothing)
        page.until(lambda: [row["id"] for row in told(page)["jobs"]] == [job.id], 6)
        job.cancel()
        page.until(lambda: told(page)["total"] == 0, 6)
    assert get_ok(web, "/api/boards/schedule")["value"]["total"] == 0


def told(page: Page) -> dict | None:
    found = [event["value"] for event in page.events if event["type"] == "board"]
    return found[-1] if found else None
