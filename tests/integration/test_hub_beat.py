"""Nothing holds gevent's hub: a greenlet beats in a real web process under each read of nasty data.

Other processes take the cores away for longer than any read does. So the process's own work between two beats is what
counts, each read is measured several times, and its best counts: what is held by the read itself is held each time.
"""

import base64
import json
import pickle
import random
import time
import zlib

import pytest

from jobs import _keys
from tests import raw_jobs
from tests.beaten_app import INTERVAL
from tests.live import Page, get_ok
from tests.processes import WebServer
from tests.support import eventually

#: Milliseconds that nothing may hold the hub.
HELD_MAX = 20.0
#: The same for what needs no processor, a wait outside of gevent: on a machine that others use as well.
WAIT_MAX = 500.0
TRIES = 8


def held(server: WebServer, act, tries: int = TRIES) -> float:
    """The longest that the hub was held by `act()`, in the best of several tries, ms."""
    worst = []
    for _ in range(tries):
        get_ok(server, "/beat")
        act()
        time.sleep(INTERVAL * 4)
        told = get_ok(server, "/beat")
        assert told["beats"] > 1
        worst.append(told["worst"] if told["latest"] < WAIT_MAX else told["latest"])
        if worst[-1] <= HELD_MAX:
            break
    return min(worst)


def noise(size: int) -> bytes:
    """Bytes that do not compress."""
    return random.Random(size).randbytes(size)


def result(client, job_id: str, value: bytes, **more: object) -> None:
    """One entry of the results stream, as RQ writes it."""
    fields = {"type": 1, "return_value": base64.b64encode(value), "worker_name": "w", "execution_id": "x"}
    client.xadd(f"rq:results:{job_id}", fields | more)


def folded() -> bytes:
    """A pickle of a few hundred bytes that would unfold without end."""
    return b"\x80\x05]q\x00" + b"".join(b"](h\x00h\x00eq\x00" for _ in range(60)) + b"."


def test_the_measure_sees_a_hold_and_only_that(beaten):
    assert held(beaten, lambda: time.sleep(0.05)) <= HELD_MAX
    assert held(beaten, lambda: get_ok(beaten, "/hold"), tries=1) > HELD_MAX


def test_a_list_of_jobs_with_large_arguments(beaten, redis):
    args = [(noise(7_000), [number] * 50) for number in range(200)]
    worst = (b"\x80\x05(X\x03\x00\x00\x00m.fN(" + b"](" + b"K\x01" * 3_900 + b"et}t.")[:8_190]

    def act() -> None:
        redis.flushall()
        for number in range(200):
            data = raw_jobs.payload(args=args[number]) if number % 2 else worst
            raw_jobs.listed(redis, "finished", f"job-{number}", data=data, meta=pickle.dumps({"x": noise(10_000)}))
        page = get_ok(beaten, "/api/jobs", queue="default", status="finished", limit=200)
        assert len(page["jobs"]) == 200

    assert held(beaten, act) <= HELD_MAX


def test_a_bulk_that_redis_tells_of_in_one_message(beaten, redis):
    """Redis tells of 100,000 keys at once where one command of it wrote them."""
    write = "for n = 1, 100000 do redis.call('HSET', KEYS[1] .. ARGV[1] .. n, 'status', 'queued') end"
    turns = iter(range(TRIES))
    with Page(beaten, {"overview": True, "rows": [f"{turn}-100000" for turn in range(TRIES)]}) as page:

        def act() -> None:
            turn = next(turns)
            redis.eval(write, 1, "rq:job:", f"{turn}-")
            page.until(lambda: page.rows.get(f"{turn}-100000"))

        assert held(beaten, act) <= HELD_MAX


def test_a_list_of_running_jobs_with_meta(beaten, redis):
    more = list(range(4_000))
    meta = pickle.dumps({"progress": {"done": 1, "total": 2}, "more": more})
    for number in range(200):
        raw_jobs.listed(redis, "started", f"run-{number}", meta=meta[:16_000] if number % 2 else meta)

    def act() -> None:
        # What is known already is not decoded again.
        for number in range(0, 200, 3):
            redis.hset(f"rq:job:run-{number}", "meta", pickle.dumps({"progress": time.time() % 1} | {"more": more}))
        time.sleep(0.3)
        get_ok(beaten, "/api/jobs", queue="default", status="started", limit=200)

    assert held(beaten, act) <= HELD_MAX


