"""`RQLIVE_ENV` on every screen and in every question; and the password of Redis nowhere: not on a page, in an answer,
in a log, in what `make run` prints or in a command to copy.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests import raw_jobs
from tests.e2e.conftest import PHONE, WIDE
from tests.live import get
from tests.openapi import described
from tests.processes import Process, WebServer
from tests.servers import RedisServer
from tests.support import eventually, free_port

SECRET = "p@ss-w0rd"
#: As it is, and as an address spells it.
SPELT = re.compile(r"p(@|%40)ss-w0rd", re.IGNORECASE)
BORDER = "getComputedStyle(document.body, '::after').borderTopWidth"


@pytest.fixture(scope="module")
def guarded() -> Iterator[RedisServer]:
    """A Redis that asks for a password."""
    server = RedisServer(port=free_port())
    server.start()
    server.connection().execute_command("ACL", "SETUSER", "rq", "on", f">{SECRET}", "~*", "&*", "+@all")
    yield server
    server.close()


@pytest.fixture(scope="module")
def address(guarded: RedisServer) -> str:
    return f"redis://rq:p%40ss-w0rd@127.0.0.1:{guarded.port}/0"


@pytest.fixture(scope="module")
def production(guarded: RedisServer, address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    settings = {"RQLIVE_ENV": "production", "RQLIVE_WRITE": 1, "RQLIVE_LOG_REQUESTS": 1}
    server = WebServer(address, tmp_path_factory.mktemp("production"), settings)
    server.wait_ready()
    for status in ("queued", "failed"):
        raw_jobs.listed(guarded.connection(), status, f"a-{status}")
    raw_jobs.worker(guarded.connection(), "w1")
    with closing(server):
        yield server


def question(page: Page) -> str:
    """What is asked before a job is deleted."""
    page.locator("[data-action=delete]").first.click()
    dialog = page.locator("dialog.ask")
    expect(dialog).to_be_visible()
    return dialog.inner_text()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize(
    ("theme", "language", "says"),
    [("light", "en-GB", "This is production."), ("dark", "ko-KR", "production 환경입니다.")],
)
def test_production_has_a_frame_and_stands_in_the_question(production, open_page, size, theme, language, says):
    page = open_page("/jobs/a-failed", size=size, theme=theme, language=language, url=production.url)
    expect(page.locator(".install")).to_have_text("production")
    assert page.evaluate(BORDER) == "3px"
    assert says in question(page)


def test_without_a_name_there_is_neither(dashboard, redis, open_page):
    raw_jobs.listed(redis, "failed", "a-failed")
    page = open_page("/jobs/a-failed")
    expect(page.locator("[data-action=delete]").first).to_be_visible()
    assert page.evaluate(BORDER) == "0px"
    assert page.locator(".install").count() == 0
    assert "This is" not in question(page)


def test_another_environment_has_its_name_and_no_frame(address, web_server, open_page):
    page = open_page("/", url=web_server(address, {"RQLIVE_ENV": 'sta"ging<i>'}).url)
    expect(page.locator(".install")).to_have_text('sta"ging<i>')
    assert page.evaluate(BORDER) == "0px"


def test_the_password_is_on_no_page_and_in_no_message_of_the_socket(production, open_page):
    page = open_page(url=production.url)
    said: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: said.append(str(frame))))
    page.on("response", lambda answer: said.append(json.dumps(dict(answer.headers))))
    for path in ("/", "/workers", "/health", "/submit/wait", "/jobs/a-queued", "/jobs/a-failed", "/activity"):
        page.goto(production.url + path)
        expect(page.locator("#main")).not_to_be_empty()
        said.append(page.content())
    assert any("worker_command" in one for one in said), "the greeting of the socket was heard"
    assert any("$REDIS_URL" in one for one in said), "commands name it instead"
    assert not [one for one in said if SPELT.search(one)]


def test_the_password_is_in_no_answer_and_in_no_line_of_the_log(production, guarded, address):
    names = {"job_id": "a-failed", "name": "redis", "search_id": "0" * 16, "operation_id": "0" * 16}
    paths = [path.format(**names) for path, methods in described()["paths"].items() if "get" in methods]
    answers = [json.dumps(get(production, path)[1]) for path in paths]
    guarded.stop()
    answers += [json.dumps(get(production, path)[1]) for path in ("/api/overview", "/api/jobs", "/readyz", "/metrics")]
    eventually(lambda: "Redis is away" in production.output)
    guarded.start()
    assert len(answers) > 20
    assert not [one for one in answers if SPELT.search(one)]
    assert not SPELT.search(production.output)


def test_the_password_is_in_nothing_that_make_run_prints(guarded, address, started, tmp_path):
    guarded.connection().execute_command("ACL", "SETUSER", "rq", "on", f">{SECRET}", "~*", "&*", "+@all")
    settings = {"REDIS_URL": address, "PORT": free_port(), "WORKERS": 1, "RQLIVE_FILES": tmp_path / "files"}
    run = started(Process([sys.executable, "-m", "webapp"], tmp_path, settings))
    eventually(lambda: "One more worker" in run.output and "Listening on" in run.output, 40, run.output)
    assert f"127.0.0.1:{guarded.port}" in run.output
    assert '-u "$REDIS_URL"' in run.output
    assert not SPELT.search(run.output)
