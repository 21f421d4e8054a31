"""Recorded minutes on their way to the Overview: what is read, how often, and what survives bad data."""

import pytest

from jobs import _keys
from tests.figures import shown
from webapp import figure_fields as ff
from webapp.queries.figures import MINUTES_A_READ, SETTLED_MS, FiguresCache
from webapp.queries.titles import Titles

MINUTE = 60_000
NOON_MINUTE = 29_922_480
NOON = NOON_MINUTE * MINUTE


@pytest.fixture
def cache():
    return FiguresCache(Titles())


def read(redis, cache, now_ms):
    """One read; returns how many commands it took."""
    with redis.pipeline(transaction=False) as pipe:
        cache.ask(pipe, now_ms)
        commands = len(pipe)
        cache.absorb(pipe.execute(raise_on_error=False), now_ms)
    return commands


def write(redis, minute, queue="default", covered_ms=MINUTE, **counts):
    fields = {ff.field(ff.COVERED, ""): covered_ms, ff.field(ff.ARRIVALS_COVERED, ""): covered_ms}
    redis.hset(_keys.figures(minute), mapping=fields | {ff.field(name, queue): count for name, count in counts.items()})


def heartbeat(redis, at_ms):
    redis.hset(_keys.RECORDER, "heartbeat", at_ms)


def test_a_past_minute_is_read_once_and_the_present_one_again_and_again(redis, cache):
    write(redis, NOON_MINUTE - 5, finished=7)
    heartbeat(redis, NOON)
    commands = [read(redis, cache, NOON + SETTLED_MS + second * 1000) for second in range(4)]
    assert commands == [2 + MINUTES_A_READ + 2, 2 + MINUTES_A_READ + 2, 2 + 1 + 2 + 1, 2 + 1 + 2]
    write(redis, NOON_MINUTE, covered_ms=20_000, finished=3)
    heartbeat(redis, NOON + 20_000)
    read(redis, cache, NOON + 20_000)
    figures, _ = cache.view(NOON + 20_000, {}, {})
    assert figures["finished"]["count"] == 3
    assert figures["failed"]["of"] == 10


def test_what_an_emptied_redis_had_recorded_is_not_told_any_more(redis, cache):
    write(redis, NOON_MINUTE - 5, finished=7)
    write(redis, NOON_MINUTE - 40, finished=7)
    for second in range(3):
        read(redis, cache, NOON + SETTLED_MS + second * 1000)
    redis.flushall()
    read(redis, cache, NOON + SETTLED_MS + 3_000)
    assert not any(minute.counts for minute in cache.minutes.values())


def test_it_asks_nothing_within_a_second_of_the_last_read(redis, cache):
    assert read(redis, cache, NOON) > 0
    assert read(redis, cache, NOON + 500) == 0
    assert read(redis, cache, NOON + 1_000) > 0


def test_a_minute_is_read_again_until_late_counts_cannot_come_any_more(redis, cache):
    for second in range(3):
        read(redis, cache, NOON + second * 1000)
    write(redis, NOON_MINUTE - 1, finished=9)
    read(redis, cache, NOON + SETTLED_MS)
    assert cache.view(NOON + SETTLED_MS, {}, {})[0]["failed"]["of"] == 9


def test_a_cache_that_slept_reads_what_it_missed(redis, cache):
    read(redis, cache, NOON)
    for minute in range(NOON_MINUTE, NOON_MINUTE + 20):
        write(redis, minute, finished=1)
    later = NOON + 20 * MINUTE
    read(redis, cache, later)
    assert cache.view(later, {}, {})[0]["failed"]["of"] == 20


def test_nothing_is_recorded_where_the_recorder_is_silent(redis, cache):
    heartbeat(redis, NOON)
    write(redis, NOON_MINUTE, finished=3)
    read(redis, cache, NOON + 14_000)
    assert cache.view(NOON + 14_000, {}, {})[0]["recording"] is True
    read(redis, cache, NOON + 16_000)
    figures, _ = cache.view(NOON + 16_000, {}, {})
    assert figures["recording"] is False
    assert figures["finished"]["count"] == 3, "what was recorded is still told"


def test_the_figures_change_with_what_is_recorded_and_not_with_the_clock(redis, cache):
    heartbeat(redis, NOON + 30_000)
    write(redis, NOON_MINUTE - 1, finished=60)
    write(redis, NOON_MINUTE, covered_ms=30_000, finished=10)
    seen = []
    for second in (30, 33, 36, 39):
        read(redis, cache, NOON + second * 1000)
        seen.append(cache.view(NOON + second * 1000, {}, {}))
    assert seen == [seen[0]] * 4


def test_odd_fields_and_keys_of_a_wrong_type_are_left_out(redis, cache):
    heartbeat(redis, b"soon")
    redis.hset(_keys.figures(NOON_MINUTE), mapping={b"\xff\x1f\xff": b"x", b"finished\x1fdefault": b"many", b"": b"1"})
    redis.hset(_keys.functions(NOON_MINUTE), mapping={b"run:x\x1fa\x1fb": b"1", b"run:5": b"3"})
    redis.set(_keys.figures(NOON_MINUTE - 1), "a string")
    read(redis, cache, NOON + 30_000)
    figures, gathered = cache.view(NOON + 30_000, {}, {})
    assert (figures["finished"]["count"], figures["recording"], gathered) == (0, False, ())


def test_a_user_who_may_only_read_sees_the_figures(own_redis_server):
    redis = own_redis_server.connection()
    redis.acl_setuser("watcher", enabled=True, nopass=True, commands=["+@read", "+time"], keys=["*"])
    seconds, _ = redis.time()
    write(redis, seconds // 60, finished=4)
    with own_redis_server.connection(username="watcher", password="any") as watcher:
        assert shown(watcher)[0]["finished"]["count"] == 4
