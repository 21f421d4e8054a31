"""What one does on a page, in the words of a person: markup can change under the tests."""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect


def live(page: Page) -> Locator:
    """The status pill, once the page is live."""
    pill = page.get_by_test_id("status")
    expect(pill).to_have_attribute("data-live", "true")
    return pill


def figure(page: Page, name: str) -> Locator:
    """One of the five figures of the Overview: queued, started, finished, failed, start."""
    return page.get_by_test_id(f"kpi-{name}").locator(".value")


def row(page: Page, job_id: str) -> Locator:
    """The row of a job, in whatever list is shown."""
    return page.locator(f'[data-job="{job_id}"]')


def drawer(page: Page) -> Locator:
    """The open job."""
    return page.get_by_test_id("job")


def expect_status(page: Page, status: str, timeout: float = 15_000) -> None:
    """Waits until the open job has this status."""
    expect(drawer(page).locator(".job-line [data-status]")).to_have_attribute("data-status", status, timeout=timeout)


def tab(page: Page, name: str) -> Locator:
    """Opens a tab of the open job; its panel."""
    drawer(page).get_by_role("tab", name=name).click()
    return drawer(page).get_by_role("tabpanel")


def until(page: Page, condition: Callable[[], object], timeout: float = 10.0) -> None:
    """Waits for something outside the page, and lets the browser's own messages through meanwhile."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, f"not so within {timeout} s"
        page.wait_for_timeout(20)
