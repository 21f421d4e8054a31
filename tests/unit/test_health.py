"""Health: each hop's truth, told when it changes and now and then anyway."""

from redis.exceptions import AuthenticationError, BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from webapp.config import Config
from webapp.live import health
from webapp.live.feed import FeedStatus
from webapp.live.health import HealthBook
from webapp.queries.clock import RedisClock


def book(url: str = "redis://user:secret@example.org:6380/2") -> HealthBook:
    return HealthBook(Config(redis_url=url), RedisClock())


def test_before_anything_was_read_nothing_is_claimed():
    current = book().current
    assert (current.redis, current.feed["mode"], current.reconciled_at) == ("connecting", "starting", None)


def test_no_password_is_shown():
    assert book().current.address == "example.org:6380/2"


def test_redis_away_says_what_to_do():
    kept = book()
    kept.update(RedisConnectionError("refused"), FeedStatus(), 1)
    assert kept.current.redis == "away"
    assert "REDIS_URL" in kept.current.message
    kept.update(AuthenticationError("WRONGPASS"), FeedStatus(), 1)
    assert "password" in kept.current.message
    kept.update(BusyLoadingError("LOADING"), FeedStatus(), 1)
    assert "loading" in kept.current.message
    kept.update(RedisTimeoutError("slow"), FeedStatus(), 1)
    assert kept.current.redis == "away"


def test_since_is_the_moment_of_the_change(monkeypatch):
    kept = book()
    moments = iter(range(1_000, 1_100))
    monkeypatch.setattr(kept._clock, "now_ms", lambda: next(moments))
    kept.update(None, FeedStatus(mode="tracking", since=1.0), 1)
    since = kept.current.redis_since
    kept.update(None, FeedStatus(mode="tracking", since=1.0), 1)
    assert kept.current.redis_since == since
    kept.update(RedisConnectionError("x"), FeedStatus(mode="away", since=2.0), 1)
    assert kept.current.redis_since > since


def test_it_is_told_when_it_changes_and_every_few_seconds(monkeypatch):
    kept = book()
    now = [100.0]
    monkeypatch.setattr(health.time, "monotonic", lambda: now[0])
    feed = FeedStatus(mode="tracking", since=1.0)
    kept.update(None, feed, 1)
    assert kept.worth_telling()
    kept.reconciled()
    kept.update(None, feed, 1)
    assert not kept.worth_telling(), "an age alone is no news"
    for changed in ((None, feed, 2), (None, FeedStatus(mode="keyspace", since=2.0, message="why"), 2)):
        kept.update(*changed)
        assert kept.worth_telling()
        assert not kept.worth_telling()
    now[0] += health.REPEAT
    assert kept.worth_telling()


def test_a_feed_that_connected_again_is_noticed_once():
    kept = book()
    assert not kept.update(None, FeedStatus(mode="starting", since=1.0), 1)
    assert not kept.update(None, FeedStatus(mode="tracking", since=2.0), 1)
    assert not kept.update(None, FeedStatus(mode="tracking", since=2.0), 1)
    assert not kept.update(None, FeedStatus(mode="away", since=3.0), 1)
    assert kept.update(None, FeedStatus(mode="tracking", since=4.0), 1)
    assert not kept.update(None, FeedStatus(mode="tracking", since=4.0), 1)


def test_a_proof_is_told_in_the_time_of_redis():
    kept = book()
    kept._clock.absorb((2_000_000_000, 0))
    ours = 1_795_360_400.0
    kept.update(None, FeedStatus(mode="tracking", since=1.0, proved_at=ours), 1)
    assert kept.current.feed["proved_at"] == kept._clock.at(ours)
    kept.update(None, FeedStatus(mode="tracking", since=1.0), 1)
    assert kept.current.feed["proved_at"] is None
