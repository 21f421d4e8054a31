"""Two web processes on one Redis, two browsers: both show the same, and one server's death is the other's work."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from rq import Queue

from tests.e2e import words
from tests.e2e.conftest import publish
from tests.e2e.failover import Failover
from tests.processes import WebServer

FUNCTION = "tests.fixture_jobs"
OWN = {"RQLIVE_WRITE": 1}
#: What the browser itself says about a server that is not there.
BREAK = ("WebSocket", "Failed to load resource")


@pytest.fixture
def servers(own_redis_server, web_server) -> tuple[WebServer, WebServer]:
    """Two that may write, on an own Redis with the project's job types."""
    publish(own_redis_server.url)
    return web_server(own_redis_server.url, OWN), web_server(own_redis_server.url, OWN)


@pytest.fixture
def one_name(servers) -> Iterator[str]:
    """The address behind which both stand; the second serves where the first does not."""
    with Failover(*(server.port for server in servers)) as name:
        yield name.url


def sees_open(page: Page, text: str) -> None:
    """What the foot of the page tells of servers and pages."""
    expect(page.get_by_test_id("open")).to_have_text(text)


def serving(page: Page) -> str:
    """Host and port of the server of this page, from the details behind the status."""
    page.get_by_test_id("status").click()
    name = page.locator("#status dt", has_text="This server").locator("+ dd")
    expect(name).to_contain_text(":")
    found = name.inner_text()
    page.keyboard.press("Escape")
    return found


def test_both_show_the_same_and_who_loses_its_server_goes_on_at_the_other(
    open_page, servers, own_redis_server, worker_process
) -> None:
    first, second = servers
    redis = own_redis_server.connection()
    ann, ben = open_page("/", url=first.url), open_page("/activity", url=second.url, allowed=BREAK)
    for page in (ann, ben):
        words.live(page)
        sees_open(page, "2 servers · 2 pages open")
    assert serving(ann).endswith(f":{first.port}")
    assert serving(ben).endswith(f":{second.port}")

    worker_process("default", url=own_redis_server.url)
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.wait_for_key", "gate")
    words.row(ann, job.id).get_by_role("button", name="Stop").click()
    ann.locator("dialog.ask").get_by_role("button", name="Stop it").click()
    line = ben.locator('tr[data-verb="stop"]')
    expect(line).to_contain_text("Stopped")
    expect(line).to_contain_text(f":{first.port}")
    ben.get_by_role("link", name="Jobs", exact=False).first.click()
    expect(words.row(ben, job.id)).to_contain_text("Stopped")

    second.close()
    expect(ben.get_by_test_id("status")).to_have_attribute("data-live", "false")
    expect(ben.get_by_test_id("status")).to_contain_text("Offline since")
    expect(words.row(ben, job.id)).to_contain_text("Stopped")
    sees_open(ann, "1 server · 1 page open")
    later = Queue("default", connection=redis).enqueue(f"{FUNCTION}.say_hello", "you")

    ben.goto(first.url + ben.evaluate("location.pathname"))
    words.live(ben)
    expect(words.row(ben, job.id)).to_contain_text("Stopped")
    expect(words.row(ben, later.id)).to_contain_text("Finished")
    sees_open(ben, "1 server · 2 pages open")
    ben.goto(f"{first.url}/activity")
    expect(line).to_contain_text("Stopped")


@pytest.mark.slow
def test_behind_one_name_a_page_goes_on_by_itself_and_after_a_reload(
    one_name, open_page, servers, own_redis_server
) -> None:
    first, second = servers
    redis = own_redis_server.connection()
    page = open_page("/activity", url=one_name, allowed=BREAK)
    words.live(page)
    assert serving(page).endswith(f":{first.port}")
    page.evaluate("() => { window.marked = true; }")
    first.close()
    expect(page.get_by_test_id("status")).to_have_attribute("data-live", "false")
    words.live(page)
    assert page.evaluate("() => window.marked"), "it was not loaded anew"
    sees_open(page, "1 server · 1 page open")
    assert serving(page).endswith(f":{second.port}")
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.nothing")
    page.evaluate("(id) => fetch(`/api/jobs/${id}/cancel`, {method: 'POST'})", job.id)
    line = page.locator('tr[data-verb="cancel"]')
    expect(line).to_contain_text("Canceled")
    page.reload()
    words.live(page)
    expect(line).to_contain_text("Canceled")
