"""Causes of failure of real runs, of RQ 2.12's data and of odd data; right while jobs fail, leave and come back."""

import base64
import json
import os
import signal
import time
import urllib.request
import zlib
from datetime import UTC, datetime

import pytest
import redis as redis_py
from rq import Queue, Retry
from rq.command import send_stop_job_command
from rq.job import Job

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.live import Page, get_ok
from tests.support import eventually
from webapp.boards import failures as boards
from webapp.config import Config
from webapp.connections import connect
from webapp.errors import NotFound
from webapp.live.interest import Dirty
from webapp.queries import failure_lists, failures
from webapp.queries.clock import RedisClock
from webapp.queries.failures import Failures
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles

YEAR = 31_536_000
#: Milliseconds of the web process's own work that nothing else may wait for.
HELD_MAX = 20.0
TRACE = 'Traceback (most recent call last):\n  File "/srv/shop/billing.py", line {n}, in charge\n    ask()\n{raised}\n'


class Memory:
    """A memory of failures as one web process has it, asked without waiting between two looks."""

    def __init__(self, url: str) -> None:
        self._connections = connect(Config(redis_url=url))
        self.reader = self._connections.reader
        self.clock, self.titles = RedisClock(), Titles()
        self.rows = RowReader(self.titles)
        self.failures = Failures()

    def overview(self) -> dict:
        self.failures.look_anew()
        return self.failures.overview(self.reader, self.clock, self.rows)

    def whole(self) -> dict:
        """The overview when all is read."""
        value = self.overview()
        while self.failures.has_more:
            value = self.overview()
        return value

    def count(self) -> dict:
        self.failures.look_anew()
        return self.failures.count(self.reader, self.clock, self.rows)

    def stopped(self) -> dict:
        self.failures.look_anew()
        return self.failures.stopped(self.reader, self.clock, self.rows)

    def group(self, cause: str, age: int | None = None) -> dict:
        self.failures.look_anew()
        return self.failures.group(self.reader, self.clock, self.rows, cause, age)

    def ids(self, cause: str) -> dict:
        return self.failures.ids(self.reader, self.clock, self.rows, cause)

    def close(self) -> None:
        self._connections.close()


@pytest.fixture
def memory(redis, redis_server):
    made = Memory(redis_server.url)
    yield made
    made.close()


def failed(
    client: redis_py.Redis, raised: str = "ValueError: no", ago: float = 5, job_id: str | None = None, **more: object
) -> str:
    """A job that failed `ago` seconds ago, as RQ writes it; returns its id."""
    at = time.time() - ago
    job_id = raw_jobs.listed(
        client, "failed", job_id, **{"score": int(at + YEAR), "ended_at": raw_jobs.stamp(at), "worker_name": "w"} | more
    )
    told(client, job_id, TRACE.format(n=30, raised=raised))
    return job_id


def told(client: redis_py.Redis, job_id: str, text: str, **more: object) -> None:
    """A results entry of a run that ended badly."""
    packed = base64.b64encode(zlib.compress(text.encode()))
    client.xadd(f"rq:results:{job_id}", {"type": 2, "exc_string": packed, "worker_name": "w"} | more)


def names(value: dict) -> dict[str, int]:
    return {group["type"] or group["kind"]: group["count"] for group in value["groups"]}


def test_runs_of_a_real_worker_are_gathered_by_cause(redis, worker_process, memory):
    queue = Queue(connection=redis)
    for number in range(3):
        queue.enqueue(fixture_jobs.fail_with, f"invoice {number} is locked")
    queue.enqueue(fixture_jobs.fail_with, "no money")
    queue.enqueue(fixture_jobs.div_by_zero, 5)
    queue.enqueue(fixture_jobs.fail_until_attempt, 9, retry=Retry(max=2))
    queue.enqueue(fixture_jobs.fail_until_attempt, 2, retry=Retry(max=2))
    queue.enqueue("not.there.at_all")
    worker_process("default", name="w1", burst=True)
    value = memory.whole()
    found = {(group["type"], group["message"]): group for group in value["groups"]}
    assert set(found) == {
        ("RuntimeError", "invoice # is locked"),
        ("RuntimeError", "no money"),
        ("ZeroDivisionError", "division by zero"),
        ("RuntimeError", "attempt 3 of 9"),
        ("ValueError", "Invalid attribute name: not.there.at_all"),
    }
    assert (value["looked_at"], value["of"], value["failed"], value["causes"]) == (7, 7, 7, 5)
    locked = found["RuntimeError", "invoice # is locked"]
    assert (locked["count"], locked["ages"], locked["new"], locked["muted"]) == (3, [3] * 5, True, None)
    assert locked["place"]["file"].endswith("tests/fixture_jobs.py")
    assert locked["place"]["function"] == "fail_with"
    assert [item["func"] for item in locked["functions"]] == ["tests.fixture_jobs.fail_with"]
    assert locked["workers"] == [{"name": "w1", "n": 3}]
    assert sum(locked["trend"]) == 3
    shown = memory.group(locked["id"])
    assert {row["id"] for row in shown["jobs"]} == set(memory.ids(locked["id"])["ids"])
    assert memory.ids(locked["id"])["of"] == 3
    assert shown["traceback"].splitlines()[0] == "Traceback (most recent call last):"
    assert shown["traceback"].endswith(" is locked")
    assert {row["title"] for row in shown["jobs"]} == {"tests.fixture_jobs.fail_with"}
    assert value["last_hour"] == memory.count() == {"causes": 5, "jobs": 7}


