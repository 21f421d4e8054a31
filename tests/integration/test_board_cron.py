"""RQ's cron on the board `cron`: who carries which job, its runs, what was missed; with a real `rq cron`, and odd."""

import json
import time

import pytest
from rq.cron import CronScheduler

from tests import boards, fixture_jobs, raw_jobs
from tests.cron_processes import CronProcess
from tests.live import Page
from tests.support import eventually
from webapp.boards.schedule import Cron
from webapp.queries import cron, cron_rows


def read(reader) -> dict:
    value = boards.read(Cron(), reader)
    json.dumps(value, allow_nan=False)
    return value


def row(value: dict, name: str) -> dict:
    return next(job for job in value["jobs"] if job["name"] == name)


@pytest.fixture
def rq_cron(redis_server, started, tmp_path):
    def start(*lines: str) -> CronProcess:
        process = started(CronProcess(redis_server.url, tmp_path, *lines))
        process.wait_ready()
        return process

    return start


def carried(redis, name: str = "night", **options) -> CronScheduler:
    """A cron process as it lies in Redis, that carries one job."""
    scheduler = CronScheduler(connection=redis, name=name)
    scheduler.register(fixture_jobs.say_hello, "default", **({"interval": 60, "name": "hello"} | options))
    scheduler.register_birth()
    return scheduler


def ran(redis, name: str, *ages: float, status: str = "finished", took: float = 2.0) -> list[str]:
    """Runs of a cron job so many seconds ago; their ids."""
    now, ids = time.time(), []
    for age in ages:
        at = now - age
        times = {"started_at": raw_jobs.stamp(at), "ended_at": raw_jobs.stamp(at + took)}
        ids.append(raw_jobs.write(redis, status=status, **times))
        redis.zadd(f"rq:cron_job:{name}:jobs", {ids[-1]: at})
    redis.zadd("rq:cron_jobs", {name: now - min(ages)})
    return ids


def test_there_is_no_cron(reader):
    assert read(reader) == {
        "schedulers": [],
        "schedulers_more": 0,
        "jobs": [],
        "more": 0,
        "names_more": 0,
        "note": None,
    }


def test_a_real_process_its_jobs_and_their_runs(redis, reader, rq_cron, worker_process):
    process = rq_cron(
        "register(fixture_jobs.say_hello, 'default', args=('you',), interval=1, name='greet')",
        "register(fixture_jobs.add, 'other', kwargs={'a': 1, 'b': 2}, cron='0 3 * * *')",
    )
    worker_process("default")
    eventually(lambda: len([run for run in row(read(reader), "greet")["runs"] if run["status"] == "finished"]) >= 2)
    value = read(reader)
    (scheduler,) = value["schedulers"]
    assert (scheduler["pid"], scheduler["state"], scheduler["jobs"]) == (process.pid, "alive", 2)
    assert scheduler["config"].endswith(".py")
    greet, add = row(value, "greet"), row(value, "tests.fixture_jobs.add")
    assert (greet["func"], greet["args"], greet["interval"], greet["cron"]) == (
        "tests.fixture_jobs.say_hello",
        "'you'",
        1,
        None,
    )
    assert (greet["state"], greet["queue"], greet["schedulers"]) == ("on_time", "default", [scheduler["name"]])
    assert greet["runs_total"] >= 2
    assert greet["newest"] in [run["id"] for run in greet["runs"]]
    assert greet["runs"][0]["at"] > greet["runs"][1]["at"], "newest first"
    assert (add["cron"], add["args"], add["runs"], add["last_at"]) == ("0 3 * * *", "a=1, b=2", [], None)
    assert 0 < add["next_at"] - time.time() * 1000 < 25 * 3_600_000
    assert (greet["run_now"], add["run_now"]) == ("carried", "carried")


def test_a_process_that_ended_leaves_the_names_that_it_ran(redis, reader, rq_cron):
    process = rq_cron("register(fixture_jobs.say_hello, 'default', interval=1, name='greet')")
    eventually(lambda: row(read(reader), "greet")["last_at"])
    process.stop()
    value = read(reader)
    gone = row(value, "greet")
    assert value["schedulers"] == []
    assert (gone["state"], gone["func"], gone["schedulers"]) == ("gone", None, [])
    assert abs(gone["last_at"] - time.time() * 1000) < 10_000
    assert gone["run_now"] == "copy"


