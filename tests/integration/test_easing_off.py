"""A Redis in trouble is looked at less often, the page says why, and all is as before by itself."""

import contextlib
import threading
from collections.abc import Iterator

import pytest
import redis as redis_py

from tests import raw_jobs
from tests.feed_mode import needs_notices
from tests.live import Page
from tests.servers import RedisServer

#: Of a server that may be told to sleep; and for how many seconds it is, again and again.
SLEEPS = {"options": {"enable-debug-command": "local"}}
BUSY = 0.12


@contextlib.contextmanager
def kept_busy(server: RedisServer) -> Iterator[None]:
    """Two programs ask for what takes it too long, one after the other."""
    ended = threading.Event()

    def work(client: redis_py.Redis) -> None:
        while not ended.is_set():
            client.execute_command("DEBUG", "SLEEP", BUSY)

    threads = [threading.Thread(target=work, args=[server.connection()]) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def changes(redis: redis_py.Redis, ended: threading.Event) -> threading.Thread:
    """Something changes all the time."""

    def work() -> None:
        while not ended.wait(0.02):
            raw_jobs.listed(redis, "queued")

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("own_redis_server", [SLEEPS], indirect=True)
@needs_notices
def test_a_slow_redis_is_looked_at_less_often_until_it_is_quick_again(own_redis_server: RedisServer, web_server):
    web = web_server(own_redis_server.url)
    ended = threading.Event()
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete and page.health["easing"] is None)
        writer = changes(own_redis_server.connection(), ended)
        try:
            usual = page.settle(2) / 2
            with kept_busy(own_redis_server):
                page.until(lambda: page.health["easing"], 20, "it is told that it eases off")
                told = page.health["easing"]
                assert told["reason"] == "slow"
                assert told["ms"] >= 50
                assert 500 <= told["every_ms"] <= 2_000
                assert page.health["redis"] == "ok"
                assert page.settle(4) / 4 < usual / 2, "frames come less often"
        finally:
            ended.set()
            writer.join()
        page.until(lambda: page.health["easing"] is None, 30, "back to normal by itself")
        raw_jobs.listed(own_redis_server.connection(), "failed")
        page.until(lambda: page.parts["queue"]["default"]["failed"] == 1, 2, "changes are seen at once again")


def test_redis_that_refuses_for_memory_is_looked_at_less_often(own_redis_server, web_server):
    redis = own_redis_server.connection()
    web = web_server(own_redis_server.url, env={"RQLIVE_WRITE": 1})
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete and page.health["easing"] is None)
        redis.config_set("maxmemory", 1)
        page.until(lambda: page.health["easing"], 15, "the page says that it eases off")
        assert page.health["easing"]["reason"] == "memory"
        assert page.health["easing"]["every_ms"] == 2_000
        assert page.health["memory"]["level"] == "refusing"
        with pytest.raises(redis_py.exceptions.OutOfMemoryError):
            redis.set("more", 1)
        redis.config_set("maxmemory", 0)
        page.until(lambda: page.health["easing"] is None, 20, "back to normal by itself")
