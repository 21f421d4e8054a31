"""Who is behind the jobs of a list: counted from its first jobs, whoever wrote them, at a bounded cost."""

import json
import time

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.integration.test_hub_beat import HELD_MAX, held
from tests.live import Page, get, get_ok
from webapp.boards.facets import Facets
from webapp.live.interest import Dirty
from webapp.models import STATUSES
from webapp.queries import facets
from webapp.queries.clock import RedisClock
from webapp.queries.facets import FacetReader, shares
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles

ADD, SAY, FAIL = (f"tests.fixture_jobs.{name}" for name in ("add", "say_hello", "div_by_zero"))


class Asker:
    """Asks for facets as the board does."""

    def __init__(self, reader) -> None:
        self.reader, self.clock, self.titles = reader, RedisClock(), Titles()
        self.rows, self.facets = RowReader(self.titles), FacetReader()

    def ask(self, queue: str = "", status: str = "") -> dict:
        return self.facets.read(self.reader, self.clock, self.rows, self.titles, queue, status)

    def functions(self, queue: str = "", status: str = "") -> dict[str, int]:
        return {one["func"]: one["count"] for one in self.ask(queue, status)["functions"]}

    def workers(self, queue: str = "", status: str = "") -> dict[str, int]:
        return {one["name"]: one["count"] for one in self.ask(queue, status)["workers"]}


@pytest.fixture
def asker(reader) -> Asker:
    return Asker(reader)


def test_jobs_of_real_workers_are_counted_by_function_and_worker(asker, redis, worker_process):
    queue = Queue(connection=redis)
    for number in range(3):
        queue.enqueue(ADD, number, b=1)
    queue.enqueue(FAIL, 7)
    worker_process("default", burst=True, name="first")
    queue.enqueue(SAY, "you")
    worker_process("default", burst=True, name="second")
    queue.enqueue(ADD, 1, b=2)
    assert asker.functions() == {ADD: 4, FAIL: 1, SAY: 1}
    assert asker.functions("default", "finished") == {ADD: 3, SAY: 1}
    assert asker.workers("", "finished") == {"first": 3, "second": 1}
    assert asker.workers("default", "failed") == {"first": 1}
    assert asker.functions("elsewhere") == {}
    told = asker.ask("", "queued")
    assert (told["looked_at"], told["of"], told["workers"]) == (1, 1, [])


def test_job_types_are_named_by_their_titles(asker, redis):
    redis.hset(_keys.CATALOG, "adds", json.dumps({"title": "Add two", "func": ADD, "schema": {}}))
    asker.titles.refresh(asker.reader)
    raw_jobs.listed(redis, "failed", data=raw_jobs.payload(ADD))
    raw_jobs.listed(redis, "failed", data=raw_jobs.payload("elsewhere.run"))
    assert asker.ask()["functions"] == [
        {"func": "elsewhere.run", "type": None, "title": "elsewhere.run", "count": 1},
        {"func": ADD, "type": "adds", "title": "Add two", "count": 1},
    ]


def test_only_the_first_of_a_long_list_are_looked_at_and_it_says_so(asker, redis, monkeypatch):
    monkeypatch.setattr(facets, "LOOKED_AT_MAX", 30)
    now = time.time() + 100
    for number in range(40):
        raw_jobs.listed(redis, "finished", score=now + number, data=raw_jobs.payload("new" if number >= 20 else "old"))
    for _ in range(5):
        raw_jobs.listed(redis, "failed", data=raw_jobs.payload("rare"))
    told = asker.ask()
    assert (told["looked_at"], told["of"]) == (30, 45)
    assert asker.functions() == {"new": 20, "old": 5, "rare": 5}, "a small list is looked at whole"


@pytest.mark.parametrize(
    ("sizes", "share"),
    [([], 100), ([10, 20], 100), ([10, 200], 90), ([200, 200], 50), ([0, 0, 300], 100), ([1, 60, 60, 60], 33)],
)
def test_lists_share_what_may_be_looked_at(sizes, share):
    assert shares(sizes, 100) == share
    assert sum(min(size, share) for size in sizes) <= 100


def test_what_is_over_gone_or_broken_is_not_counted_and_breaks_nothing(asker, redis):
    raw_jobs.listed(redis, "failed", score=time.time() - 100, data=raw_jobs.payload("expired"))
    redis.rpush("rq:queue:default", "vanished", b"\xff\xfe")
    redis.set("rq:job:text", "not a hash")
    redis.rpush("rq:queue:default", "text")
    raw_jobs.listed(redis, "queued", data=b"garbage", description="")
    raw_jobs.listed(redis, "queued", data=raw_jobs.payload("sound"), created_at=None, status=None)
    redis.sadd("rq:queues", "rq:queue:odd")
    redis.set("rq:queue:odd", "not a list")
    told = asker.ask()
    assert [one["func"] for one in told["functions"]] == ["sound"]
    assert told["looked_at"] == 2


