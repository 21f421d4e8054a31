"""Who has never seen the page begins at the Overview, and needs three clicks at most for what matters at night."""

import pytest
from playwright.sync_api import Locator, expect


class Newcomer:
    """Clicks, and counts. What he sees decides what he clicks: words only."""

    def __init__(self, visitor) -> None:
        self.page = visitor.opens("/").page
        self.clicks = 0

    def click(self, at: Locator) -> None:
        at.click()
        self.clicks += 1

    def nav(self, name: str) -> None:
        self.click(self.page.get_by_role("navigation", name="Pages").get_by_role("link", name=name))


@pytest.fixture
def newcomer(site, scene, visit) -> Newcomer:
    return Newcomer(visit(site))


def test_the_running_jobs_are_there_at_once(newcomer, scene):
    expect(newcomer.page.get_by_test_id("running").locator(f'[data-job="{scene.ids["running"]}"]')).to_be_visible()
    assert newcomer.clicks == 0


def test_why_a_job_waits(newcomer, scene):
    newcomer.nav("Jobs")
    newcomer.click(newcomer.page.get_by_test_id("statuses").get_by_role("link", name="Queued"))
    newcomer.click(newcomer.page.locator(f'main [data-job="{scene.ids["queued"]}"]').get_by_role("link").first)
    expect(newcomer.page.get_by_test_id("why")).to_be_visible()
    assert newcomer.clicks == 3


def test_the_failed_jobs_of_the_last_hour_by_cause_and_the_traceback_of_one(newcomer):
    newcomer.nav("Failures")
    cause = newcomer.page.locator("[data-cause]").filter(has_text="ZeroDivisionError")
    newcomer.click(cause.locator("[data-age]").first)
    expect(newcomer.page.get_by_test_id("cause")).to_contain_text("close_month")
    expect(newcomer.page.locator("main")).to_contain_text("average = total / len(account.lines)")
    assert newcomer.clicks == 2
