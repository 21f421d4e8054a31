"""Health: each hop's truth, told when it changes and now and then anyway."""

import pytest
import redis
from redis.exceptions import AuthenticationError, BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from webapp.config import Config
from webapp.live import health
from webapp.live.easing import Easing
from webapp.live.feed import FeedStatus
from webapp.live.health import HealthBook
from webapp.memory import Memory
from webapp.models_overview import Overview, Totals
from webapp.queries.clock import RedisClock


def counted(servers: int | None, pages: int | None) -> Overview:
    """An overview in which so many told that they are there."""
    nothing = {"queues": {}, "workers": {}, "running": {}, "figures": {}, "gathered": ()}
    return Overview(as_of=1, totals=Totals(), servers=servers, pages=pages, **nothing)


def book(url: str = "redis://user:secret@example.org:6380/2") -> HealthBook:
    memory = Memory(redis.Redis())
    return HealthBook(Config(redis_url=url), RedisClock(), memory, Easing(memory))


def test_before_anything_was_read_nothing_is_claimed():
    current = book().current
    assert (current.redis, current.feed["mode"], current.reconciled_at) == ("connecting", "starting", None)


def test_no_password_is_shown():
    assert book().current.address == "example.org:6380/2"


def test_redis_away_says_what_to_do():
    kept = book()
    kept.update(RedisConnectionError("refused"), FeedStatus(), None, 1)
    assert kept.current.redis == "away"
    assert "REDIS_URL" in kept.current.message
    kept.update(AuthenticationError("WRONGPASS"), FeedStatus(), None, 1)
    assert "password" in kept.current.message
    kept.update(BusyLoadingError("LOADING"), FeedStatus(), None, 1)
    assert "loading" in kept.current.message
    kept.update(RedisTimeoutError("slow"), FeedStatus(), None, 1)
    assert kept.current.redis == "away"


def test_since_is_the_moment_of_the_change(monkeypatch):
    kept = book()
    moments = iter(range(1_000, 1_100))
    monkeypatch.setattr(kept._clock, "now_ms", lambda: next(moments))
    kept.update(None, FeedStatus(mode="tracking", since=1.0), None, 1)
    since = kept.current.redis_since
    kept.update(None, FeedStatus(mode="tracking", since=1.0), None, 1)
    assert kept.current.redis_since == since
    kept.update(RedisConnectionError("x"), FeedStatus(mode="away", since=2.0), None, 1)
    assert kept.current.redis_since > since


def test_it_is_told_when_it_changes_and_every_few_seconds(monkeypatch):
    kept = book()
    now = [100.0]
    monkeypatch.setattr(health.time, "monotonic", lambda: now[0])
    feed = FeedStatus(mode="tracking", since=1.0)
    kept.update(None, feed, None, 1)
    assert kept.worth_telling()
    kept.reconciled()
    kept.update(None, feed, None, 1)
    assert not kept.worth_telling(), "an age alone is no news"
    kept.update(None, FeedStatus(mode="keyspace", since=2.0, message="why"), None, 1)
    assert kept.worth_telling()
    assert not kept.worth_telling()
    now[0] += health.REPEAT
    assert kept.worth_telling()


def test_a_thousand_pages_that_open_are_no_thousand_news(monkeypatch):
    kept = book()
    now = [100.0]
    monkeypatch.setattr(health.time, "monotonic", lambda: now[0])
    told = 0
    for pages in range(1_000):
        kept.update(None, FeedStatus(mode="tracking", since=1.0, announced=True), counted(1, 0), pages)
        told += kept.worth_telling()
        now[0] += 0.01
    assert 9 <= told <= 11, "about once a second"
    now[0] += health.COUNT_INTERVAL
    assert kept.worth_telling(), "and the last of them is told too"
    assert kept.current.pages == kept.current.pages_here == 999


@pytest.mark.parametrize(
    ("told", "announced", "expected"),
    [
        ((2, 7), True, (2, 7)),
        ((2, 1), True, (2, 3)),
        ((0, 0), True, (1, 3)),
        ((1, 4), False, (2, 7)),
        ((None, None), True, (None, None)),
    ],
    ids=["all told", "not yet told", "just begun", "we may not tell", "we may not ask"],
)
def test_servers_and_pages_are_those_that_told_and_our_own(told, announced, expected):
    kept = book()
    feed = FeedStatus(mode="tracking", since=1.0, announced=announced)
    kept.update(None, feed, counted(*told), 3)
    assert (kept.current.servers, kept.current.pages, kept.current.pages_here) == (*expected, 3)


def test_before_anything_was_counted_no_number_is_made_up():
    kept = book()
    kept.update(RedisConnectionError("x"), FeedStatus(), None, 1)
    assert (kept.current.servers, kept.current.pages, kept.current.pages_here) == (None, None, 1)


def test_a_feed_that_connected_again_is_noticed_once():
    kept = book()
    assert not kept.update(None, FeedStatus(mode="starting", since=1.0), None, 1)
    assert not kept.update(None, FeedStatus(mode="tracking", since=2.0), None, 1)
    assert not kept.update(None, FeedStatus(mode="tracking", since=2.0), None, 1)
    assert not kept.update(None, FeedStatus(mode="away", since=3.0), None, 1)
    assert kept.update(None, FeedStatus(mode="tracking", since=4.0), None, 1)
    assert not kept.update(None, FeedStatus(mode="tracking", since=4.0), None, 1)


def test_a_proof_is_told_in_the_time_of_redis():
    kept = book()
    kept._clock.absorb((2_000_000_000, 0))
    ours = 1_795_360_400.0
    kept.update(None, FeedStatus(mode="tracking", since=1.0, proved_at=ours), None, 1)
    assert kept.current.feed["proved_at"] == kept._clock.at(ours)
    kept.update(None, FeedStatus(mode="tracking", since=1.0), None, 1)
    assert kept.current.feed["proved_at"] is None


def test_while_redis_is_away_servers_and_pages_are_those_that_were_counted_last():
    kept = book()
    kept.update(None, FeedStatus(mode="tracking", since=1.0, announced=True), counted(2, 5), 3)
    kept.update(RedisConnectionError("x"), FeedStatus(mode="away", since=2.0), counted(2, 5), 3)
    assert (kept.current.servers, kept.current.pages) == (2, 5)
