"""Addresses, tabs, themes and what an empty page says. That every page fits is in `journeys/test_every_page.py`."""

import pytest
from playwright.sync_api import expect
from rq import Queue

from tests.e2e import words

FUNCTION = "tests.fixture_jobs"


@pytest.fixture
def jobs(redis, worker_process) -> dict[str, str]:
    """One finished, one failed, one waiting and one scheduled job; their ids."""
    queue, gpu = Queue("default", connection=redis), Queue("gpu", connection=redis)
    found = {
        "finished": queue.enqueue(f"{FUNCTION}.say_hello", "you").id,
        "failed": queue.enqueue(f"{FUNCTION}.div_by_zero", 7).id,
        "queued": gpu.enqueue(f"{FUNCTION}.add", 1, b=2).id,
    }
    worker_process("default", burst=True)
    return found


def test_the_overview_says_how_much_waits_and_what_each_queue_holds(open_page, jobs) -> None:
    page = open_page()
    expect(words.figure(page, "queued")).to_have_text("1")
    queues = page.get_by_test_id("queues")
    expect(queues.locator('[data-queue="gpu"]')).to_contain_text("no worker listens")
    queues.get_by_role("link", name="1 Failed in default").click()
    expect(words.row(page, jobs["failed"])).to_be_visible()
    assert page.url.endswith("/jobs?queue=default&status=failed")


def test_an_empty_installation_says_what_to_do_next(open_page) -> None:
    page = open_page()
    running = page.get_by_test_id("running")
    expect(running).to_contain_text("No job yet")
    expect(running.get_by_role("link", name="Submit a job")).to_be_visible()
    expect(page.get_by_test_id("workers")).to_contain_text("rq worker")


def test_a_job_has_an_address_and_gives_the_page_back_as_it_was(open_page, jobs) -> None:
    page = open_page("/jobs?status=failed")
    link = words.row(page, jobs["failed"]).get_by_role("link")
    link.click()
    expect(words.drawer(page)).to_contain_text("ZeroDivisionError")
    assert page.url.endswith(f"/jobs/{jobs['failed']}")
    page.keyboard.press("Escape")
    expect(words.drawer(page)).to_have_count(0)
    assert page.url.endswith("/jobs?status=failed")
    expect(link).to_be_focused()
    page.go_forward()
    expect(words.drawer(page)).to_be_visible()


def test_a_job_opened_by_its_address_closes_onto_the_jobs(open_page, jobs) -> None:
    page = open_page(f"/jobs/{jobs['finished']}")
    expect(words.drawer(page)).to_contain_text("Hello, you!")
    page.get_by_role("button", name="Close").click()
    expect(words.row(page, jobs["finished"])).to_be_visible()
    assert page.url.endswith("/jobs")


def test_the_open_tab_is_named_in_the_address_and_the_keyboard_moves_between_tabs(open_page, jobs) -> None:
    page = open_page(f"/jobs/{jobs['finished']}#arguments")
    expect(words.drawer(page).get_by_role("tabpanel")).to_contain_text("you")
    words.drawer(page).get_by_role("tab", name="Arguments").press("ArrowRight")
    expect(words.drawer(page).get_by_role("tab", name="Result")).to_be_focused()
    assert page.url.endswith("#result")


def test_a_job_that_is_not_there_says_so(open_page) -> None:
    page = open_page("/jobs/never-was", allowed=("404",))
    expect(page.get_by_test_id("job-gone")).to_contain_text("This job is gone")


def test_a_list_that_cannot_be_continued_offers_its_beginning(open_page) -> None:
    page = open_page("/jobs?queue=default&status=failed&cursor=nonsense", allowed=("400",))
    page.get_by_role("link", name="From the beginning").click()
    expect(page.get_by_text("No failed job in default")).to_be_visible()


def test_the_theme_is_kept_and_set_before_the_page_is_drawn(open_page) -> None:
    page = open_page(theme="light")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="Dark").check()
    page.reload(wait_until="commit")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    words.live(page)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(13, 14, 17)"


def test_the_page_speaks_korean_to_a_korean_browser(open_page) -> None:
    page = open_page(language="ko-KR")
    expect(page.locator("h1")).to_have_text("개요")


def test_the_first_tab_stop_leads_past_the_navigation(open_page) -> None:
    page = open_page()
    words.live(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
