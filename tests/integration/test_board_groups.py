"""Groups and rate limits on their boards: as RQ writes them, cut where they are large, and with odd data."""

import json
import time

import pytest
from rq import Queue, RateLimit
from rq.group import Group
from rq.rate_limit import RateLimitRegistry

from tests import boards, fixture_jobs, raw_jobs
from tests.live import Page
from tests.support import eventually
from webapp.boards.groups import Group as GroupBoard
from webapp.boards.groups import Groups, Limits
from webapp.errors import BadInput, NotFound
from webapp.queries import groups, limits, statuses


@pytest.fixture
def queue(redis) -> Queue:
    return Queue("default", connection=redis)


def read(board, reader, argument: str = "") -> dict:
    value = boards.read(board, reader, argument)
    json.dumps(value, allow_nan=False)
    return value


def group_of(redis, queue: Queue, name: str, *functions, **options) -> list[str]:
    datas = [Queue.prepare_data(function, **options) for function in functions]
    return [job.id for job in Group.create(redis, name=name).enqueue_many(queue, datas)]


def raw_group(redis, name: str, *ids: str) -> None:
    redis.sadd("rq:groups", name)
    redis.sadd(f"rq:group:{name}", *ids)


def test_there_are_no_groups_and_no_limits(reader):
    assert read(Groups(), reader) == {"total": 0, "looked_at": 0, "start": 0, "groups": [], "note": None}
    assert read(Limits(), reader) == {"limits": [], "more": 0, "note": None}
    with pytest.raises(NotFound, match="night"):
        read(GroupBoard(), reader, "night")


def test_a_group_and_the_statuses_of_its_jobs(redis, reader, queue, worker_process):
    ids = group_of(redis, queue, "night/1", fixture_jobs.nothing, fixture_jobs.div_by_zero, fixture_jobs.nothing)
    group_of(redis, queue, "day", fixture_jobs.nothing)
    (first, _) = read(Groups(), reader)["groups"]
    assert first == {"name": "day", "total": 1, "by_status": {"queued": 1}, "vanished": 0, "looked_at": 1}
    worker_process("default", burst=True)
    value = read(GroupBoard(), reader, "night/1")
    assert (value["by_status"], value["vanished"]) == ({"finished": 2, "failed": 1}, 0)
    assert sorted(job["id"] for job in value["jobs"]) == sorted(ids)
    assert (value["total"], value["looked_at"], value["more"]) == (3, 3, 0)
    redis.delete(f"rq:job:{ids[0]}")
    value = read(GroupBoard(), reader, "night/1")
    assert (value["by_status"], value["vanished"], value["total"]) == ({"finished": 1, "failed": 1}, 1, 3)


def test_the_list_has_pages_by_name(redis, reader):
    for number in range(60):
        raw_group(redis, f"g{number:02}", "j")
    first, second = read(Groups(), reader), read(Groups(), reader, "50")
    assert [group["name"] for group in first["groups"]] == [f"g{number:02}" for number in range(50)]
    assert [group["name"] for group in second["groups"]] == [f"g{number:02}" for number in range(50, 60)]
    assert (first["total"], second["start"]) == (60, 50)
    assert read(Groups(), reader, "500")["groups"] == []
    with pytest.raises(BadInput):
        read(Groups(), reader, "first")


def test_a_large_group_is_counted_over_several_reads(redis, reader, monkeypatch):
    monkeypatch.setattr(statuses, "BUDGET", 100)
    ids = [raw_jobs.write(redis, f"j{number:03}", status="finished") for number in range(250)]
    raw_group(redis, "large", *ids)
    board, shared = GroupBoard(), boards.context(reader)
    seen = []
    for _ in range(3):
        value = board.read(shared, "large")
        seen.append((value["looked_at"], value["by_status"]["finished"], board.every < 2))
    assert seen == [(100, 100, True), (200, 200, True), (250, 250, False)]
    assert (len(value["jobs"]), value["more"], value["total"]) == (200, 50, 250)
    redis.hset("rq:job:j000", "status", "queued")
    redis.hset("rq:job:j001", "status", "failed")
    assert board.read(shared, "large")["by_status"] == {"finished": 250}, (
        "those that have ended are not asked each time"
    )
    assert board.concerned(boards.dirty("rq:job:j000", "rq:job:other"), "large", value)
    assert board.read(shared, "large")["by_status"] == {"finished": 249, "queued": 1}
    redis.hset("rq:job:j000", "status", "started")
    assert board.read(shared, "large")["by_status"] == {"finished": 249, "started": 1}, "one that has not ended is"
    monkeypatch.setattr(statuses, "OLD", 0.0)
    for _ in range(3):
        value = board.read(shared, "large")
    assert value["by_status"] == {"finished": 248, "started": 1, "failed": 1}


