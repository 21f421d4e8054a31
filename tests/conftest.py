"""Fixtures of all tests: real servers and real processes, ended with the test by their pids.

`redis_server` and `redis` are shared by the tests of one session and emptied before each; a test that kills, restarts
or configures its server takes `own_redis_server`. Helpers to import are in `tests/support.py`.
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
import redis as redis_py

from tests.processes import Process, WebServer, WorkerProcess
from tests.servers import RedisServer


def pytest_configure(config: pytest.Config) -> None:
    """What a suite in the background was told to ignore, the processes that it starts would ignore too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes name no test: archives hold the time at which they were made, and each process makes its own."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The session's server. Do not stop or configure it: take `own_redis_server` for that."""
    server = RedisServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[redis_py.Redis]:
    """A client of bytes on the session's server, which is empty."""
    with redis_py.Redis.from_url(redis_server.url) as client:
        client.flushall()
        yield client


@pytest.fixture
def own_redis_server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """A server of this test alone. `@pytest.mark.parametrize("own_redis_server", [{"kind": "redis"}], indirect=True)`
    gives RedisServer other arguments."""
    server = RedisServer(**getattr(request, "param", {}))
    server.start()
    yield server
    server.close()


@pytest.fixture
def started() -> Iterator[Callable[[Process], Process]]:
    """Hands a process over to be ended, with everything that it started, when the test ends."""
    processes: list[Process] = []

    def take(process: Process) -> Process:
        processes.append(process)
        return process

    yield take
    for process in reversed(processes):
        process.close()


@pytest.fixture
def worker_process(request: pytest.FixtureRequest, started, tmp_path: Path) -> Callable[..., WorkerProcess]:
    """Starts stock `rq worker` processes: `worker_process("default", with_scheduler=True)`; returns when it listens.

    On the session's server unless `url` says otherwise. With `burst`, returns when the worker has ended.
    """

    def start(
        *queues: str,
        name: str | None = None,
        with_scheduler: bool = False,
        worker_class: str | None = None,
        burst: bool = False,
        env: dict | None = None,
        url: str | None = None,
        options: Sequence[str] = (),
    ) -> WorkerProcess:
        flags = ["--with-scheduler"] * with_scheduler + ["--burst"] * burst
        flags += ["--worker-class", worker_class] if worker_class else []
        where = url or request.getfixturevalue("redis_server").url
        worker = WorkerProcess(where, queues or ("default",), name or uuid4().hex, [*flags, *options], tmp_path, env)
        started(worker)
        if burst:
            assert worker.wait(30) == 0, worker.output
        else:
            worker.wait_ready()
        return worker

    return start


@pytest.fixture
def web_server(request: pytest.FixtureRequest, started, tmp_path: Path) -> Callable[..., WebServer]:
    """Starts gunicorn with the project's settings: `web_server(env={"RQLIVE_WRITE": 1})`; returns when it answers.

    On the session's server unless `url` says otherwise; `url=""` gives none.
    """

    def start(url: str | None = None, env: dict | None = None) -> WebServer:
        where = request.getfixturevalue("redis_server").url if url is None else url
        server = started(WebServer(where, tmp_path, env))
        server.wait_ready()
        return server

    return start


@pytest.fixture
def operations_process(request: pytest.FixtureRequest, started, tmp_path: Path) -> Callable[..., Process]:
    """Starts `python -m webapp.operations`; returns at once."""

    def start(url: str | None = None, env: dict | None = None) -> Process:
        where = request.getfixturevalue("redis_server").url if url is None else url
        settings = {"RQLIVE_REDIS_URL": where, "RQ_REDIS_URL": where, "RQLIVE_FILES": tmp_path / "files"} | (env or {})
        return started(Process([sys.executable, "-m", "webapp.operations"], tmp_path, settings))

    return start
