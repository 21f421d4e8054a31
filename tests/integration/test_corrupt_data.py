"""Whatever lies in Redis, every read answers 200 or says in a 4xx what was wrong with the question; never a 5xx."""

import json
import pickle
import random
import time
import zlib
from urllib.parse import quote

import pytest
import redis as redis_py

from jobs import _keys
from tests import raw_jobs
from tests.support import eventually
from webapp.models import STATUSES
from webapp.queries.rows import EXPIRED

#: What RQ itself would never make an id of.
ODD_IDS = [
    "a b",
    "a/b",
    "../x",
    "..",
    "'\"<b>",
    "\u00e9\u4e2d\U0001f600",
    "nul\x00l",
    "%2e%2f",
    "x" * 2_000,
    ":",
    "a:b:c",
    "\n",
    "?",
    "#",
]


def every_get(api, *job_ids: str, queues: tuple[str, ...] = ("default",)) -> dict[str, dict]:
    """Everything that can be asked; returns the rows of all lists by id."""
    for path in ("/api/overview", "/api/queues", "/api/workers", "/api/job-types", "/healthz"):
        api.get(path)
    rows = {}
    for queue in ("", *queues):
        for status in ("", *STATUSES):
            page = api.get("/api/jobs", queue=queue, status=status)
            rows |= {row["id"]: row for row in page["jobs"]}
            json.dumps(page, allow_nan=False)
    for job_id in job_ids:
        for path in ("", "/log"):
            status, body = api.status(f"/api/jobs/{quote(job_id, safe='')}{path}")
            assert status in (200, 404), (job_id, status, body)
            assert status == 200 or body["error"]["fix"]
            json.dumps(body, allow_nan=False)
    return rows


@pytest.mark.parametrize("status", ["queued", "failed", "finished", "started", "scheduled", "deferred"])
def test_odd_ids_are_rows_like_others(api, redis, status):
    for job_id in ODD_IDS:
        raw_jobs.listed(redis, status, job_id)
    rows = every_get(api, *ODD_IDS)
    assert set(ODD_IDS) <= set(rows)
    assert {rows[job_id]["status"] for job_id in ODD_IDS} == {status}


def test_ids_that_are_not_text_say_that_nothing_is_found(api, redis):
    redis.sadd("rq:queues", "rq:queue:default")
    redis.rpush("rq:queue:default", b"\xff\xfe")
    redis.zadd("rq:failed:default", {b"\xff": 5e9})
    redis.zadd("rq:wip:default", {b"\xfe:\xff": 5e9})
    rows = every_get(api)
    assert rows["\ufffd\ufffd"]["note"]


def test_queues_of_any_name(api, redis):
    names = ["a/b c%", "\u00e9", "..", "x" * 500, ":", "intermediate", "default:intermediate", "'\"<script>"]
    for name in names:
        raw_jobs.listed(redis, "queued", queue=name)
        raw_jobs.listed(redis, "failed", queue=name)
    redis.sadd("rq:queues", b"rq:queue:\xff\xfe", b"no queue at all", b"rq:queue:", b"\xff")
    redis.rpush(b"rq:queue:\xff\xfe", "somewhere")
    every_get(api, queues=tuple(names))
    eventually(lambda: len(api.get("/api/queues")["queues"]) == len(names) + 1)
    shown = {queue["name"]: queue for queue in api.get("/api/queues")["queues"]}
    assert {*names, "\ufffd\ufffd"} == set(shown)
    for name in names:
        assert (shown[name]["queued"], shown[name]["failed"]) == (1, 1)
        for status in ("queued", "failed"):
            assert len(api.get("/api/jobs", queue=name, status=status)["jobs"]) == 1


