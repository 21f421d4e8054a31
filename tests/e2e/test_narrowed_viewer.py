"""The pages of somebody who may see one team's part of an installation: sound, and without a word of the other."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import processes, teams
from tests.e2e.conftest import PHONE, WIDE
from tests.processes import WebServer
from tests.servers import RedisServer
from tests.teams import OTHER, OURS

#: Address -> what is there once the page shows what it has.
PAGES = {
    "/": "alpha-q",
    "/jobs": "alpha-finished",
    "/jobs/alpha-deferred": "Your rights do not cover what it waits for",
    "/failures": "AlphaError",
    "/workers": "common-worker",
    "/schedule": "alpha-host",
    "/groups": "shared-limit",
    "/stuck": "alpha type",
    "/health": "alpha-q",
    "/activity": "hold queue",
    "/submit": "alpha type",
}
#: A gap that no value fills, a value that is none, a sum of nothing.
MADE_UP = re.compile(r"undefined|NaN|\bnull\b|[{}]|depends on 0")


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A web process on an installation of two teams, for a viewer of one of them."""
    folder, server = tmp_path_factory.mktemp("narrowed"), RedisServer()
    server.start()
    teams.settle(server.connection(), folder / "files")
    rights = json.dumps([OURS.role, OURS.queues, OURS.functions])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "APP", "tests.teams_app:create()")
        made = WebServer(server.url, folder, {"RQLIVE_TEST_RIGHTS": rights, "RQLIVE_WRITE": 1})
    made.wait_ready()
    yield made
    made.close()
    server.close()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_is_sound_and_tells_nothing_of_the_other_team(open_page, narrowed, size) -> None:
    # A board that is refused is asked for over HTTP while the socket is not open yet.
    page: Page = open_page("/", size, url=narrowed.url, allowed=("403",))
    for path, there in PAGES.items():
        page.goto(narrowed.url + path)
        expect(page.locator("body")).to_contain_text(there)
        said = page.locator("body").inner_text()
        assert OTHER not in said.lower(), path
        assert not MADE_UP.search(said), (path, MADE_UP.search(said))
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path


def test_what_is_refused_says_why_and_offers_no_other_try(open_page, narrowed) -> None:
    redis = open_page("/health", url=narrowed.url, allowed=("403",)).get_by_test_id("health-redis")
    expect(redis).to_contain_text("your rights cover a part of it")
    expect(redis.get_by_role("button")).to_have_count(0)


def test_a_job_of_the_other_team_is_a_job_that_is_not_there(open_page, narrowed) -> None:
    page = open_page(f"/jobs/{OTHER}-failed", url=narrowed.url, allowed=("404",))
    nothing = open_page("/jobs/quagga-failed", url=narrowed.url, allowed=("404",))
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(nothing.get_by_role("alert").first).to_be_visible()
    assert page.get_by_role("alert").first.inner_text().replace(OTHER, "") == nothing.get_by_role(
        "alert"
    ).first.inner_text().replace("quagga", "")
