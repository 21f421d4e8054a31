"""A real browser on a real server: `dashboard` to look at, `open_page` to look with. A console error fails the test."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis as redis_py
from playwright.sync_api import Browser, Page, expect, sync_playwright

from jobs import _keys
from tests.chromium import find_chromium
from tests.e2e.axe import AXE
from tests.processes import WebServer, WorkerProcess
from tests.servers import RedisServer
from tests.support import ROOT, clean_env

WIDE = (1280, 830)
PHONE = (390, 844)
#: Settings of a web process that may do everything.
WRITES = {"RQLIVE_WRITE": 1}
#: Milliseconds until something must be so: a busy machine runs two browsers and a dozen servers.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP evil.example 127.0.0.1",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the tests of a file; each page has a profile of its own.

    Not for the session: while Playwright runs, its event loop runs in the thread of the tests, and `asyncio.run` fails.
    """
    path = find_chromium()
    if not path:
        pytest.fail("There is no Chromium to test with. `python -m tests.chromium` says how to get one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, dashboard: WebServer, started: Callable) -> Iterator[Callable[..., Page]]:
    """Opens an address of the dashboard in a new profile: `open_page("/jobs", size=PHONE, theme="dark")`.

    When the test ends, nothing may have been written to the console as an error. `allowed`: parts of errors that
    the test itself provokes. Pages are closed before the servers that the test has `started`.
    """
    contexts, errors = [], []

    def start(
        path: str = "/",
        size: tuple[int, int] = WIDE,
        theme: str = "light",
        language: str = "en-GB",
        url: str | None = None,
        allowed: tuple[str, ...] = (),
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            locale=language,
            timezone_id="Asia/Seoul",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)

        def note(text: str) -> None:
            if not any(part in text for part in allowed):
                errors.append(f"{path}: {text}")

        page.on("console", lambda message: note(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note(str(error)))
        page.goto((url or dashboard.url) + path)
        return page

    yield start
    for context in contexts:
        context.close()
    assert not errors, "\n".join(errors)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of uploads and artifacts of `dashboard`, for its workers: `env={"RQLIVE_FILES": files}`."""
    return tmp_path_factory.mktemp("dashboard-files")


@pytest.fixture(scope="session")
def _dashboard(redis_server: RedisServer, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = WebServer(redis_server.url, tmp_path_factory.mktemp("dashboard"), WRITES | {"RQLIVE_FILES": files})
    server.wait_ready()
    yield server
    server.close()


@pytest.fixture(scope="session")
def project_types(redis_server: RedisServer) -> dict[bytes, bytes]:
    """The catalog of the project's own job types as it is stored."""
    with redis_py.Redis.from_url(redis_server.url) as client:
        # Publishing keeps what others have published.
        client.delete(_keys.CATALOG)
        publish(redis_server.url)
        return client.hgetall(_keys.CATALOG)


@pytest.fixture
def catalog(project_types: dict[bytes, bytes], redis: redis_py.Redis) -> None:
    """Redis is empty but for the project's job types. Writing what was published costs nothing, publishing a second."""
    redis.hset(_keys.CATALOG, mapping=project_types)


@pytest.fixture
def dashboard(catalog: None, _dashboard: WebServer) -> WebServer:
    """A web process that may write, on an empty Redis with the job types of the project. Shared: do not stop it."""
    return _dashboard


@pytest.fixture
def own_dashboard(catalog: None, web_server: Callable[..., WebServer]) -> WebServer:
    """The same for this test alone."""
    return web_server(env=WRITES)


@pytest.fixture
def own_worker(
    redis_server: RedisServer, tmp_path: Path, files: Path, started: Callable
) -> Callable[[], WorkerProcess]:
    """Starts the project's own worker, which shares the dashboard's files; returns when it listens."""

    def start(url: str | None = None) -> WorkerProcess:
        env = {"RQLIVE_FILES": files}
        worker = WorkerProcess(url or redis_server.url, ("default",), "own-worker", (), tmp_path, env, stock=False)
        started(worker)
        worker.wait_ready()
        return worker

    return start


def publish(url: str) -> None:
    """Put the project's job types into the catalog, as `make run` does."""
    env = clean_env({"RQLIVE_REDIS_URL": url, "RQ_REDIS_URL": url})
    subprocess.run([sys.executable, "-m", "jobs", "publish"], cwd=ROOT, env=env, check=True, capture_output=True)


@pytest.fixture
def axe() -> Path:
    """The script of axe-core."""
    if not AXE.exists() and shutil.which("npm") is None:
        pytest.skip("npm is not here: axe-core cannot be installed.")
    assert AXE.exists(), "Install axe-core first: npm ci --ignore-scripts"
    return AXE