def test_a_stopped_job_is_no_failure_and_a_killed_one_is(redis, worker_process, memory):
    queue = Queue(connection=redis)
    stopped, killed = queue.enqueue(fixture_jobs.sleep_for, 30), queue.enqueue(fixture_jobs.sleep_for, 30)
    worker = worker_process("default")
    eventually(lambda: stopped.get_status() == "started")
    send_stop_job_command(redis, stopped.id)
    eventually(lambda: killed.get_status() == "started")
    (horse,) = eventually(lambda: worker.family() - {worker.pid})
    os.kill(horse, signal.SIGKILL)
    eventually(lambda: killed.get_status() == "failed")
    value = memory.whole()
    (group,) = value["groups"]
    assert (group["kind"], group["type"], group["message"], group["count"]) == ("killed", None, "signal 9", 1)
    assert group["place"]["function"] == "tests.fixture_jobs.sleep_for"
    assert (value["looked_at"], value["of"], value["failed"]) == (2, 2, 1)


def test_data_of_2_12_and_of_before_there_were_results(redis, memory):
    failed(redis)
    old = raw_jobs.listed(redis, "failed", exc_info=zlib.compress(TRACE.format(n=2, raised="KeyError: 'x'").encode()))
    plain = raw_jobs.listed(redis, "failed", exc_info="OSError: no disk")
    assert names(memory.whole()) == {"ValueError": 1, "KeyError": 1, "OSError": 1}
    (group,) = (group for group in memory.overview()["groups"] if group["type"] == "KeyError")
    assert group["sample"]["job"] == old
    assert memory.group(group["id"])["traceback"].endswith("KeyError: 'x'")
    redis.delete(f"rq:job:{plain}")
    redis.zrem("rq:failed:default", plain)
    assert "OSError" not in names(memory.whole())


def test_odd_data_is_a_cause_that_says_so(redis, memory):
    unreadable = raw_jobs.listed(redis, "failed")
    redis.xadd(f"rq:results:{unreadable}", {"type": 2, "exc_string": "no base64"})
    raw_jobs.listed(redis, "failed", data=None, description=None, created_at=None, ended_at=None)
    wrong = raw_jobs.listed(redis, "failed")
    redis.set(f"rq:results:{wrong}", "no stream")
    retried = raw_jobs.listed(redis, "failed")
    redis.xadd(f"rq:results:{retried}", {"type": 5, "return_value": base64.b64encode(b"\x80\x04N.")})
    redis.zadd("rq:failed:default", {"gone": time.time() + 500, b"\xff\xfe": time.time() + 500})
    redis.set("rq:job:no-hash", "text")
    redis.zadd("rq:failed:default", {"no-hash": time.time() + 500})
    redis.sadd("rq:queues", "rq:queue:odd")
    redis.set("rq:failed:odd", "no registry")
    value = memory.whole()
    kinds = sorted((group["kind"], group["place"]["function"] or "") for group in value["groups"])
    assert kinds == [
        ("retries", "elsewhere.tasks.run"),
        ("unknown", ""),
        ("unknown", "elsewhere.tasks.run"),
        ("unreadable", "elsewhere.tasks.run"),
    ]
    assert value["looked_at"] == value["of"] == 7
    for group in value["groups"]:
        assert memory.group(group["id"])["group"]["count"] == 1


def test_a_job_that_leaves_is_gone_with_the_next_look_and_one_that_failed_again_is_back(redis, memory):
    ids = [failed(redis, ago=60 - n) for n in range(5)]
    assert names(memory.whole()) == {"ValueError": 5}
    redis.hset(f"rq:job:{ids[2]}", "status", "queued")
    redis.zrem("rq:failed:default", ids[2])
    assert names(memory.whole()) == {"ValueError": 4}
    failed(redis, "KeyError: 'x'", ago=0, job_id=ids[2])
    assert names(memory.whole()) == {"ValueError": 4, "KeyError": 1}
    redis.delete("rq:failed:default")
    assert names(memory.whole()) == {}


