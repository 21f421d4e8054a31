"""Fixtures of the reading and live side: the web application in this process, and gunicorn for the sockets."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis as redis_py
from flask import Flask
from flask.testing import FlaskClient

from tests import openapi, processes, teams
from tests.feed_mode import MODE
from tests.in_process import running
from tests.live import Page, get_ok
from tests.processes import WebServer
from tests.servers import RedisServer
from tests.support import eventually
from webapp import create_app
from webapp.api.single_flight import SingleFlight
from webapp.config import Config
from webapp.connections import Connections, connect


@contextmanager
def application(config: Config) -> Iterator[Flask]:
    """An application whose threads end with the block."""
    before = set(threading.enumerate())
    app = create_app(config)
    yield app
    app.extensions["live"].close()
    started = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("rqlive-")]
    left = [thread.name for thread in started if thread.join(15) or thread.is_alive()]
    assert left == [], "the threads of the application end"
    app.extensions["connections"].close()


class Api:
    """The API of an application in this process."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._client: FlaskClient = app.test_client()

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that answers 200."""
        answer = self._client.get(path, query_string=query)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.get_json()

    def status(self, path: str, **query: Any) -> tuple[int, Any]:
        """(status, JSON) of a GET."""
        answer = self._client.get(path, query_string=query)
        return answer.status_code, answer.get_json(silent=True)


@pytest.fixture(scope="module")
def shared_client(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of an application that may do all, on the session's server."""
    with running(redis_server.url, tmp_path_factory.mktemp("files")) as client:
        yield client


@pytest.fixture
def client(redis: redis_py.Redis, shared_client: FlaskClient) -> FlaskClient:
    """The same on a server that is empty."""
    return shared_client


@pytest.fixture(scope="session")
def shared_app(redis_server: RedisServer) -> Iterator[Flask]:
    """One application on the session's server."""
    with application(Config(redis_url=redis_server.url, own_redis=True)) as app:
        openapi.watch(app)
        yield app


@pytest.fixture(scope="session")
def _session_web(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = WebServer(redis_server.url, tmp_path_factory.mktemp("web"))
    server.wait_ready()
    yield server
    server.close()


@pytest.fixture
def web(_session_web: WebServer, redis: redis_py.Redis) -> WebServer:
    """A web process on the session's server, which is empty. Do not end it: take `web_server` for that."""
    return _session_web


def _beaten(url: str, folder: Path, env: dict | None = None) -> WebServer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "APP", "tests.beaten_app:create()")
        server = WebServer(url, folder, env)
    server.wait_ready()
    return server


@pytest.fixture(scope="session")
def _session_beaten(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = _beaten(redis_server.url, tmp_path_factory.mktemp("beaten"))
    yield server
    server.close()


@pytest.fixture
def beaten_server(redis_server: RedisServer, started, tmp_path: Path) -> Callable[[dict], WebServer]:
    """Starts gunicorn with the application of `tests/beaten_app.py` and these settings."""
    return lambda env: started(_beaten(redis_server.url, tmp_path, env))


@pytest.fixture
def beaten(_session_beaten: WebServer, redis: redis_py.Redis) -> WebServer:
    """A web process whose inside can be seen, on the session's server, which is empty."""
    get_ok(_session_beaten, "/api/overview")
    return _session_beaten


@pytest.fixture
def page(web: WebServer) -> Iterator[Page]:
    """A tab that shows the overview of `web`."""
    with Page(web, {"overview": True}) as opened:
        opened.until(lambda: opened.complete and opened.mode == MODE, message="a snapshot")
        yield opened


@pytest.fixture
def api(shared_app: Flask, redis: redis_py.Redis) -> Api:
    """The API on the session's server, which is empty."""
    # Answers are shared for a quarter of a second: not with the test before.
    shared_app.extensions["job_pages"] = SingleFlight(0)
    made = Api(shared_app)

    def is_empty() -> bool:
        answer = made.get("/api/overview")
        return not (answer["queues"] or answer["workers"] or answer["running"])

    # What was read within the last second may still be of the test before.
    eventually(is_empty)
    return made


@pytest.fixture
def reader(redis_server: RedisServer, redis: redis_py.Redis) -> Iterator[redis_py.Redis]:
    """The reading client as the application makes it, on the session's empty server."""
    connections: Connections = connect(Config(redis_url=redis_server.url))
    yield connections.reader
    connections.close()


@pytest.fixture
def memory_limit(redis: redis_py.Redis) -> Iterator[Callable[[int], None]]:
    """`memory_limit(percent)`: Redis has used so much of the memory that it may; 0: it has no limit."""

    def limit(percent: int) -> None:
        used = redis.info("memory")["used_memory"]
        redis.config_set("maxmemory", int(used * 100 / (percent + 0.5)) if percent else 0)

    # What clients take comes and goes: little beside this.
    redis.setrange("ballast", 60_000_000, "x")
    yield limit
    redis.config_set("maxmemory", 0)


@pytest.fixture(scope="module")
def teams_server() -> Iterator[RedisServer]:
    made = RedisServer()
    made.start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def teams_web(teams_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A web process for whoever the header says, on an installation of both teams."""
    folder = tmp_path_factory.mktemp("teams")
    teams.settle(teams_server.connection(), folder / "files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "APP", "tests.teams_app:create()")
        made = WebServer(teams_server.url, folder, {"RQLIVE_QUEUES": f"alpha-q {teams.OTHER}-q", "RQLIVE_WRITE": 1})
    made.wait_ready()
    yield made
    made.close()