def test_stopped_jobs_are_told_from_failed_ones_and_rate_limited_ones_by_their_queue(asker, redis):
    raw_jobs.listed(redis, "stopped", data=raw_jobs.payload("stops"))
    raw_jobs.listed(redis, "failed", data=raw_jobs.payload("fails"))
    for job_id, queue in (("a", "default"), ("b", "other")):
        raw_jobs.write(redis, job_id, "rate_limited", queue=queue, data=raw_jobs.payload(f"of_{queue}"))
        redis.zadd("rq:rl:k:rate_limited", {job_id: 1})
    redis.sadd("rq:rl-keys", "k")
    assert asker.functions("default", "stopped") == {"stops": 1}
    assert asker.functions("", "rate_limited") == {"of_default": 1, "of_other": 1}
    assert asker.functions("other", "rate_limited") == {"of_other": 1}
    assert asker.ask("", "stopped")["of"] is None


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_can_be_asked_for(asker, redis, status):
    if status != "created":
        raw_jobs.listed(redis, status, data=raw_jobs.payload("f"))
    for queue in ("", "default", "unknown"):
        assert asker.ask(queue, status)["looked_at"] <= 1


def test_a_second_look_reads_only_what_is_new(asker, redis):
    for _ in range(300):
        raw_jobs.listed(redis, "finished", data=raw_jobs.payload("old"))
    assert asker.functions() == {"old": 300}
    raw_jobs.listed(redis, "finished", data=raw_jobs.payload("new"))
    redis.config_resetstat()
    assert asker.functions() == {"new": 1, "old": 300}
    assert redis.info("commandstats")["cmdstat_hmget"]["calls"] == 1


def test_a_job_that_failed_anew_elsewhere_counts_for_its_last_worker(asker, redis):
    job_id = raw_jobs.listed(redis, "failed", worker_name="one")
    assert asker.workers() == {"one": 1}
    redis.hset(f"rq:job:{job_id}", "worker_name", "two")
    redis.zadd("rq:failed:default", {job_id: time.time() + 900})
    assert asker.workers() == {"two": 1}


def test_two_thousand_jobs_never_hold_redis_for_long(asker, redis):
    for number in range(2_500):
        raw_jobs.listed(redis, "finished", f"j{number}", data=raw_jobs.payload(f"f{number % 30}"))
    redis.config_set("slowlog-log-slower-than", 5_000)
    redis.slowlog_reset()
    told = asker.ask()
    assert redis.slowlog_get() == []
    redis.config_set("slowlog-log-slower-than", 10_000)
    assert (told["looked_at"], told["of"]) == (2_000, 2_500)
    assert (len(told["functions"]), told["more"]["functions"]) == (20, 10)


def test_only_changes_of_its_own_list_concern_a_board():
    dirty = Dirty(lists={("default", "failed")})
    board = Facets()
    assert [board.concerned(dirty, name, None) for name in ("default/failed", "/failed", "default/", "/", "")] == [
        True
    ] * 5
    assert not board.concerned(dirty, "default/queued", None)
    assert not board.concerned(dirty, "other/", None)


def test_the_board_is_pushed_and_answered_over_http(redis, web):
    Queue(connection=redis).enqueue(fixture_jobs.nothing)
    assert get_ok(web, "/api/boards/facets/default/queued")["value"]["looked_at"] == 1
    assert get(web, "/api/boards/facets/default/odd")[0] == 400
    with Page(web, {"boards": ["facets//"]}) as page:

        def looked_at() -> int | None:
            told = [event["value"] for event in page.events if event["type"] == "board"]
            return told[-1]["looked_at"] if told else None

        page.until(lambda: looked_at() == 1)
        Queue(connection=redis).enqueue(fixture_jobs.nothing)
        page.until(lambda: looked_at() == 2, message="the next push")


def test_two_thousand_jobs_that_are_new_do_not_hold_up_the_web_process(beaten, redis):
    """What it decodes for the first time it decodes in a thread, and it asks for a few hundred at once."""
    tries = iter(range(3))
    for number in range(3):
        pipe = redis.pipeline(transaction=False)
        for job in range(2_000):
            raw_jobs.write(pipe, f"job-{number}-{job}", "finished", data=raw_jobs.payload(f"f{job % 40}", (job,) * 20))
        pipe.zadd(f"rq:finished:q{number}", {f"job-{number}-{job}": time.time() + 500 for job in range(2_000)})
        pipe.execute()

    def act() -> None:
        told = get_ok(beaten, f"/api/boards/facets/q{next(tries)}/finished")["value"]
        assert told["looked_at"] == 2_000

    assert held(beaten, act, tries=3) <= HELD_MAX