KEYS = [
    "rq:queues",
    "rq:workers",
    "rq:suspended",
    "rq:rl-keys",
    "rq:queue:default",
    "rq:wip:default",
    "rq:failed:default",
    "rq:finished:default",
    "rq:scheduled:default",
    "rq:deferred:default",
    "rq:canceled:default",
    "rq:ready:default",
    "rq:scheduler-lock:default",
    "rq:rl:limit:rate_limited",
    "rq:worker:w",
    "rq:job:the-job",
    "rq:job:the-job:dependents",
    "rq:results:the-job",
    "rq:execution:the-job:run",
    _keys.CATALOG,
    _keys.log("the-job"),
    _keys.RECORDER,
    _keys.figures(int(time.time() // 60)),
    _keys.functions(int(time.time() // 60)),
]
#: Ways to write a key, by the type that it has then.
TYPES = {
    "string": lambda client, key: client.set(key, b"\xff"),
    "list": lambda client, key: client.rpush(key, b"\xff", "x"),
    "set": lambda client, key: client.sadd(key, b"\xff", "x"),
    "zset": lambda client, key: client.zadd(key, {b"\xff": 5, "x": float("inf"), "y": -1}),
    "hash": lambda client, key: client.hset(key, mapping={b"\xff": b"\xfe", "x": "y"}),
    "stream": lambda client, key: client.xadd(key, {b"\xff": b"\xfe", "x": "y"}),
}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.split(":figures")[0].split(":functions")[0])
def test_a_key_of_any_other_type(api, redis, key, kind):
    scene(redis)
    redis.delete(key)
    TYPES[kind](redis, key)
    every_get(api, "the-job")


def scene(client: redis_py.Redis) -> None:
    """A little of everything."""
    for status in ("queued", "failed", "finished", "scheduled", "deferred", "canceled"):
        raw_jobs.listed(client, status)
    raw_jobs.write(client, "the-job", "started")
    raw_jobs.execution(client, "the-job", "w")
    client.zadd("rq:wip:default", {"the-job:run": time.time() + 60})
    raw_jobs.worker(client, "w", "busy")
    client.sadd("rq:rl-keys", "limit")
    client.zadd("rq:rl:limit:rate_limited", {"the-job": 5})


def test_a_list_that_is_none_says_so(api, redis):
    redis.sadd("rq:queues", "rq:queue:default")
    redis.set("rq:failed:default", "x")
    assert api.get("/api/jobs", queue="default", status="failed")["note"] == "unreadable"
    redis.set("rq:queue:default", "x")
    assert api.get("/api/jobs", queue="default", status="queued")["note"] == "unreadable"
    eventually(lambda: any("cannot be read" in (queue["note"] or "") for queue in api.get("/api/queues")["queues"]))


BROKEN_FIELDS = {
    "no data": {"data": None},
    "empty data": {"data": b""},
    "bad zlib": {"data": b"x\x9c broken"},
    "bad pickle": {"data": zlib.compress(b"\x80\x05broken")},
    "not a call": {"data": zlib.compress(pickle.dumps(5))},
    "too long": {"data": zlib.compress(pickle.dumps(("m.f", None, ("x" * 5_000_000,), {})))},
    "bad created_at": {"created_at": "yesterday"},
    "bad times": {"enqueued_at": b"\xff", "started_at": "2026-99-99", "ended_at": "-", "last_heartbeat": "x"},
    "far times": {"created_at": "0001-01-01T00:00:00+23:59", "ended_at": "9999-12-31T23:59:59-23:59"},
    "no times": {"created_at": None, "enqueued_at": None, "started_at": None, "ended_at": None},
    "unknown status": {"status": "half_done"},
    "no status": {"status": ""},
    "status not text": {"status": b"\xff\xfe"},
    "description not text": {"description": b"\xff\xfe<b>"},
    "long description": {"description": "d" * 100_000, "data": b"x"},
    "no description": {"description": None, "data": None},
    "no origin": {"origin": None},
    "origin not text": {"origin": b"\xff"},
    "bad numbers": {"timeout": "soon", "result_ttl": "1e999", "failure_ttl": "nan", "ttl": b"\xff", "retries_left": ""},
    "huge numbers": {"timeout": "9" * 400, "result_ttl": "-" + "9" * 300, "retries_left": "1e299"},
    "bad lists": {"retry_intervals": "{}", "dependency_ids": "5", "dependency_id": b"\xff"},
    "odd lists": {"retry_intervals": '[true, "x", 5, 1e999]', "dependency_ids": '[5, null, "a", "\\ud800"]'},
    "deep lists": {"retry_intervals": "[" * 100_000, "dependency_ids": "[" * 100_000},
    "bad meta": {"meta": b"\x80\x05broken", "status": "started"},
    "meta runs things": {"meta": b"cos\nsystem\n(S'false'\ntR.", "status": "started"},
    "ten megabytes of meta": {"meta": b"\x80\x05" + b"N0" * 5_000_000, "status": "started"},
    "progress not ours": {_keys.PROGRESS_FIELD: b"\xff", "status": "started"},
    "odd progress": {_keys.PROGRESS_FIELD: '{"stages": [{"done": 1e999, "total": 1e-320}, 5]}', "status": "started"},
    "progress without end": {_keys.PROGRESS_FIELD: "[" * 100_000, "status": "started"},
    "rate limit": {"rate_limit_key": b"\xff", "rate_limit_concurrency": "many", "status": "rate_limited"},
    "group and actor": {"group_id": b"\xff", _keys.ACTOR_FIELD: b"\xff" * 1_000},
    "worker name": {"worker_name": b"\xff" * 500, "status": "started"},
}


@pytest.mark.parametrize("name", BROKEN_FIELDS)
def test_a_job_with_broken_fields_is_still_a_row(api, redis, name):
    job_id = raw_jobs.listed(redis, "finished", **({"status": "finished"} | BROKEN_FIELDS[name]))
    redis.zadd("rq:wip:default", {f"{job_id}:run": time.time() + 60})
    redis.rpush("rq:queue:default", job_id)
    rows = every_get(api, job_id)
    row, job = rows[job_id], api.get(f"/api/jobs/{job_id}")["job"]
    assert row["title"] and len(row["title"]) <= 200  # noqa: PT018
    if name in ("no data", "empty data", "bad zlib", "bad pickle", "not a call"):
        assert "payload" in row["note"]
        assert "payload" in job["note"]
    if "status" in name:
        assert "status" in row["note"]
        assert job["actions"] == []


def test_a_job_without_a_hash_is_a_row_that_says_so(api, redis):
    for status in ("queued", "failed", "finished", "started", "scheduled", "deferred", "canceled"):
        job_id = raw_jobs.listed(redis, status, f"gone-{status}")
        redis.delete(f"rq:job:{job_id}")
    rows = every_get(api, "gone-queued")
    assert len(rows) == 7
    for row in rows.values():
        assert (row["status"], row["title"], row["note"]) == (None, row["id"], EXPIRED)
    status, body = api.status("/api/jobs/gone-queued")
    assert (status, body["error"]["code"]) == (404, "not_found")


def test_a_key_that_is_no_job_says_so(api, redis):
    redis.sadd("rq:queues", "rq:queue:default")
    redis.rpush("rq:queue:default", "odd")
    redis.set("rq:job:odd", "x")
    assert "does not hold a job" in every_get(api, "odd")["odd"]["note"]
    assert "does not hold a job" in api.get("/api/jobs/odd")["job"]["note"]


RESULTS = [
    {},
    {"type": "x"},
    {"type": 99},
    {"type": 1},
    {"type": 1, "return_value": b"\xff not base64"},
    {"type": 1, "return_value": b"AAAA"},
    {"type": 2, "exc_string": b"\xff"},
    {"type": 2, "exc_string": b"AAAA"},
    {"type": b"\xff", "worker_name": b"\xff", "execution_started_at": "x", "execution_ended_at": "nan"},
    {b"\xff": b"\xff"},
]


def test_broken_results_stand_in_their_place(api, redis):
    job_id = raw_jobs.listed(redis, "failed")
    for entry in RESULTS:
        redis.xadd(f"rq:results:{job_id}", entry or {"x": "y"})
    job = api.get(f"/api/jobs/{job_id}")["job"]
    assert len(job["attempts"]) == len(RESULTS)
    assert any(attempt["error"] == "The stored traceback cannot be decoded." for attempt in job["attempts"])
    assert any((attempt["result"] or {}).get("__type__") == "undecodable" for attempt in job["attempts"])


WORKERS = {
    "no hash": None,
    "only a state": {"state": "idle"},
    "no state": {"queues": "default"},
    "not text": {"state": b"\xff", "queues": b"\xff,\xfe", "hostname": b"\xff", "version": b"\xff", "pid": b"\xff"},
    "bad numbers": {"pid": "many", "successful_job_count": "x", "total_working_time": "nan", "birth": "x"},
    "huge numbers": {"pid": "1e299", "successful_job_count": "1e999", "failed_job_count": "9" * 300},
    "odd queues": {"queues": ",,default,,a/b,", "state": "busy"},
    "of 2.12": {"state": "busy", "current_job": "the-job", "current_job_working_time": "1.5", "queues": "default"},
}


@pytest.mark.parametrize("name", WORKERS)
def test_a_half_written_worker_is_shown_with_what_is_known(api, redis, name):
    if WORKERS[name]:
        redis.hset("rq:worker:w", mapping=WORKERS[name])
    redis.sadd("rq:workers", "rq:worker:w", b"rq:worker:\xff", b"not a worker", b"\xff", "rq:worker:")
    every_get(api)
    eventually(lambda: len(api.get("/api/workers")["workers"]) == 2)
    shown = {worker["name"]: worker for worker in api.get("/api/workers")["workers"]}
    assert set(shown) == {"w", "\ufffd"}
    json.dumps(shown, allow_nan=False)
    assert (shown["w"]["note"] is not None) == (name == "no hash")


def test_a_hundred_thousand_expired_ids_are_neither_counted_nor_shown(api, redis):
    redis.sadd("rq:queues", "rq:queue:default")
    now = time.time()
    for start in range(0, 100_000, 10_000):
        redis.zadd("rq:failed:default", {f"old-{number}": now - 1_000 for number in range(start, start + 10_000)})
    alive = raw_jobs.listed(redis, "failed")
    for_ever = raw_jobs.listed(redis, "failed", score=-1)
    eventually(lambda: [queue["failed"] for queue in api.get("/api/queues")["queues"]] == [2])
    page = api.get("/api/jobs", queue="default", status="failed")
    assert page["total"] == 2
    assert alive in [row["id"] for row in page["jobs"]]
    assert api.status(f"/api/jobs/{for_ever}")[0] == 200
    every_get(api)


def test_scores_that_are_no_times(api, redis):
    redis.sadd("rq:queues", "rq:queue:default")
    for registry in ("failed", "finished", "scheduled", "deferred", "canceled", "wip"):
        scores = {"never": float("inf"), "minus": -1, "before": float("-inf"), "far": 1e300, "nothing": 0}
        redis.zadd(f"rq:{registry}:default", scores)
    for job_id in ("never", "minus", "before", "far", "nothing"):
        raw_jobs.write(redis, job_id, "scheduled")
    rows = every_get(api, "never", "far")
    assert len(rows) == 5
    assert rows["never"]["run_at"] is None
    assert rows["far"]["run_at"] is None


def test_a_catalog_written_by_anybody(api, redis):
    entries = [b"", b"{", b"null", b"[]", b"5", b"\xff", b"[" * 100_000, b'{"func": 5}', b'{"func": "m.f", "title": 7}']
    for number, entry in enumerate(entries):
        redis.hset(_keys.CATALOG, f"type-{number}", entry)
    redis.hset(_keys.CATALOG, b"\xff", b'{"func": "m.g", "title": "\\ud800", "schema": {}}')
    raw_jobs.listed(redis, "queued", data=raw_jobs.payload("m.f"))
    raw_jobs.listed(redis, "queued", data=raw_jobs.payload("m.g"))
    every_get(api)


def test_a_log_written_by_anybody(api, redis):
    job_id = raw_jobs.listed(redis, "started")
    for entry in ({"x": "y"}, {"at": "x", "text": b"\xff"}, {"at": "nan", "level": b"\xff", "run": b"\xff"}):
        redis.xadd(_keys.log(job_id), entry)
    lines = api.get(f"/api/jobs/{job_id}/log")["lines"]
    assert [line["at"] for line in lines] == [None, None, None]


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_in_random_places(api, redis, seed):
    chance = random.Random(seed)
    scene(redis)
    for _ in range(60):
        key = chance.choice([key for key in redis.scan_iter() if b":live:" not in key])
        kind = redis.type(key)
        junk = chance.randbytes(chance.randrange(1, 30))
        if kind == b"hash":
            redis.hset(key, chance.choice(redis.hkeys(key)), junk)
        elif kind == b"zset":
            redis.zadd(key, {junk: chance.choice([-1, 0, 5e9, float("inf"), chance.random() * 1e12])})
        elif kind in (b"set", b"list"):
            (redis.sadd if kind == b"set" else redis.rpush)(key, junk)
        every = chance.random() < 0.1
        if every:
            every_get(api, "the-job")
    every_get(api, "the-job")


def test_a_page_lives_through_all_of_it(page, redis):
    """The same over the socket: nothing that is stored ends a page or stops what follows."""
    ids = [raw_jobs.listed(redis, "started", f"broken-{n}", **more) for n, more in enumerate(BROKEN_FIELDS.values())]
    for number, more in enumerate(WORKERS.values()):
        raw_jobs.worker(redis, f"w{number}")
        if more:
            redis.hset(f"rq:worker:w{number}", mapping=more)
    redis.set("rq:job:odd", "x")
    page.watch(overview=True, rows=[*ids, "odd", "a b"], job=ids[0], lists=["default/started", "/"])
    page.until(lambda: set(ids) <= set(page.rows), message="every row")
    assert "does not hold a job" in page.rows["odd"]["note"]
    for job_id in ids:
        page.watch(overview=True, job=job_id)
        page.until(lambda: job_id in page.jobs, message=job_id)  # noqa: B023
    sound = raw_jobs.listed(redis, "queued")
    page.watch(overview=True, rows=[sound])
    page.until(lambda: sound in page.rows)
    page.until(lambda: page.parts["queue"]["default"]["queued"] == 1)


def test_a_page_is_told_as_text_whatever_is_stored(page, redis):
    data = raw_jobs.payload("m.\ud800", ("\udfff",), {"\ud800": "\ud800"})
    meta = pickle.dumps({"progress": {"done": 1, "message": "\ud800"}})
    job_id = raw_jobs.listed(redis, "started", data=data, meta=meta)
    progress = json.dumps({"at": 1, "stages": [{"message": "\ud800", "done": 1, "total": 2}]})
    raw_jobs.listed(redis, "started", "other", **{_keys.PROGRESS_FIELD: progress})
    page.watch(overview=True, rows=[job_id, "other"], job=job_id)
    page.until(lambda: job_id in page.rows and job_id in page.jobs and "other" in page.rows)