def test_one_left_and_one_came_between_two_looks(redis, memory):
    """The registry has the same length as before."""
    ids = [failed(redis, ago=60 - n) for n in range(5)]
    memory.whole()
    redis.zrem("rq:failed:default", ids[0])
    failed(redis, "KeyError: 'x'", ago=0)
    assert names(memory.whole()) == {"ValueError": 4, "KeyError": 1}


def test_stopped_jobs_are_counted_by_queue_though_rq_lists_them_as_failed(redis, memory):
    stopped = [raw_jobs.listed(redis, "failed", status="stopped", queue=queue) for queue in ("a", "a", "b")]
    raw_jobs.listed(redis, "failed", queue="a")
    told = memory.stopped()
    assert (told["queues"], told["whole"]) == ({"a": 2, "b": 1}, True)
    redis.zrem("rq:failed:b", stopped[2])
    redis.hset(f"rq:job:{stopped[0]}", "status", "queued")
    memory.failures.hear([stopped[0]])
    assert memory.stopped()["queues"] == {"a": 1}


def test_jobs_that_never_expire_are_seen_failing_again(redis, memory):
    ids = [failed(redis, ago=9_000, score=-1, failure_ttl=-1) for _ in range(5)]
    assert names(memory.whole()) == {"ValueError": 5}
    assert memory.count() == {"causes": 0, "jobs": 0}
    redis.hset(f"rq:job:{ids[3]}", "ended_at", raw_jobs.stamp())
    told(redis, ids[3], TRACE.format(n=1, raised="KeyError: 'x'"))
    assert names(memory.whole()) == {"ValueError": 4, "KeyError": 1}


def test_a_job_that_expired_is_counted_no_more(redis, memory):
    failed(redis, score=time.time() + 1.5)
    failed(redis)
    assert memory.whole()["of"] == 2
    eventually(lambda: names(memory.whole()) == {"ValueError": 1}, 5)
    assert (memory.overview()["looked_at"], memory.overview()["of"]) == (1, 1)


def test_the_jobs_of_a_cause_are_told_by_age_newest_first(redis, memory):
    ids = [failed(redis, ago=ago) for ago in (10, 5_000, 100_000)]
    (group,) = memory.whole()["groups"]
    assert group["ages"] == [1, 2, 2, 3, 3]
    assert [row["id"] for row in memory.group(group["id"])["jobs"]] == ids
    shown = memory.group(group["id"], 10_800)
    assert ([row["id"] for row in shown["jobs"]], shown["more"], shown["age"]) == (ids[:2], 0, 10_800)
    with pytest.raises(NotFound):
        memory.group("0" * 12)


def many(client: redis_py.Redis, n: int, queue: str = "default", ago: float = 10_000) -> None:
    pipe = client.pipeline(transaction=False)
    text = base64.b64encode(zlib.compress(TRACE.format(n=3, raised="ValueError: no").encode()))
    data, now = raw_jobs.payload(), time.time()
    client.sadd("rq:queues", f"rq:queue:{queue}")
    for number in range(n):
        job_id, at = f"{queue}-{number}", now - ago - number
        stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        fields = {"status": "failed", "origin": queue, "data": data, "created_at": stamp, "ended_at": stamp}
        pipe.hset(f"rq:job:{job_id}", mapping=fields)
        pipe.zadd(f"rq:failed:{queue}", {job_id: int(at + YEAR)})
        pipe.xadd(f"rq:results:{job_id}", {"type": 2, "exc_string": text})
    pipe.execute()


def sent(client: redis_py.Redis, does) -> dict[str, int]:
    """How often each command was sent by what `does`."""
    client.config_resetstat()
    does()
    stats = client.info("commandstats")
    return {name.removeprefix("cmdstat_"): stat["calls"] for name, stat in stats.items() if "config" not in name}


def test_many_failed_jobs_are_read_in_bounded_steps_and_then_cost_next_to_nothing(redis, memory):
    many(redis, 3_500), many(redis, 1_500, "other")
    first = sent(redis, memory.overview)
    assert first["hmget"] <= failures.READ_MAX
    assert memory.overview()["looked_at"] == 2 * failures.READ_MAX
    value = memory.whole()
    assert (value["looked_at"], value["of"], names(value)) == (5_000, 5_000, {"ValueError": 5_000})
    idle = sent(redis, memory.overview)
    assert sum(idle.values()) <= 12
    assert not {"hmget", "xrevrange", "zscore"} & set(idle)
    many(redis, 1, "third", ago=1)
    redis.zrem("rq:failed:default", "default-2000")
    after = sent(redis, memory.whole)
    assert after["hmget"] == 1
    assert names(memory.overview()) == {"ValueError": 5_000}


