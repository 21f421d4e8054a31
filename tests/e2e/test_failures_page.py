"""The page of failures: to the traceback in three clicks, live, muted, compared; on a phone and in Korean."""

import base64
import time
import zlib

import pytest
from playwright.sync_api import Page, expect
from rq import Queue

from tests import fixture_jobs, raw_jobs
from tests.e2e import words
from tests.e2e.conftest import PHONE, WIDE

TRACE = """Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/rq/job.py", line 1250, in perform
    self._execute()
  File "/srv/shop/billing.py", line 30, in charge
    raise {raised}
{raised}"""


@pytest.fixture
def fail(redis):
    """Writes a job that failed `ago` seconds ago; returns its id."""

    def write(raised: str, ago: float = 60, **more: object) -> str:
        at = time.time() - ago
        data = raw_jobs.payload("shop.billing.charge", (int(ago),))
        job_id = raw_jobs.listed(
            redis,
            "failed",
            score=int(at + 31_536_000),
            data=data,
            ended_at=raw_jobs.stamp(at),
            worker_name="w1",
            **more,
        )
        packed = base64.b64encode(zlib.compress(TRACE.format(raised=raised).encode()))
        redis.xadd(f"rq:results:{job_id}", {"type": 2, "exc_string": packed, "worker_name": "w1"})
        return job_id

    return write


def causes(page: Page):
    return page.locator("tr[data-cause]")


def cell(page: Page, name: str, age: str):
    return causes(page).filter(has_text=name).locator(f'[data-age="{age}"]')


def test_from_the_overview_to_the_traceback_of_a_failed_job_of_the_last_hour_in_three_clicks(open_page, fail) -> None:
    fail("shop.Declined: order 1 is locked", ago=30)
    newest = fail("shop.Declined: order 2 is locked", ago=20)
    fail("shop.Declined: order 3 is locked", ago=9_000)
    fail("KeyError: 'vat_id'", ago=200_000)
    page = open_page("/")
    expect(page.get_by_role("navigation").get_by_text("1 cause")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Failures").click()
    expect(causes(page)).to_have_count(2)
    expect(causes(page).first).to_contain_text("Declined")
    expect(causes(page).first).to_contain_text("order # is locked")
    expect(causes(page).first).to_contain_text("shop/billing.py:30")
    expect(cell(page, "Declined", "1 h")).to_have_text("2")
    expect(cell(page, "Declined", "3 h")).to_have_text("3")
    expect(cell(page, "KeyError", "24 h")).to_have_text("0")
    expect(cell(page, "KeyError", "3 d")).to_have_text("1")
    cell(page, "Declined", "1 h").get_by_role("link").click()
    assert "age=1h" in page.url
    jobs = page.get_by_test_id("cause-jobs")
    expect(jobs.locator("tr[data-job]")).to_have_count(2)
    expect(page.get_by_test_id("traceback")).to_contain_text("order 2 is locked")
    jobs.locator(f'tr[data-job="{newest}"]').get_by_role("link").first.click()
    words.expect_status(page, "failed")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="All 3").click()
    expect(jobs.locator("tr[data-job]")).to_have_count(3)
    page.go_back()
    expect(jobs.locator("tr[data-job]")).to_have_count(2)


def test_a_failure_appears_as_it_happens(open_page, redis, worker_process) -> None:
    Queue(connection=redis).enqueue(fixture_jobs.div_by_zero)
    page = open_page("/failures")
    expect(page.get_by_test_id("failures-none")).to_contain_text("No failed job is kept")
    worker_process("default", burst=True)
    expect(causes(page)).to_have_count(1)
    expect(causes(page)).to_contain_text("ZeroDivisionError")
    expect(causes(page)).to_contain_text("new")
    expect(page.get_by_text("1 cause in the last hour")).to_be_visible()