def test_what_is_cut_says_so(redis, reader, monkeypatch):
    monkeypatch.setattr(groups, "NAMES_MAX", 30)
    monkeypatch.setattr(groups, "SCAN", 10)
    monkeypatch.setattr(groups, "MEMBERS_ALL", 40)
    for number in range(600):
        redis.sadd("rq:groups", f"g{number}")
    value = read(Groups(), reader)
    assert (value["total"], value["looked_at"], len(value["groups"])) == (600, 30, 30)
    redis.delete("rq:groups")
    raw_group(redis, "big", *(f"j{number}" for number in range(1_000)))
    (big,) = read(Groups(), reader)["groups"]
    assert (big["total"], big["looked_at"], big["vanished"]) == (1_000, 40, 40)


def test_what_concerns_which_board(redis):
    board = GroupBoard()
    assert board.concerned(boards.dirty("rq:group:night"), "night", None)
    assert not board.concerned(boards.dirty("rq:group:day", "rq:groups", "rq:job:x"), "night", None)
    assert Groups().concerned(boards.dirty("rq:group:day"), "", None)
    assert Groups().concerned(boards.dirty("rq:groups"), "", None)


@pytest.mark.parametrize("key", ["rq:groups", "rq:group:night"])
def test_a_key_of_another_type_is_no_end_of_the_rest(redis, reader, key):
    raw_group(redis, "night", "j")
    raw_group(redis, "day", "j")
    redis.delete(key)
    redis.rpush(key, "odd")
    value = read(Groups(), reader)
    assert (value["note"] == "unreadable") == (key == "rq:groups")
    if key != "rq:groups":
        assert [group["total"] for group in value["groups"]] == [1, 0]
        with pytest.raises(NotFound, match="holds no group"):
            read(GroupBoard(), reader, "night")


def test_odd_names_and_ids_are_shown(redis, reader):
    redis.sadd("rq:groups", b"\xff\xfe", "a b/c%", "x" * 3_000)
    redis.sadd("rq:group:a b/c%", b"\xff", "\n", "")
    redis.set("rq:job:\n", "no hash")
    assert len(read(Groups(), reader)["groups"]) == 3
    assert read(GroupBoard(), reader, "a b/c%")["total"] == 3


def limit_of(value: dict, key: str) -> dict:
    return next(limit for limit in value["limits"] if limit["key"] == key)


def test_a_limit_who_holds_its_slots_and_who_waits(redis, reader, queue, worker_process):
    limit = RateLimit(key="api", concurrency=2)
    jobs = [queue.enqueue(fixture_jobs.wait_for_key, "gate", rate_limit=limit) for _ in range(4)]
    worker_process("default")
    eventually(lambda: jobs[0].get_status() == "started")
    api = limit_of(read(Limits(), reader), "api")
    assert (api["concurrency"], api["held"], api["waiting"], api["stuck"], api["note"]) == (2, 2, 2, 0, None)
    assert {job["id"]: (job["status"], job["slot"]) for job in api["holders"]} == {
        jobs[0].id: ("started", "used"),
        jobs[1].id: ("queued", "used"),
    }
    assert {job["id"]: job["status"] for job in api["heads"]} == {job.id: "rate_limited" for job in jobs[2:]}
    assert abs(api["heads"][0]["since"] - time.time() * 1000) < 20_000
    redis.set("gate", 1)
    eventually(lambda: jobs[3].get_status() == "finished")