def test_a_killed_process_is_silent_then_lost_and_its_runs_are_missed(redis, reader, rq_cron):
    process = rq_cron("register(fixture_jobs.say_hello, 'default', interval=2, name='greet')")
    eventually(lambda: row(read(reader), "greet")["last_at"])
    name = process.name
    process.kill()
    assert row(read(reader), "greet")["state"] == "on_time", "nobody can know yet"
    redis.zadd("rq:cron_schedulers", {name: time.time() - 80})
    value = read(reader)
    assert (value["schedulers"][0]["state"], row(value, "greet")["state"]) == ("no signal", "silent")
    stored = json.loads(redis.hget(f"rq:cron_scheduler:{name}", "cron_jobs"))
    stored[0]["next_enqueue_time"] = raw_jobs.stamp(time.time() - 61)
    redis.hset(f"rq:cron_scheduler:{name}", "cron_jobs", json.dumps(stored))
    assert row(read(reader), "greet")["state"] == "missed"
    assert row(read(reader), "greet")["run_now"] == "copy", "who carries it may be dead"
    redis.zadd("rq:cron_schedulers", {name: time.time() - 130})
    redis.delete(f"rq:cron_scheduler:{name}")
    value = read(reader)
    assert (value["schedulers"][0]["state"], value["schedulers"][0]["host"]) == ("lost", None)
    assert row(value, "greet")["state"] == "gone"


def test_a_process_that_lives_and_does_not_enqueue_has_missed_it_too(redis, reader):
    scheduler = carried(redis, interval=None, cron="* * * * *")
    scheduler.get_jobs()[0].next_enqueue_time = scheduler.created_at.replace(year=2020)
    scheduler.save()
    assert row(read(reader), "hello")["state"] == "missed"


def test_an_interval_that_never_ran_starts_at_once(redis, reader):
    carried(redis)
    assert (row(read(reader), "hello")["state"], row(read(reader), "hello")["next_at"]) == ("starting", None)


def test_two_processes_with_the_same_job_run_it_twice(redis, reader):
    carried(redis, "one")
    carried(redis, "two")
    carried(redis, "three", args=("others",))
    value = read(reader)
    doubled = [(job["doubled"], sorted(job["schedulers"])) for job in value["jobs"]]
    assert sorted(doubled) == [(1, ["three"]), (2, ["one", "two"])], "the same name with other arguments is another job"
    redis.zadd("rq:cron_schedulers", {"two": time.time() - 100})
    assert {job["doubled"] for job in read(reader)["jobs"]} == {1}


def test_runs_that_are_missing_in_the_history_are_counted(redis, reader):
    carried(redis)
    ran(redis, "hello", 10, 70, 130, 430, 490)
    hello = row(read(reader), "hello")
    assert (hello["left_out"], hello["runs_total"], hello["about_every"]) == (4, 5, None)


def test_runs_that_last_longer_than_their_interval_overlap(redis, reader):
    carried(redis)
    ran(redis, "hello", 200, took=5)
    assert row(read(reader), "hello")["overlaps"] is False
    ran(redis, "hello", 100, took=61)
    assert row(read(reader), "hello")["overlaps"] is True


def test_how_a_name_that_nobody_carries_used_to_run(redis, reader):
    ids = ran(redis, "old", 3600, 3900, 4200, 4500, status="failed")
    redis.delete(f"rq:job:{ids[0]}")
    old = row(read(reader), "old")
    assert (old["state"], round(old["about_every"])) == ("gone", 300)
    assert [(run["status"], run["seconds"]) for run in old["runs"]] == [(None, None)] + [("failed", 2.0)] * 3
    assert (old["newest"], old["run_now"]) == (ids[1], "copy")
    redis.delete(*(f"rq:job:{job_id}" for job_id in ids))
    assert (row(read(reader), "old")["newest"], row(read(reader), "old")["run_now"]) == (None, None)


def test_arguments_that_are_no_json_are_run_again_from_the_history(redis, reader):
    carried(redis, args=(object(),))
    assert (row(read(reader), "hello")["args"], row(read(reader), "hello")["run_now"]) == (None, None)
    (job_id,) = ran(redis, "hello", 5)
    assert (row(read(reader), "hello")["newest"], row(read(reader), "hello")["run_now"]) == (job_id, "copy")


