"""Fixtures of the journeys: one RQ Live a session, visitors with a profile of their own. Chromium is of `tests/e2e`."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis as redis_py
from playwright.sync_api import Browser

from tests.e2e.journeys import still_life
from tests.e2e.journeys.site import OWN, Site, catalog_of, publish, restore_catalog
from tests.e2e.journeys.visitor import Visitor
from tests.processes import WebServer, WorkerProcess
from tests.servers import RedisServer
from tests.support import ROOT

SCREENSHOTS = ROOT / "var" / "screenshots"


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest, started: Callable) -> Iterator[Callable[..., Visitor]]:
    """Gives visitors: `visit(site)`, `visit(site, width=390, dark=True)`. Their troubles fail the test.

    They leave before the servers that the test has `started` end.
    """
    visitors: list[Visitor] = []

    def arrive(site: Site, width: int = 1280, height: int = 800, dark: bool = False, **options) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            **{"timezone_id": "UTC", "accept_downloads": True} | options,
        )
        visitors.append(Visitor(context, site.url))
        return visitors[-1]

    failed_before = request.session.testsfailed
    yield arrive
    failed = request.session.testsfailed > failed_before
    for number, visitor in enumerate(visitors):
        if failed:
            name = re.sub(r"\W+", "-", request.node.name)
            visitor.page.screenshot(path=SCREENSHOTS / "failed" / f"{name}-{number}.png")
        visitor.page.context.close()
    troubles = [trouble for visitor in visitors for trouble in visitor.troubles]
    assert not troubles, "the browser had troubles:\n" + "\n".join(troubles)


@pytest.fixture(scope="session")
def shared_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of uploads and artifacts of `site`, for its workers: `env={"RQLIVE_FILES": shared_files}`."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="session")
def shared_web(
    redis_server: RedisServer, shared_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebServer]:
    """One web process on the session's server, which it takes for its own. Do not stop it."""
    server = WebServer(redis_server.url, tmp_path_factory.mktemp("web"), OWN | {"RQLIVE_FILES": shared_files})
    server.wait_ready()
    yield server
    server.close()


@pytest.fixture(scope="session")
def published(redis_server: RedisServer) -> dict[bytes, bytes]:
    """The catalog of this code as it is stored."""
    with redis_py.Redis.from_url(redis_server.url) as client:
        client.flushall()
        publish(redis_server.url)
        return catalog_of(client)


@pytest.fixture
def site(
    published: dict[bytes, bytes], shared_web: WebServer, redis: redis_py.Redis, redis_server: RedisServer
) -> Site:
    """RQ Live on an empty Redis, with a catalog and without a worker. Shared: do not stop its parts."""
    restore_catalog(redis, published)
    return Site(shared_web, redis_server.url, redis)


@pytest.fixture
def scene(site: Site) -> Iterator[still_life.Scene]:
    """An installation in every state; `scene.ids` names its jobs."""
    painted = still_life.paint(site.redis)
    yield painted
    painted.close()


@pytest.fixture
def own_site(published: dict, own_redis_server: RedisServer, web_server) -> Site:
    """The same on a Redis and a web process of this test alone."""
    client = own_redis_server.connection()
    restore_catalog(client, published)
    return Site(web_server(own_redis_server.url, OWN), own_redis_server.url, client)


@pytest.fixture
def own_worker(started, tmp_path: Path) -> Callable[..., WorkerProcess]:
    """Starts the project's own `worker.py`: `own_worker(url, "default", name="patient")`."""

    def start(url: str, *queues: str, name: str, env: dict | None = None) -> WorkerProcess:
        worker = started(WorkerProcess(url, queues, name, (), tmp_path, env, stock=False))
        worker.wait_ready()
        return worker

    return start
