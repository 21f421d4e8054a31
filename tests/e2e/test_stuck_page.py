"""Stuck work in a browser: it is empty while all is well, shows what is stuck with the way out, and lets go of it."""

from datetime import timedelta

from playwright.sync_api import expect
from rq import Queue

from tests.e2e import words
from tests.e2e.conftest import PHONE

FUNCTION = "tests.fixture_jobs"
#: Milliseconds until a page has come and shows what it watches.
OPENED = 15_000


def test_what_is_stuck_is_shown_with_its_way_out_and_goes_when_it_was_taken(open_page, redis) -> None:
    gpu = Queue("gpu", connection=redis)
    page = open_page("/stuck", PHONE)
    expect(page.get_by_test_id("nothing-stuck")).to_contain_text("Nothing is stuck", timeout=OPENED)
    late = gpu.enqueue_in(timedelta(minutes=-5), f"{FUNCTION}.add", 1, 2)
    overdue = page.locator('[data-kind="overdue"]')
    expect(overdue).to_contain_text("1 job · oldest for 5 min")
    expect(overdue.get_by_role("button", name="copy")).to_be_visible()
    expect(overdue.locator("code")).to_contain_text("gpu --with-scheduler")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    overdue.locator(f'[data-job="{late.id}"] .stuck-name').click()
    why = words.drawer(page).get_by_test_id("why")
    expect(why).to_have_attribute("data-code", "overdue_no_scheduler")
    expect(why).to_contain_text("5 min ago, but no scheduler runs for gpu.")
    page.go_back()

    overdue.get_by_role("button", name="Run now").click()
    expect(page.get_by_test_id("nothing-stuck")).to_be_visible()
    assert redis.lrange("rq:queue:gpu", 0, -1) == [late.id.encode()]


def test_the_page_of_a_job_says_why_it_waits_in_one_sentence_and_follows(open_page, redis, worker_process) -> None:
    queue = Queue("default", connection=redis)
    parent = queue.enqueue(f"{FUNCTION}.div_by_zero")
    child = queue.enqueue(f"{FUNCTION}.nothing", depends_on=parent)
    page = open_page(f"/jobs/{child.id}", language="ko-KR")
    why = words.drawer(page).get_by_test_id("why")
    expect(why).to_contain_text("아직 끝나지 않은 작업 1개를 기다립니다.", timeout=OPENED)
    worker_process("default", burst=True)
    expect(why).to_contain_text("의존하는 작업 1개가 잘 끝나지 않아 시작되지 않습니다.")
    why.get_by_role("link").click()
    expect(why).to_contain_text("실패했으며, 저절로 다시 실행되지 않습니다.")
