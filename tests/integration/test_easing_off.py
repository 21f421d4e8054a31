"""A Redis in trouble is looked at less often, the page says why, and all is as before by itself."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

import pytest
import redis as redis_py

from tests import raw_jobs
from tests.live import Page
from tests.servers import RedisServer

#: Seconds for which Redis stands still, and for which it may answer then, again and again.
STILL, FREE = 0.2, 0.02


@contextlib.contextmanager
def in_pulses(pid: int) -> Iterator[None]:
    """The server is stopped and goes on, as one does whose machine has too much to do."""
    ended = threading.Event()

    def pulse() -> None:
        while not ended.is_set():
            os.kill(pid, signal.SIGSTOP)
            ended.wait(STILL)
            os.kill(pid, signal.SIGCONT)
            ended.wait(FREE)

    thread = threading.Thread(target=pulse)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def changes(redis: redis_py.Redis, ended: threading.Event) -> threading.Thread:
    """Something changes all the time."""

    def work() -> None:
        while not ended.wait(0.02):
            raw_jobs.listed(redis, "queued")

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_slow_redis_is_looked_at_less_often_until_it_is_quick_again(own_redis_server: RedisServer, web_server):
    web = web_server(own_redis_server.url)
    ended = threading.Event()
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete and page.health["easing"] is None)
        writer = changes(own_redis_server.connection(), ended)
        try:
            usual = page.settle(2) / 2
            with in_pulses(own_redis_server.pid):
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
