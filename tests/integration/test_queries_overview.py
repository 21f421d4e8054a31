"""The overview: what it counts, what it names, and one round trip where nothing is new."""

import time

import pytest
import redis as redis_py
from rq import Queue

from tests import fixture_jobs, raw_jobs
from webapp.models_overview import Overview
from webapp.queries import names as names_module
from webapp.queries import overview as overview_module
from webapp.queries.clock import RedisClock
from webapp.queries.figures import FiguresCache
from webapp.queries.liveness import Liveness
from webapp.queries.overview import OverviewReader
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles


@pytest.fixture
def look(reader):
    """Reads the overview again and again, as the watcher does."""
    titles = Titles()
    kept = OverviewReader(RedisClock(), RowReader(titles), FiguresCache(titles), Liveness("nowhere"))
    return lambda: kept.read(reader)


def test_jobs_are_counted_where_rq_keeps_them(look, redis):
    for status, count in (("queued", 3), ("started", 2), ("failed", 4), ("finished", 5), ("scheduled", 1)):
        for _ in range(count):
            raw_jobs.listed(redis, status)
    raw_jobs.listed(redis, "deferred")
    raw_jobs.listed(redis, "canceled", queue="other")
    raw_jobs.listed(redis, "ready_to_enqueue", queue="other")
    shown = look()
    queue = shown.queues["default"]
    assert (queue.queued, queue.started, queue.failed, queue.finished, queue.scheduled) == (3, 2, 4, 5, 1)
    assert (shown.queues["other"].canceled, shown.queues["other"].ready) == (1, 1)
    assert shown.totals.jobs == 18
    assert shown.totals.queued == 3


def test_expired_ids_are_not_counted_and_stalled_runs_are(look, redis):
    past = time.time() - 100
    for status in ("failed", "finished", "started"):
        raw_jobs.listed(redis, status)
        raw_jobs.listed(redis, status, score=past)
    raw_jobs.listed(redis, "failed", score=-1)
    raw_jobs.listed(redis, "finished", score=float("inf"))
    queue = look().queues["default"]
    assert (queue.failed, queue.finished, queue.started, queue.stalled) == (2, 2, 2, 1)


def test_what_runs_is_shown_with_its_worker_longest_first(look, redis):
    redis.sadd("rq:queues", "rq:queue:default")
    for number in range(3):
        job_id = raw_jobs.write(redis, f"j{number}", "started", started_at=raw_jobs.stamp(time.time() - 10 * number))
        raw_jobs.execution(redis, job_id, f"w{number}")
    # The hash still names the worker of an earlier run.
    redis.hset("rq:job:j1", "worker_name", "earlier")
    assert [(row.id, row.worker) for row in look().running.values()] == [("j2", "w2"), ("j1", "w1"), ("j0", "w0")]


def test_a_run_that_ended_is_forgotten(look, redis):
    redis.sadd("rq:queues", "rq:queue:default")
    raw_jobs.write(redis, "j", "started")
    run = raw_jobs.execution(redis, "j", "w")
    assert set(look().running) == {"j"}
    redis.zrem("rq:wip:default", f"j:{run}")
    redis.delete(f"rq:execution:j:{run}")
    assert look().running == {}


def test_no_more_than_fifty_runs_are_shown_and_all_are_counted(look, redis):
    for number in range(130):
        raw_jobs.listed(redis, "started", f"j{number}")
    shown = look()
    assert len(shown.running) == 50
    assert shown.queues["default"].started == 130


def test_the_age_of_a_queue_is_that_of_its_head(look, redis):
    old = raw_jobs.listed(redis, "queued", enqueued_at=raw_jobs.stamp(2_000_000_000))
    raw_jobs.listed(redis, "queued", enqueued_at=raw_jobs.stamp(2_000_000_500))
    assert look().queues["default"].oldest_enqueued_at // 1_000 == 2_000_000_000
    redis.lrem("rq:queue:default", 1, old)
    assert look().totals.oldest_enqueued_at // 1_000 == 2_000_000_500
    redis.delete("rq:queue:default")
    assert look().totals.oldest_enqueued_at is None


