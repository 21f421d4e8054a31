"""Links are checked, and the page tells which are broken, how, and where the others lead."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jobs._link_guard import SETTING
from jobs.link_check import EXAMPLES
from tests.e2e import words
from tests.link_servers import Site


@pytest.fixture
def web_site() -> Iterator[Site]:
    with Site() as opened:
        yield opened


def test_links_are_pasted_checked_and_the_worst_is_seen_first(
    open_page, worker_process, web_site: Site, files: Path
) -> None:
    worker_process("default", env={"RQLIVE_FILES": files, SETTING: 1})
    ways = ["/ok", "/to/301/ok", "/status/404", "/status/500", "/drop"]
    page = open_page("/submit/link_check")
    expect(page.locator("#f-urls")).to_have_value("\n".join(EXAMPLES))
    page.locator("#f-urls").fill("\n".join([*(web_site.url + way for way in ways), "ftp://a.test/"]))
    page.get_by_role("button", name="Submit").click()
    words.expect_status(page, "finished")
    result = words.tab(page, "Result").get_by_test_id("links")
    expect(result).to_contain_text("6 links · 4 are broken")
    rows = result.locator("tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("Server error")
    expect(rows.last).to_contain_text("OK")
    expect(rows.last.get_by_role("link")).to_have_attribute("href", f"{web_site.url}/ok")
    result.get_by_role("button", name="Moved for good").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(f"Change the link to {web_site.url}/ok")
    with page.expect_download() as download:
        page.get_by_role("link", name="links.csv").click()
    assert download.value.suggested_filename == "links.csv"
