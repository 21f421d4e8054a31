"""One server for all attackers, which may do everything: what it does not do is refused by nothing but its guards."""

import threading
from collections.abc import Iterator

import pytest
import redis as redis_py

from tests import processes
from tests.e2e.conftest import chromium  # noqa: F401
from tests.processes import WebServer
from tests.servers import RedisServer

#: Seconds that gunicorn waits for the head of a request here; the project's own are in gunicorn.conf.py.
KEEP_ALIVE = 2


@pytest.fixture(scope="session")
def _victim(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    env = {"RQLIVE_OWN_REDIS": 1, "GUNICORN_CMD_ARGS": f"--keep-alive {KEEP_ALIVE}", "RQLIVE_LABEL": "<img src=x>"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "APP", "tests.attacks.hasty_app:create()")
        server = WebServer(redis_server.url, tmp_path_factory.mktemp("victim"), env)
    server.wait_ready()
    yield server
    server.close()


@pytest.fixture
def victim(_victim: WebServer, redis: redis_py.Redis) -> Iterator[WebServer]:
    """The server under attack, on an empty Redis. Whatever is done to it, it stays up and keeps its tracebacks."""
    printed = len(_victim.output)
    yield _victim
    assert _victim.returncode is None
    assert "Traceback" not in _victim.output[printed:]
    assert threading.active_count() < 50