def test_workers_count_for_the_queues_that_they_listen_to(look, redis):
    redis.sadd("rq:queues", "rq:queue:a", "rq:queue:b", "rq:queue:c")
    raw_jobs.worker(redis, "one", queue="a,b")
    raw_jobs.worker(redis, "two", "busy", queue="b")
    shown = look()
    assert [shown.queues[name].workers for name in "abc"] == [1, 2, 0]
    assert set(shown.workers) == {"one", "two"}


def test_a_scheduler_is_one_that_holds_the_lock(look, redis):
    redis.sadd("rq:queues", "rq:queue:a", "rq:queue:b")
    redis.set("rq:scheduler-lock:b", "name")
    shown = look()
    assert (shown.queues["a"].scheduler, shown.queues["b"].scheduler) == (False, True)


def test_rate_limits_come_and_go(look, redis):
    redis.sadd("rq:rl-keys", "k", "empty")
    redis.zadd("rq:rl:k:rate_limited", {"a": 1, "b": 2})
    assert look().totals.rate_limited == 2
    redis.srem("rq:rl-keys", "k")
    assert look().totals.rate_limited == 0


def test_names_come_and_go(look, redis):
    for name in ("a", "b"):
        raw_jobs.listed(redis, "queued", queue=name)
        raw_jobs.worker(redis, f"of-{name}", queue=name)
    assert (set(look().queues), set(look().workers)) == ({"a", "b"}, {"of-a", "of-b"})
    redis.srem("rq:queues", "rq:queue:a")
    redis.srem("rq:workers", "rq:worker:of-a")
    raw_jobs.listed(redis, "queued", queue="c")
    shown = look()
    assert (set(shown.queues), set(shown.workers)) == ({"b", "c"}, {"of-b"})
    assert shown.queues["c"].queued == 1


def test_suspension_is_told(look, redis):
    redis.set("rq:suspended", 1)
    assert look().totals.suspended
    redis.delete("rq:suspended")
    assert not look().totals.suspended


def test_it_is_of_the_time_of_redis(look, redis):
    seconds, micros = redis.time()
    assert abs(look().as_of - (seconds * 1_000 + micros // 1_000)) < 2_000


def round_trips(client: redis_py.Redis, act) -> tuple[int, Overview]:
    before = client.info("stats")["total_reads_processed"]
    found = act()
    return client.info("stats")["total_reads_processed"] - before - 1, found


def test_where_nothing_is_new_it_costs_one_round_trip(look, reader, redis):
    for number in range(5):
        raw_jobs.listed(redis, "queued", queue=f"q{number}")
        raw_jobs.worker(redis, f"w{number}")
    raw_jobs.listed(redis, "started")
    reader.ping()
    trips, _ = round_trips(redis, look)
    assert trips <= 5
    # Others may send a command of their own meanwhile.
    tries = [round_trips(redis, look) for _ in range(3)]
    assert min(trips for trips, _ in tries) == 1
    assert {len(shown.queues) for _, shown in tries} == {6}


def test_there_is_a_ceiling_to_what_is_read(look, redis, monkeypatch):
    monkeypatch.setattr(names_module, "QUEUES_MAX", 5)
    monkeypatch.setattr(names_module, "WORKERS_MAX", 5)
    monkeypatch.setattr(overview_module, "RUNS_MAX", 5)
    for number in range(12):
        raw_jobs.listed(redis, "started", queue=f"q{number}")
        raw_jobs.worker(redis, f"w{number}")
    shown = look()
    assert (len(shown.queues), len(shown.workers), len(shown.running)) == (5, 5, 5)
    assert shown.totals.cut


@pytest.mark.parametrize("kind", ["queues", "workers"])
def test_sums_say_whether_they_are_of_all(look, redis, monkeypatch, kind):
    monkeypatch.setattr(names_module, f"{kind.upper()}_MAX", 2)
    redis.sadd(f"rq:{kind}", *(f"rq:{kind[:-1]}:{number}" for number in range(2)))
    assert not look().totals.cut
    redis.sadd(f"rq:{kind}", f"rq:{kind[:-1]}:3")
    assert look().totals.cut


def test_a_real_enqueue_is_counted_at_once(look, redis):
    look()
    queue = Queue("fresh", connection=redis)
    for _ in range(3):
        queue.enqueue(fixture_jobs.nothing)
    assert look().queues["fresh"].queued == 3