def test_what_rq_2_12_writes(redis, reader):
    """No name of its own, and no history."""
    stored = [{"func_name": "a.b", "queue_name": "default", "args": None, "kwargs": None, "interval": 5, "cron": None}]
    redis.hset("rq:cron_scheduler:old", mapping={"hostname": "h", "pid": "7", "cron_jobs": json.dumps(stored)})
    redis.zadd("rq:cron_schedulers", {"old": time.time()})
    assert (row(read(reader), "a.b")["state"], row(read(reader), "a.b")["interval"]) == ("starting", 5)


ODD = [
    "",
    "{",
    "[" * 100_000,
    '"text"',
    "{}",
    "[1, null, {}]",
    '[{"func_name": 7, "queue_name": "q"}]',
    '[{"func_name": "f", "queue_name": ""}]',
    '[{"func_name": "f", "queue_name": "q", "interval": "soon", "cron": 7, "args": "[", "next_enqueue_time": 5}]',
    '[{"func_name": "f", "queue_name": "q", "interval": 1e999, "next_enqueue_time": "9999-12-31T23:59:59.999999Z"}]',
]


@pytest.mark.parametrize("stored", ODD, ids=range(len(ODD)))
def test_a_process_whose_jobs_cannot_be_read_says_so(redis, reader, stored):
    carried(redis, "good")
    redis.hset("rq:cron_scheduler:odd", mapping={"hostname": b"\xff", "pid": "x", "cron_jobs": stored})
    redis.zadd("rq:cron_schedulers", {"odd": float("inf")})
    value = read(reader)
    assert row(value, "hello")["func"]
    odd = next(scheduler for scheduler in value["schedulers"] if scheduler["name"] == "odd")
    assert odd["odd"] or odd["jobs"] or not stored


@pytest.mark.parametrize(
    "key", ["rq:cron_schedulers", "rq:cron_jobs", "rq:cron_scheduler:night", "rq:cron_job:hello:jobs"]
)
def test_a_key_of_another_type_is_no_end_of_the_rest(redis, reader, key):
    carried(redis)
    ran(redis, "hello", 5)
    redis.delete(key)
    redis.set(key, "odd")
    value = read(reader)
    assert value["jobs"]
    assert (value["note"] == "unreadable") == (key in ("rq:cron_schedulers", "rq:cron_jobs"))


def test_a_hundred_names_cost_no_more_than_four_hundred_runs(redis, reader, monkeypatch):
    monkeypatch.setattr(cron_rows, "ROWS_MAX", 50)
    for number in range(120):
        redis.zadd("rq:cron_jobs", {f"name{number}": number + 1})
        redis.zadd(f"rq:cron_job:name{number}:jobs", {f"j{number}-{n}": n + 1 for n in range(30)})
    redis.config_resetstat()
    value = read(reader)
    assert redis.info("commandstats")["cmdstat_hmget"]["calls"] <= cron.RUNS_ALL
    assert (len(value["jobs"]), value["more"], value["names_more"]) == (50, 50, 20)


def test_what_concerns_it(redis, reader):
    board, value = Cron(), {"jobs": [{"runs": [{"id": "shown"}]}]}
    for key in (
        "rq:cron_schedulers",
        "rq:cron_scheduler:night",
        "rq:cron_jobs",
        "rq:cron_job:hello:jobs",
        "rq:job:shown",
    ):
        assert board.concerned(boards.dirty(key), "", value), key
    assert not board.concerned(boards.dirty("rq:job:other", "rq:queue:default", "rq:groups"), "", value)


def test_it_is_told_at_once_that_a_run_was_enqueued(redis, web):
    scheduler = carried(redis)
    with Page(web, {"boards": ["cron"]}) as page:

        def runs() -> list:
            found = [event["value"] for event in page.events if event["type"] == "board"]
            return row(found[-1], "hello")["runs"] if found else []

        page.until(lambda: any(event["type"] == "board" for event in page.events))
        job = scheduler.get_jobs()[0].enqueue(redis)
        page.until(lambda: [run["id"] for run in runs()] == [job.id], 2.5, "sooner than its pace")
        redis.hset(f"rq:job:{job.id}", "status", "failed")
        page.until(lambda: runs()[0]["status"] == "failed", 2.5, "a run that it shows has changed")
