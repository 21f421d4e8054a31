"""Schedule, groups and limits in a browser: what runs next counts down and is run now, what was missed stands out."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from rq import Queue, RateLimit
from rq.cron import CronScheduler
from rq.group import Group
from rq.job import Job

from tests import fixture_jobs, raw_jobs
from tests.cron_processes import CronProcess
from tests.e2e import words
from tests.e2e.conftest import PHONE
from tests.support import eventually


@pytest.fixture
def queue(redis) -> Queue:
    return Queue("default", connection=redis)


def cron_row(page: Page, name: str):
    return page.locator(f'[data-cron="{name}"]')


def test_a_scheduled_job_counts_down_and_is_run_now(open_page, queue, worker_process) -> None:
    job = queue.enqueue_in(timedelta(minutes=50), fixture_jobs.say_hello, "you")
    page = open_page("/schedule")
    row = words.row(page, job.id)
    expect(row).to_contain_text("in 49 min")
    expect(page.get_by_test_id("load-hour")).to_contain_text("1 scheduled job")
    expect(page.get_by_test_id("banner-unserved")).to_contain_text("Nobody starts 1 scheduled job in default.")
    expect(page.get_by_test_id("banner-unserved").locator("code")).to_contain_text("--with-scheduler")
    worker_process("default", with_scheduler=True)
    expect(page.get_by_test_id("banner-unserved")).to_have_count(0)
    row.get_by_role("button", name="Run now: tests.fixture_jobs.say_hello").click()
    expect(page.get_by_text("waits in its queue now")).to_be_visible()
    expect(row).to_contain_text("no longer scheduled")
    page.mouse.move(0, 0)
    expect(page.get_by_test_id("upcoming")).to_contain_text("Nothing is scheduled")
    eventually(lambda: job.get_status() == "finished")
    page.goto(page.url.replace("/schedule", "/activity"))
    expect(page.get_by_test_id("activity")).to_contain_text("Ran now")


def test_the_open_job_offers_to_run_it_now(open_page, queue) -> None:
    job = queue.enqueue_in(timedelta(minutes=50), fixture_jobs.say_hello)
    page = open_page(f"/jobs/{job.id}")
    words.drawer(page).get_by_role("button", name="Run now").click()
    words.expect_status(page, "queued")


def test_what_is_overdue_says_so_and_leads_to_its_queue(open_page, redis) -> None:
    raw_jobs.listed(redis, "scheduled", "late", queue="archive", score=time.time() - 100)
    page = open_page("/schedule")
    expect(words.row(page, "late")).to_contain_text("overdue for 1 min")
    serving = page.get_by_test_id("serving").locator('[data-queue="archive"]')
    expect(serving).to_contain_text("none")
    serving.get_by_role("link", name="1").last.click()
    expect(words.row(page, "late")).to_be_visible()
    assert page.url.endswith("/jobs?queue=archive&status=scheduled")


def test_a_real_cron_shows_its_runs_and_is_run_now(open_page, redis, redis_server, started, tmp_path, worker_process):
    process = started(
        CronProcess(redis_server.url, tmp_path, "register(fixture_jobs.say_hello, 'default', interval=1, name='greet')")
    )
    process.wait_ready()
    worker_process("default")
    page = open_page("/schedule")
    greet = cron_row(page, "greet")
    expect(greet).to_contain_text("every 1 s")
    expect(greet.locator(".mark.s-finished").nth(1)).to_be_visible()
    process.stop()
    expect(greet).to_have_attribute("data-state", "gone")
    before = {job.decode() for job in redis.zrange("rq:cron_job:greet:jobs", 0, -1)}
    greet.get_by_role("button", name="Run now: greet").click()
    words.expect_status(page, "finished")
    assert page.url.rsplit("/", 1)[1] not in before, "the newest of its history ran again, as a job of its own"


def test_a_cron_job_that_nobody_ran_is_flagged_and_can_be_run(open_page, redis) -> None:
    for name in ("east", "west"):
        scheduler = CronScheduler(connection=redis, name=name)
        scheduler.register(fixture_jobs.add, "reports", args=(1, 2), cron="0 3 * * *", name="sum")
        scheduler.register_birth()
    late = CronScheduler(connection=redis, name="late")
    late.register(fixture_jobs.nothing, "default", cron="0 3 * * *", name="backup")
    late.get_jobs()[0].next_enqueue_time = late.created_at - timedelta(hours=2)
    late.register_birth()
    page = open_page("/schedule")
    expect(cron_row(page, "backup")).to_contain_text("missed by 2 h")
    expect(page.get_by_test_id("cron").locator("tbody tr").first).to_have_attribute("data-cron", "backup")
    expect(cron_row(page, "sum")).to_contain_text("carry it 2 times")
    expect(cron_row(page, "sum")).to_contain_text("by the clock of")
    cron_row(page, "sum").get_by_role("button", name="Run now: sum").click()
    words.expect_status(page, "queued")
    made = Job.fetch(page.url.rsplit("/", 1)[1].partition("#")[0], connection=redis)
    assert (made.origin, made.args) == ("reports", (1, 2))


def test_a_group_is_one_bar_and_its_jobs(open_page, redis, queue, worker_process) -> None:
    datas = [
        Queue.prepare_data(function)
        for function in (fixture_jobs.nothing, fixture_jobs.nothing, fixture_jobs.div_by_zero)
    ]
    made = Group.create(redis, name="night/1 a").enqueue_many(queue, datas)
    page = open_page("/groups")
    group = page.locator('[data-group="night/1 a"]')
    expect(group).to_contain_text("0 of 3 ended · 3 Queued")
    worker_process("default", burst=True)
    expect(group).to_contain_text("3 of 3 ended · 1 Failed")
    group.get_by_role("link", name="night/1 a").click()
    expect(page.get_by_test_id("group-words")).to_have_text("3 of 3 ended · 1 Failed")
    expect(page.get_by_test_id("group").locator("tbody tr")).to_have_count(3)
    page.get_by_test_id("group").get_by_role("link", name="Failed 1").click()
    expect(page.get_by_test_id("group").locator("tbody tr")).to_have_count(1)
    words.row(page, made[2].id).get_by_role("link").first.click()
    expect(words.drawer(page)).to_contain_text("ZeroDivisionError")
    page.keyboard.press("Escape")
    expect(words.drawer(page)).to_have_count(0)
    assert "group=night" in page.url
    page.get_by_role("link", name="All groups").click()
    expect(group).to_be_visible()


def test_a_group_that_is_not_there_says_so(open_page) -> None:
    page = open_page("/groups?group=never")
    expect(page.get_by_test_id("group")).to_contain_text("There is no group 'never' any more.")


def test_a_limit_shows_who_holds_its_slots_and_which_are_stuck(open_page, redis, queue) -> None:
    jobs = [queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit(key="api", concurrency=2)) for _ in range(5)]
    page = open_page("/groups")
    limit = page.locator('[data-limit="api"]')
    expect(limit).to_contain_text("2 of 2 slots held")
    expect(limit).to_contain_text("3 wait")
    redis.delete(*(f"rq:job:{job.id}" for job in jobs))
    expect(limit).to_contain_text("2 slots are held by jobs that will not give them back")
    expect(limit.locator('[data-slot="stuck"]')).to_have_count(2)


def test_nothing_scheduled_grouped_or_limited_says_what_to_do_next(open_page) -> None:
    page = open_page("/schedule")
    expect(page.get_by_test_id("upcoming").get_by_role("link", name="Submit a job")).to_be_visible()
    expect(page.get_by_test_id("cron").locator("code")).to_have_text("rq cron cron_config.py")
    page.goto(page.url.replace("/schedule", "/groups"))
    expect(page.get_by_test_id("groups")).to_contain_text("Group.enqueue_many")
    expect(page.get_by_test_id("limits")).to_contain_text("RateLimit")


def test_on_a_phone_nothing_is_wider_than_the_window(open_page, redis, queue) -> None:
    long = "a_queue_with_a_name_that_is_far_too_long_for_any_column"
    Queue(long, connection=redis).enqueue_in(timedelta(hours=1), fixture_jobs.say_hello, "x" * 300)
    Group.create(redis, name=long * 3).enqueue_many(queue, [Queue.prepare_data(fixture_jobs.nothing)])
    queue.enqueue(fixture_jobs.nothing, rate_limit=RateLimit(key=long * 3, concurrency=2))
    scheduler = CronScheduler(connection=redis, name=long)
    scheduler.register(fixture_jobs.say_hello, long, args=("x" * 300,), cron="0 3 * * *", name=long * 2)
    scheduler.register_birth()
    page = open_page("/schedule", PHONE)
    for address, shown in (("/schedule", "cron"), ("/groups", "limits"), (f"/groups?group={long * 3}", "group")):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + address)
        expect(page.get_by_test_id(shown)).to_contain_text("a_queue_with")
        words.live(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
