"""A look at Redis without a socket: what it costs, and that what was read at once is what would be read one by one."""

import pickle

import pytest
import redis as redis_py

from tests import raw_jobs
from webapp.live import events
from webapp.live.activity import ActivityTail
from webapp.live.interest import Dirty
from webapp.live.looks import Looks
from webapp.memory import Memory
from webapp.queries.clock import RedisClock
from webapp.queries.figures import FiguresCache
from webapp.queries.job import JobReader
from webapp.queries.liveness import Liveness
from webapp.queries.overview import OverviewReader
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles


@pytest.fixture
def told() -> list:
    return []


@pytest.fixture
def looks(told, redis: redis_py.Redis) -> Looks:
    titles, clock = Titles(), RedisClock()
    rows = RowReader(titles)
    overview = OverviewReader(clock, rows, FiguresCache(titles), Liveness())
    return Looks(
        titles,
        rows,
        JobReader(clock, rows),
        overview,
        ActivityTail(rows, clock),
        lambda events, only=None: told.extend(events),
        Memory(redis),
    )


@pytest.fixture
def ids(redis: redis_py.Redis) -> list[str]:
    """Jobs in several statuses, with payloads, meta and a place in a queue."""
    raw_jobs.worker(redis, "w")
    return [
        raw_jobs.listed(redis, status, meta=pickle.dumps({"progress": 0.5}))
        for status in ("queued", "queued", "started", "finished", "failed")
    ]


def trips(redis: redis_py.Redis, act) -> int:
    before = redis.info("stats")["total_reads_processed"]
    act()
    return redis.info("stats")["total_reads_processed"] - before - 1


def test_a_look_at_all_that_is_open_costs_one_round_trip_once_it_is_known(looks, told, redis, ids):
    wanted = {events.OVERVIEW, *map(events.row_topic, ids), *map(events.job_topic, ids), *map(events.log_topic, ids)}
    wanted.add(events.list_topic("default/queued"))

    def reconcile() -> None:
        looks.look(redis, Dirty(everything=True), wanted, set(), True)

    for _ in range(2):
        reconcile()
    told.clear()
    costs = [trips(redis, reconcile) for _ in range(3)]
    # The server counts one for each 16 KB of a pipeline, its buffer: five jobs in full take some 32 KB.
    assert min(costs) <= 3
    assert {event.body["type"] for event in told} <= {"list", "overview"}


def test_what_changed_between_two_looks_is_told_whole(looks, told, redis, ids):
    wanted = {events.OVERVIEW, *map(events.row_topic, ids), *map(events.job_topic, ids)}
    looks.look(redis, Dirty(everything=True), wanted, set(), True)
    looks.look(redis, Dirty(everything=True), wanted, set(), True)
    told.clear()
    moved, bigger = ids[0], ids[3]
    redis.lrem("rq:queue:default", 0, moved)
    redis.rpush("rq:queue:default", moved)
    redis.hset(f"rq:job:{bigger}", "meta", pickle.dumps({"note": "x" * 3_000}))
    looks.look(redis, Dirty(everything=True), wanted, set(), True)
    shown = {event.body["job"]["id"]: event.body["job"] for event in told if event.body["type"] == "job"}
    assert shown[moved]["queue_info"]["position"] == 1
    assert shown[ids[1]]["queue_info"]["position"] == 0
    assert shown[bigger]["meta"]["note"] == "x" * 3_000


def test_a_job_that_leaves_its_queue_and_one_that_vanishes_are_told(looks, told, redis, ids):
    wanted = {events.OVERVIEW, *map(events.job_topic, ids)}
    looks.look(redis, Dirty(everything=True), wanted, set(), True)
    looks.look(redis, Dirty(everything=True), wanted, set(), True)
    told.clear()
    taken, gone = ids[:2]
    redis.hset(f"rq:job:{taken}", "status", "started")
    redis.delete(f"rq:job:{gone}")
    looks.look(redis, Dirty(everything=True), wanted, set(), True)
    shown = {event.body["job"]["id"]: event.body["job"] for event in told if event.body["type"] == "job"}
    assert shown[taken]["status"] == "started"
    assert [event.body["id"] for event in told if event.body["type"] == "gone"] == [gone]