def test_a_slot_that_nobody_gives_back_is_stuck_until_maintenance(redis, reader, queue, worker_process):
    limit = RateLimit(key="api", concurrency=3)
    gone, ended, ends = (queue.enqueue(fixture_jobs.nothing, rate_limit=limit) for _ in range(3))
    waits = queue.enqueue(fixture_jobs.nothing, rate_limit=limit)
    redis.delete(f"rq:job:{gone.id}")
    for job in (ended, ends):
        redis.hset(f"rq:job:{job.id}", "status", "canceled")
    redis.zadd(f"rq:executions:{ends.id}", {"run": time.time() + 60})
    redis.delete("rq:queue:default")
    api = limit_of(read(Limits(), reader), "api")
    slots = {job["id"]: job["slot"] for job in api["holders"]}
    assert slots == {gone.id: "stuck", ended.id: "stuck", ends.id: "still_runs"}
    assert (api["stuck"], api["waiting"]) == (2, 1)
    RateLimitRegistry("api", redis).cleanup()
    api = limit_of(read(Limits(), reader), "api")
    assert (api["stuck"], api["held"], api["waiting"]) == (0, 2, 0), "RQ agrees"
    assert waits.get_status() == "queued"


def test_more_may_hold_slots_than_are_allowed(redis, reader, queue):
    for _ in range(3):
        queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit(key="api", concurrency=3))
    queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit(key="api", concurrency=1))
    api = limit_of(read(Limits(), reader), "api")
    assert (api["concurrency"], api["held"], api["waiting"]) == (1, 3, 1)


def test_many_limits_share_the_rows(redis, reader):
    for number in range(100):
        redis.sadd("rq:rl-keys", f"k{number}")
        redis.zadd(f"rq:rl:k{number}:allowed", {f"j{number}-{n}": n + 1 for n in range(60)})
    value = read(Limits(), reader)
    assert len(value["limits"]) == 100
    assert sum(len(limit["holders"]) for limit in value["limits"]) <= limits.HOLDERS_ALL
    assert all(limit["holders"] and limit["held"] == 60 for limit in value["limits"])
    redis.sadd("rq:rl-keys", *(f"more{n}" for n in range(1_000)))
    assert read(Limits(), reader)["more"] >= 800


@pytest.mark.parametrize("key", ["rq:rl-keys", "rq:rl:api", "rq:rl:api:allowed", "rq:rl:api:rate_limited"])
def test_a_limit_whose_keys_are_of_another_type_says_so(redis, reader, queue, key):
    for name in ("api", "good"):
        queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit(key=name, concurrency=1))
    redis.delete(key)
    redis.set(key, "odd")
    value = read(Limits(), reader)
    if key == "rq:rl-keys":
        assert (value["limits"], value["note"]) == ([], "unreadable")
    else:
        assert [limit["note"] for limit in value["limits"]] == ["unreadable", None]


def test_settings_that_are_no_number(redis, reader):
    redis.sadd("rq:rl-keys", "a", b"\xff")
    redis.hset("rq:rl:a", "concurrency", "many")
    redis.zadd("rq:rl:a:allowed", {b"\xff\xfe": 1, "": 2})
    assert limit_of(read(Limits(), reader), "a")["concurrency"] is None


def test_both_are_told_at_once(redis, web, queue):
    watched = ["groups", "group/night", "limits"]
    with Page(web, {"boards": watched}) as page:

        def told(name: str) -> dict:
            found = [event["value"] for event in page.events if event["type"] == "board" and event["board"] == name]
            return found[-1] if found else {}

        page.until(lambda: {event.get("board") for event in page.events} >= set(watched))
        assert told("group/night") is None
        (job_id,) = group_of(redis, queue, "night", fixture_jobs.nothing)
        queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit(key="api", concurrency=1))
        page.until(lambda: told("group/night") and told("group/night")["by_status"] == {"queued": 1}, 3)
        page.until(lambda: told("groups")["total"] == 1 and told("limits")["limits"][0]["held"] == 1, 3)
        redis.hset(f"rq:job:{job_id}", "status", "finished")
        page.until(lambda: told("groups")["groups"][0]["by_status"] == {"finished": 1}, 3)
        page.until(lambda: told("group/night")["by_status"] == {"finished": 1}, 3)
