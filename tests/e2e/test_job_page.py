"""One job, whoever made it: what went wrong, what it waits for, what comes next, and where it came from."""

import re

import pytest
from playwright.sync_api import expect
from rq import Queue, Repeat, Retry
from rq.job import Dependency

from tests.e2e import words
from tests.e2e.conftest import PHONE

FUNCTION = "tests.fixture_jobs"
SIDEWAYS = """() => ["html", ".drawer-in"].map((where) => document.querySelector(where))
    .filter((box) => box.scrollWidth > box.clientWidth).length"""


@pytest.fixture
def queue(redis) -> Queue:
    return Queue("default", connection=redis)


def test_a_traceback_is_folded_to_own_code_and_its_raw_text_is_one_click_away(open_page, queue, worker_process) -> None:
    job = queue.enqueue(f"{FUNCTION}.div_by_zero", 7)
    worker_process("default", burst=True)
    page = open_page(f"/jobs/{job.id}")
    trace = words.drawer(page).get_by_test_id("traceback")
    expect(trace).to_contain_text("ZeroDivisionError: division by zero")
    own = trace.locator(".frame.own")
    expect(own).to_have_count(1)
    expect(own).to_contain_text("own code")
    expect(own).to_contain_text("return number / 0")
    trace.get_by_text(re.compile(r"\d frames in rq")).click()
    expect(trace.locator(".frame")).not_to_have_count(1)
    trace.get_by_role("button", name="Raw text").click()
    expect(trace).to_contain_text("Traceback (most recent call last):")


def test_an_attempt_leads_to_its_own_part_of_the_log(open_page, queue, worker_process) -> None:
    job = queue.enqueue("tests.live_jobs.talk", repeat=Repeat(times=1, interval=0))
    worker_process("default", burst=True)
    page = open_page(f"/jobs/{job.id}#attempts")
    attempts = words.drawer(page).locator("[data-outcome=successful]")
    expect(attempts).to_have_count(2)
    attempts.last.locator("summary").first.click()
    attempts.last.get_by_role("button", name="Its log").click()
    lines = words.drawer(page).locator(".log-line")
    expect(lines).to_have_count(3)
    words.drawer(page).get_by_label("Show").select_option(label="all lines, 2 runs")
    expect(lines).to_have_count(6)


def test_a_retried_job_says_what_comes_next_and_what_left_no_trace(open_page, queue, worker_process) -> None:
    job = queue.enqueue(f"{FUNCTION}.fail_with", "no", retry=Retry(max=3, interval=[900, 60, 60]))
    worker_process("default", burst=True)
    page = open_page(f"/jobs/{job.id}#attempts")
    expect(words.drawer(page)).to_contain_text("At least 1 earlier run left no trace")
    expect(words.drawer(page).locator('[data-fact="facts.retries"]')).to_contain_text("2 left: every 1 min")
    expect(words.drawer(page).get_by_test_id("steps")).to_contain_text("last run took")


def test_dependencies_are_a_live_graph_whose_boxes_lead_to_the_jobs(open_page, redis, queue, worker_process) -> None:
    low = Queue("low", connection=redis)
    queue.enqueue(f"{FUNCTION}.nothing", job_id="extract")
    low.enqueue(f"{FUNCTION}.div_by_zero", job_id="broken")
    low.enqueue(f"{FUNCTION}.nothing", job_id="load", depends_on=["extract", "broken"])
    low.enqueue(f"{FUNCTION}.nothing", job_id="mail", depends_on=Dependency(["load"], allow_failure=True))
    page = open_page("/jobs/load#graph")
    graph = words.drawer(page).get_by_test_id("graph")
    box = {name: graph.locator(f'[data-node="{name}"]') for name in ("extract", "broken", "load", "mail")}
    for name, status in {"extract": "Queued", "broken": "Queued", "load": "Deferred", "mail": "Deferred"}.items():
        expect(box[name]).to_contain_text(status)
    top = {name: box[name].bounding_box()["y"] for name in box}
    assert top["extract"] == top["broken"] < top["load"] < top["mail"]
    worker_process("default", "low", burst=True)
    expect(box["extract"]).to_contain_text("Finished")
    expect(box["broken"]).to_contain_text("Failed")
    expect(words.drawer(page)).to_contain_text("RQ does not start what waits for it")
    box["mail"].focus()
    page.keyboard.press("Enter")
    expect(words.drawer(page).locator(".job-id")).to_have_text("mail")
    words.tab(page, "Dependencies").get_by_text("The same as a list").click()
    expect(words.drawer(page).locator(".graph-item")).to_have_count(3)


def test_a_job_without_dependencies_has_no_tab_for_them(open_page, queue) -> None:
    job = queue.enqueue(f"{FUNCTION}.nothing")
    page = open_page(f"/jobs/{job.id}#graph")
    expect(words.drawer(page).get_by_role("tab", name="Arguments")).to_be_visible()
    expect(words.drawer(page).get_by_role("tab", name="Dependencies")).to_have_count(0)


def test_what_rq_will_forget_counts_down_and_a_stranger_is_said_to_be_one(open_page, queue, worker_process) -> None:
    repeat = Repeat(times=2, interval=3600)
    job = queue.enqueue(f"{FUNCTION}.say_hello", "you", result_ttl=400)
    again = queue.enqueue(f"{FUNCTION}.nothing", repeat=repeat)
    worker_process("default", burst=True)
    page = open_page(f"/jobs/{job.id}")
    left = words.drawer(page).locator('[data-fact="facts.forgotten_in"]')
    expect(left).to_contain_text("6 min")
    before = left.inner_text()
    expect(left).not_to_have_text(before)
    expect(words.drawer(page).locator('[data-fact="facts.actor"]')).to_contain_text("not through RQ Live")
    page.goto(page.url.replace(job.id, again.id))
    expect(words.drawer(page).locator('[data-fact="facts.repeats"]')).to_contain_text("1 more: after 1 h")


def test_what_was_submitted_here_says_by_whom_and_from_where(open_page) -> None:
    page = open_page("/submit/my_task")
    page.get_by_role("button", name="Submit").click()
    sender = words.drawer(page).locator('[data-fact="facts.actor"]')
    expect(sender).to_contain_text("anyone · on the page · through")
    expect(sender).to_contain_text("from 127.0.0.1")


def test_it_fits_a_phone_and_speaks_korean(open_page, queue, worker_process) -> None:
    queue.enqueue(f"{FUNCTION}.fail_with", "x" * 300, job_id="parent")
    for number in range(8):
        queue.enqueue(f"{FUNCTION}.nothing", job_id=f"child-{number}", depends_on="parent")
    worker_process("default", burst=True)
    page = open_page("/jobs/parent", size=PHONE, language="ko-KR", theme="dark")
    expect(words.drawer(page).get_by_test_id("traceback")).to_contain_text("내 코드")
    assert page.evaluate(SIDEWAYS) == 0
    words.tab(page, "의존 관계")
    expect(words.drawer(page).get_by_test_id("graph").locator("a")).to_have_count(9)
    assert page.evaluate(SIDEWAYS) == 0
    assert not re.search(r"\{\w+\}|(graph|facts|steps)\.\w+", words.drawer(page).inner_text()), "every gap is filled"


def test_all_of_the_menu_of_a_job_is_on_the_screen_of_a_phone(open_page, redis) -> None:
    job = Queue("default", connection=redis).enqueue("tests.fixture_jobs.say_hello", "you")
    page = open_page(f"/jobs/{job.id}", size=PHONE)
    page.locator("dialog[data-testid=job]").get_by_role("button", name="More").click()
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem")).to_have_count(4)
    box = menu.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