def test_the_count_reads_no_further_back_than_it_needs(redis, memory):
    many(redis, 3_000)
    failed(redis)
    counted = sent(redis, lambda: [memory.count() for _ in range(10)])
    assert memory.count() == {"causes": 1, "jobs": 1}
    assert counted["hmget"] <= 2 * failures.STEP
    assert not memory.failures.has_more_recent
    assert memory.failures.has_more


def test_of_more_jobs_than_there_is_room_for_the_newest_of_each_queue_are_remembered(redis, memory, monkeypatch):
    monkeypatch.setattr(failure_lists, "JOBS_MAX", 400)
    many(redis, 700), many(redis, 90, "small", ago=50_000)
    value = memory.whole()
    assert (value["looked_at"], value["of"]) == (200 + 90, 790)
    (group,) = value["groups"]
    assert {item["name"]: item["n"] for item in group["queues"]} == {"default": 200, "small": 90}
    failed(redis, "KeyError: 'x'", ago=0)
    assert names(memory.whole())["KeyError"] == 1
    redis.zremrangebyrank("rq:failed:default", 0, 300)
    assert memory.whole()["of"] == 790 + 1 - 301


def test_a_flood_of_failures_between_two_looks_is_not_missed(redis, memory):
    many(redis, 50)
    memory.whole()
    many(redis, 450, "default", ago=100)
    assert memory.whole()["looked_at"] == 450 + 0, "the same ids failed again, and 400 others"
    assert memory.overview()["failed"] == 450


def test_what_was_heard_of_since_the_last_look_is_not_told_from_it(redis, memory):
    """Several boards share one look, and none of them may be told what was read before the change it heard of."""
    board = boards.FailureCauses(memory.failures)
    raw_jobs.listed(redis, "failed")
    (group,) = memory.overview()["groups"]
    redis.hset(_keys.MUTES, group["id"], json.dumps({"type": "E", "by": "ada", "at": 1, "until": None}))
    again = (memory.reader, memory.clock, memory.rows)
    assert memory.failures.overview(*again)["groups"][0]["muted"] is None, "the look of a moment ago is shared"
    assert board.concerned(Dirty(activity=True), "", None)
    assert memory.failures.overview(*again)["groups"][0]["muted"]["by"] == "ada"


def test_who_watches_sees_a_failure_at_once_and_its_requeue_too(redis, web_server, worker_process):
    web = web_server(env={"RQLIVE_WRITE": 1})
    board: dict = {}

    def look(page: Page) -> None:
        for event in page.events:
            if event["type"] == "board":
                board[event["board"]] = event["value"]

    with Page(web) as page:
        page.watch(boards=["failures", "failures_count"])
        page.until(lambda: look(page) or len(board) == 2)
        job = Queue(connection=redis).enqueue(fixture_jobs.div_by_zero)
        worker_process("default", burst=True)
        page.until(lambda: look(page) or board["failures"]["causes"] == 1, 5)
        page.until(lambda: look(page) or board["failures_count"] == {"causes": 1, "jobs": 1}, 5)
        cause = board["failures"]["groups"][0]["id"]
        asked = urllib.request.Request(f"{web.url}/api/failures/{cause}/mute", method="POST")
        urllib.request.urlopen(asked).close()
        page.until(lambda: look(page) or board["failures"]["groups"][0]["muted"], 5)
        page.until(lambda: look(page) or board["failures_count"]["causes"] == 0, 5)
        Job.fetch(job.id, redis).requeue()
        page.until(lambda: look(page) or board["failures"]["causes"] == 0, 5)
    assert get_ok(web, "/api/boards/failures")["value"]["failed"] == 0


def test_a_thousand_new_failures_hold_nobody_up(redis, beaten):
    worst = []
    for queue in "abcdef":
        many(redis, 1_000, queue)
        redis.zremrangebyrank(f"rq:failed:{chr(ord(queue) - 1)}", 0, 400)
        get_ok(beaten, "/beat")
        eventually(
            lambda: (found := get_ok(beaten, "/api/boards/failures")["value"])["looked_at"] == found["of"] > 0, 30
        )
        worst.append(get_ok(beaten, "/beat")["worst"])
        if worst[-1] <= HELD_MAX:
            return
    raise AssertionError(f"the hub was held for {min(worst)} ms")