@pytest.mark.parametrize(
    ("args", "value", "meta"),
    [
        ((noise(1_000_000),), pickle.dumps(noise(750_000)), noise(900_000)),
        (([1] * 120_000,), pickle.dumps([1] * 120_000), pickle.dumps([0.1] * 25_000)),
        ((), folded(), folded()),
        (("x" * 200_000,), pickle.dumps("\x00" * 190_000), pickle.dumps({"text": "y" * 200_000})),
        ((), pickle.dumps([{"name": str(n), "value": n} for n in range(9_000)]), b""),
    ],
    ids=["a megabyte each", "wide", "folded", "long texts", "a table"],
)
def test_a_job_with_large_everything(beaten, redis, args, value, meta):
    job_id = raw_jobs.listed(redis, "finished", data=raw_jobs.payload(args=args), meta=meta)
    for _ in range(10):
        result(redis, job_id, value)

    def read() -> None:
        result(redis, job_id, value)
        get_ok(beaten, f"/api/jobs/{job_id}")

    assert held(beaten, read) <= HELD_MAX

    def watch() -> None:
        result(redis, job_id, value)
        with Page(beaten, {"job": job_id, "rows": [job_id]}) as page:
            page.until(lambda: job_id in page.jobs)

    assert held(beaten, watch) <= HELD_MAX


def test_a_job_that_failed_ten_times_at_length(beaten, redis):
    trace = base64.b64encode(zlib.compress(noise(100_000).hex().encode()))
    job_id = raw_jobs.listed(redis, "failed")

    def read() -> None:
        for _ in range(10):
            redis.xadd(f"rq:results:{job_id}", {"type": 2, "exc_string": trace}, maxlen=10)
        get_ok(beaten, f"/api/jobs/{job_id}")

    assert held(beaten, read) <= HELD_MAX


def test_an_overview_of_a_thousand_queues_and_workers(beaten, redis):
    with redis.pipeline(transaction=False) as pipe:
        for number in range(1_000):
            pipe.sadd("rq:queues", f"rq:queue:queue-{number:04}")
            pipe.rpush(f"rq:queue:queue-{number:04}", f"job-{number}")
        pipe.execute()
    for number in range(300):
        raw_jobs.worker(redis, f"worker-{number}", queue=f"queue-{number:04}")

    def is_told() -> bool:
        return len(get_ok(beaten, "/api/overview")["queues"]) == 1_000

    def act() -> None:
        eventually(is_told)

    assert held(beaten, act) <= HELD_MAX

    def watch() -> None:
        with Page(beaten, {"overview": True}) as page:
            page.until(lambda: page.complete and len(page.parts["queue"]) == 1_000)

    assert held(beaten, watch) <= HELD_MAX
    assert held(beaten, lambda: get_ok(beaten, "/api/jobs")) <= HELD_MAX


def test_a_log_of_a_thousand_lines(beaten, redis):
    job_id = raw_jobs.listed(redis, "started")
    with redis.pipeline(transaction=False) as pipe:
        for number in range(1_000):
            pipe.xadd(_keys.log(job_id), {"at": 1, "run": "0123abcd", "level": "OUT", "text": f"{number} " + "x" * 250})
        pipe.execute()
    assert held(beaten, lambda: get_ok(beaten, f"/api/jobs/{job_id}/log")) <= HELD_MAX

    def watch() -> None:
        with Page(beaten, {"log": {"job": job_id, "after": "0-0"}}) as page:
            page.until(lambda: len(page.logs.get(job_id, [])) == 1_000)

    assert held(beaten, watch) <= HELD_MAX


def test_a_catalog_of_a_hundred_large_entries(beaten, redis):
    schema = {"type": "object", "properties": {f"p{n}": {"type": "string", "title": "t" * 50} for n in range(100)}}
    entry = {"name": "n", "title": "T", "func": "m.f", "schema": schema, "hosts": ["h"]}
    with redis.pipeline(transaction=False) as pipe:
        for number in range(100):
            pipe.hset(_keys.CATALOG, f"type-{number}", json.dumps(entry | {"func": f"m.f{number}"}))
        pipe.execute()
    assert held(beaten, lambda: get_ok(beaten, "/api/job-types")) <= HELD_MAX


def test_the_page_and_its_files(beaten):
    assert held(beaten, lambda: get_ok(beaten, "/")) <= HELD_MAX