def test_a_requeued_job_leaves_its_cause_and_the_order_may_be_turned(open_page, fail, redis) -> None:
    ids = [fail("shop.Declined: order 1 is locked", ago=500 + n) for n in range(3)]
    fail("KeyError: 'x'", ago=5)
    page = open_page("/failures")
    expect(causes(page).first).to_contain_text("KeyError")
    page.get_by_role("link", name="All", exact=True).click()
    expect(causes(page).first).to_contain_text("Declined")
    cell(page, "Declined", "All").get_by_role("link").click()
    page.locator(f'tr[data-job="{ids[0]}"]').get_by_role("link").first.click()
    words.drawer(page).get_by_role("button", name="Requeue").click()
    words.expect_status(page, "queued")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("cause-jobs").locator("tr[data-job]:not(.gone)")).to_have_count(2)
    redis.delete("rq:failed:default")
    expect(page.get_by_text("No failed job is left of this cause.")).to_be_visible()


def test_a_muted_cause_is_hidden_from_everybody_until_it_is_told_again(open_page, fail) -> None:
    fail("shop.Declined: order 1 is locked")
    fail("KeyError: 'x'")
    page, other = open_page("/failures"), open_page("/failures")
    expect(causes(other)).to_have_count(2)
    page.get_by_role("button", name="Mute KeyError").click()
    page.get_by_role("button", name="for 1 day").click()
    page.mouse.move(0, 0)
    for each in (page, other):
        expect(causes(each).filter(has_text="KeyError")).to_have_count(0)
        expect(each.get_by_role("navigation").get_by_text("1 cause")).to_be_visible()
    other.get_by_text("Muted: 1").click()
    expect(causes(other).filter(has_text="KeyError").locator(".chip", has_text="muted")).to_be_visible()
    other.get_by_role("button", name="Unmute KeyError").click()
    expect(causes(page)).to_have_count(2)
    other.goto(other.url.replace("/failures", "/activity"))
    expect(other.locator("tr[data-line]").first).to_contain_text("Unmuted KeyError")


def test_a_failed_run_is_laid_beside_a_good_one(open_page, redis, worker_process) -> None:
    queue = Queue(connection=redis)
    queue.enqueue(fixture_jobs.fail_until_attempt, 1)
    bad = queue.enqueue(fixture_jobs.fail_until_attempt, 9, job_timeout=60)
    lonely = queue.enqueue(fixture_jobs.div_by_zero, 3)
    worker_process("default", name="w1", burst=True)
    page = open_page("/failures")
    cell(page, "RuntimeError", "All").get_by_role("link").click()
    page.get_by_role("link", name="Compare with a good run").click()
    arguments = page.get_by_test_id("compare-arguments")
    expect(arguments.locator('tr[data-kind="changed"]')).to_contain_text("9")
    expect(arguments.locator('tr[data-kind="changed"]')).to_contain_text("1")
    expect(page.locator('tr[data-fact="timeout"]')).to_have_class("differs")
    expect(page.locator('tr[data-fact="queue"]')).not_to_have_class("differs")
    page.get_by_role("link", name="Back to the cause").click()
    expect(page.get_by_test_id("cause")).to_contain_text("attempt 1 of 9")
    assert bad.id in page.get_by_test_id("cause-jobs").locator("tr[data-job]").get_attribute("data-job")
    page.goto(page.url.replace("failures", f"jobs/{lonely.id}").partition("?")[0])
    words.drawer(page).get_by_role("link", name="Compare with a good run").click()
    expect(page.get_by_test_id("compare-none")).to_contain_text("8 min 20 s")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_whatever_failed_fits_the_page_in_the_visitors_language(open_page, fail, redis, size) -> None:
    first = fail(f"shop.{'Long' * 30}: {'w' * 400}", queue="q" * 80)
    fail("<b>bold</b>")
    raw_jobs.listed(redis, "failed", data=b"broken", description="x" * 300)
    page = open_page("/failures", size, language="ko-KR")
    expect(page.locator("h1")).to_have_text("실패")
    expect(causes(page)).to_have_count(3)
    expect(page.get_by_text("지난 1시간 동안 원인")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for address in (f"?compare={first}", f"?cause={causes(page).first.get_attribute('data-cause')}"):
        page.goto(f"{page.url.partition('?')[0]}{address}")
        expect(page.locator(".cause-back")).to_be_visible()
        expect(page.locator(".card").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
