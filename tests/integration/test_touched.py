"""A look asks for what changed, and in turn for the rest: it costs by changes, not by how much there is."""

import pytest
import redis as redis_py

from jobs import _keys
from tests import raw_jobs
from webapp.live.interest import Dirty
from webapp.models_overview import Overview
from webapp.queries.clock import RedisClock
from webapp.queries.figures import FiguresCache
from webapp.queries.liveness import Liveness
from webapp.queries.overview import ROUND, WORKERS_A_LOOK, OverviewReader, Touched
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles

MANY = 300


class Looker:
    """Reads again and again, and counts the commands that it takes."""

    def __init__(self, client: redis_py.Redis) -> None:
        titles = Titles()
        self._client = client
        self._kept = OverviewReader(RedisClock(), RowReader(titles), FiguresCache(titles), Liveness("nowhere"))

    def look(self, *keys: bytes, is_tick: bool = False) -> Overview:
        dirty = Dirty()
        dirty.add(keys)
        plan = Plan(self._client)
        self._kept.ask(plan, Touched(dirty.lists, dirty.jobs, dirty.names, is_tick))
        return self._kept.finish(self._client, plan.execute())

    def all(self) -> Overview:
        return self._kept.read(self._client)

    def commands(self, look) -> int:
        """How many commands `look` sends."""
        self._client.config_resetstat()
        look()
        return sum(one["calls"] for name, one in self._client.info("commandstats").items() if "config" not in name)

    def asks(self, command: str, look) -> int:
        """How often `look` sends this command."""
        self._client.config_resetstat()
        look()
        return self._client.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"]


@pytest.fixture
def looker(redis) -> Looker:
    return Looker(redis)


@pytest.fixture
def queues(redis, looker) -> list[str]:
    """Many queues, read once."""
    names = [f"q{number:03}" for number in range(MANY)]
    with redis.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.sadd("rq:queues", f"rq:queue:{name}").rpush(f"rq:queue:{name}", "job")
        pipe.execute()
    looker.all()
    return names


def test_a_change_of_one_queue_asks_for_one_queue_of_three_hundred(redis, looker, queues):
    redis.rpush("rq:queue:q007", "another")
    assert looker.asks("llen", lambda: looker.look(b"rq:queue:q007")) == 1
    redis.zadd("rq:failed:q008", {"job": 9e9})
    shown = looker.look(b"rq:failed:q008")
    assert (shown.queues["q007"].queued, shown.queues["q008"].failed) == (2, 1)
    assert (len(shown.queues), shown.totals.queued) == (MANY, MANY + 1)


def test_what_nothing_told_of_is_seen_within_few_ticks(redis, looker, queues):
    redis.rpush("rq:queue:q299", "unheard")
    assert looker.look(b"rq:queue:q000").queues["q299"].queued == 1
    assert looker.asks("llen", lambda: looker.look(is_tick=True)) == MANY / ROUND
    for _ in range(ROUND - 1):
        shown = looker.look(is_tick=True)
    assert shown.queues["q299"].queued == 2


def test_what_did_not_change_is_the_same_object_and_is_not_compared(looker, queues):
    before, after = looker.look(is_tick=True), looker.look(is_tick=True)
    assert all(after.queues[name] is before.queues[name] for name in queues)


def test_a_new_queue_and_one_that_is_gone_are_seen_when_told_and_else_at_the_next_tick(redis, looker, queues):
    redis.srem("rq:queues", "rq:queue:q001")
    redis.sadd("rq:queues", "rq:queue:new")
    redis.rpush("rq:queue:new", "job")
    assert "q001" in looker.look().queues
    shown = looker.look(b"rq:queues", b"rq:queue:new")
    assert "q001" not in shown.queues
    assert shown.queues["new"].queued == 1


def test_a_run_that_begins_is_shown_with_a_look_at_its_queue(redis, looker, queues):
    job_id = raw_jobs.write(redis, "running", "started")
    raw_jobs.execution(redis, job_id, "w", queue="q005")
    shown = looker.look(b"rq:wip:q005", b"rq:job:running")
    assert list(shown.running) == ["running"]
    redis.hset("rq:job:running", "worker_name", "someone")
    before = looker.asks("hstrlen", looker.look)
    assert before == 0, "a run of which nothing is told is not read again"
    assert looker.asks("hstrlen", lambda: looker.look(b"rq:job:running")) == 1


def test_workers_are_asked_by_turns_since_nothing_tells_of_them(redis, looker):
    for number in range(2 * WORKERS_A_LOOK):
        raw_jobs.worker(redis, f"w{number:03}")
    looker.all()
    for number in range(2 * WORKERS_A_LOOK):
        redis.hset(f"rq:worker:w{number:03}", "state", "busy")
    assert looker.asks("hmget", looker.look) == WORKERS_A_LOOK
    shown = looker.look()
    assert {info.state for info in shown.workers.values() if info.state != "no signal"} <= {"busy"}
    assert looker.look().workers["w003"] is shown.workers["w003"]


def test_a_job_on_its_way_costs_a_look_what_it_moved_and_not_all_of_its_queue(redis, looker):
    raw_jobs.worker(redis, "w")
    raw_jobs.listed(redis, "queued")
    raw_jobs.listed(redis, "queued")
    looker.all()
    redis.lpop("rq:queue:default")
    # The clock, two of the queue, two of the worker, and the new head.
    assert looker.commands(lambda: looker.look(b"rq:queue:default")) == 6
    moved = (b"rq:queue:default", b"rq:wip:default", b"rq:finished:default")
    assert looker.commands(lambda: looker.look(*moved)) == 10, "it took 24"
    redis.zadd("rq:finished:default", {"job": 9e9})
    shown = []
    assert looker.commands(lambda: shown.append(looker.look(b"rq:finished:default"))) == 5
    assert (shown[0].queues["default"].queued, shown[0].queues["default"].finished) == (1, 1)


@pytest.mark.parametrize(
    ("key", "change", "seen"),
    [
        ("rq:suspended", lambda redis: redis.set("rq:suspended", 1), lambda shown: shown.totals.suspended),
        ("rq:workers", lambda redis: raw_jobs.worker(redis, "new"), lambda shown: "new" in shown.workers),
        (
            "rq:live:pause:default",
            lambda redis: (redis.sadd(_keys.ASIDE, "default"), redis.hset(_keys.pause("default"), "state", "paused")),
            lambda shown: shown.queues["default"].paused is not None,
        ),
    ],
)
def test_what_spans_queues_is_asked_for_when_it_is_told_of_and_at_each_tick(redis, looker, key, change, seen):
    raw_jobs.listed(redis, "queued")
    other = Looker(redis)
    other.all()
    looker.all()
    assert looker.asks("smembers", lambda: looker.look(b"rq:queue:default")) == 0
    assert not seen(looker.look(b"rq:queue:default"))
    change(redis)
    assert seen(looker.look(key.encode()))
    assert seen(looker.look(b"rq:queue:default")), "and it stays"
    assert seen(other.look(is_tick=True))
