"""The page of workers in a real browser: who is there, who was killed and what comes of it, how many stay readable."""

import sys
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from rq import Queue

from tests import fixture_jobs, raw_jobs
from tests.e2e import words
from tests.e2e.conftest import PHONE
from tests.processes import BIN, Process

#: Three seconds of silence or a process that is gone, one until the next look, and what a busy machine adds.
LOST_WITHIN = 4_500


@pytest.fixture
def crowd(redis) -> Iterator[Callable[[int], None]]:
    """Lists so many workers on eight hosts, written raw, whose command channels are heard."""
    channels = redis.pubsub()

    def gather(count: int) -> None:
        for n in range(count):
            state = "busy" if n % 3 == 0 else "idle"
            raw_jobs.worker(redis, f"{n:032x}", state, hostname=f"web-{n % 8}", pid=4_000 + n, version="3.0.0")
        channels.subscribe(*(f"rq:pubsub:{n:032x}" for n in range(count)))

    yield gather
    channels.close()


def opened(page: Page) -> Page:
    """The page once it knows who is there."""
    expect(page.get_by_test_id("fleet")).to_be_visible(timeout=20_000)
    words.live(page)
    return page


def row(page: Page, name: str):
    return page.get_by_test_id("fleet").locator(f'[data-worker="{name}"]')


def test_a_worker_says_what_it_runs_for_how_long_and_what_it_has_done(open_page, redis, worker_process) -> None:
    worker_process("high", "default", name="steady")
    queue = Queue(connection=redis)
    failed = queue.enqueue(fixture_jobs.div_by_zero)
    page = opened(open_page("/workers"))
    words.until(page, lambda: failed.get_status() == "failed")
    job = queue.enqueue(fixture_jobs.wait_for_key, "gate")
    shown = row(page, "steady")
    expect(shown).to_have_attribute("data-state", "busy")
    expect(shown).to_contain_text("wait_for_key for ")
    expect(shown).to_contain_text("RQ 3.0.0")
    expect(shown).to_contain_text("100 % failed")
    shown.get_by_role("link", name="wait_for_key").click()
    expect(words.drawer(page)).to_contain_text(job.id)
    page.keyboard.press("Escape")
    redis.set("gate", 1)
    expect(shown).to_contain_text("idle")
    shown.get_by_role("link", name="steady").click()
    card = page.get_by_test_id("worker")
    expect(card).to_contain_text("Ended well")
    expect(card.get_by_role("link", name="Jobs that it ran")).to_have_attribute("href", "/jobs?q=worker%3Asteady")
    card.get_by_role("link", name="Close").click()
    expect(card).to_have_count(0)


def test_a_killed_worker_is_lost_within_three_seconds_and_its_end_is_told(open_page, redis, worker_process) -> None:
    victim, survivor = (worker_process("default", name=name) for name in ("victim", "survivor"))
    page = opened(open_page("/workers"))
    expect(row(page, "survivor")).to_have_attribute("data-state", "idle")
    victim.kill()
    killed = time.monotonic()
    expect(row(page, "victim")).to_have_attribute("data-state", "lost", timeout=LOST_WITHIN)
    assert time.monotonic() - killed < LOST_WITHIN / 1000
    lost = page.get_by_test_id("lost-workers")
    expect(lost).to_contain_text("1 worker is lost")
    expect(lost).to_contain_text("It was killed or cut off")
    expect(lost).to_contain_text("until then none of the same name can be started")
    job = Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "never")
    words.until(page, lambda: job.get_status() == "started")
    survivor.close()
    expect(lost).to_contain_text("2 workers are lost", timeout=LOST_WITHIN)
    expect(lost).to_contain_text("“wait_for_key” will be marked failed. It counts as abandoned at")
    expect(lost).to_contain_text("No worker listens to default: start one")


def test_schedulers_cron_processes_servers_and_operations_stand_below(
    open_page, redis, redis_server, worker_process, operations_process, started, tmp_path
) -> None:
    worker_process("default", with_scheduler=True)
    operations = operations_process()
    config = tmp_path / "schedule.py"
    config.write_text(
        "from rq import cron\nfrom tests.fixture_jobs import nothing\n\ncron.register(nothing, 'low', interval=60)\n"
    )
    started(Process([sys.executable, str(BIN / "rq"), "cron", "-u", redis_server.url, str(config)], tmp_path))
    redis.zadd("rq:cron_schedulers", {"ghost": time.time() - 300})
    page = opened(open_page("/workers"))
    below = page.get_by_test_id("processes")
    expect(below.locator('[data-kind="scheduler"][data-state="alive"]')).to_contain_text(
        "puts scheduled jobs on default"
    )
    expect(below.locator('[data-kind="cron"][data-state="alive"]')).to_contain_text("schedule.py")
    expect(below.locator('[data-kind="cron"][data-state="lost"]')).to_contain_text("ghost")
    expect(below.locator('[data-kind="web"]')).to_contain_text("1 page open")
    expect(below.locator('[data-kind="operations"]')).to_have_attribute("data-state", "alive")
    operations.stop()
    expect(below.locator('[data-kind="operations"]')).to_contain_text("Nothing is recorded.")


@pytest.mark.parametrize("size", [(1280, 830), PHONE], ids=["wide", "phone"])
def test_a_hundred_and_twenty_workers_stay_readable(open_page, crowd, size) -> None:
    crowd(120)
    page = opened(open_page("/workers", size))
    fleet = page.get_by_test_id("fleet")
    expect(fleet.locator("[data-host]")).to_have_count(8)
    expect(fleet.locator("[data-worker]")).to_have_count(0)
    expect(fleet.locator('[data-host="web-3"]')).to_contain_text("15 workers · 5 busy · 10 idle")
    fleet.get_by_role("button", name="Show the workers of web-3").click()
    expect(fleet.locator("[data-worker]")).to_have_count(15)
    page.get_by_test_id("workers-host").select_option("web-5")
    expect(fleet.locator("[data-worker]")).to_have_count(15)
    assert page.url.endswith("/workers?host=web-5")
    page.get_by_role("link", name="busy 5").click()
    expect(fleet.locator("[data-worker]")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_two_generations_of_rq_together_are_warned_about(open_page, redis, crowd) -> None:
    crowd(2)
    page = opened(open_page("/workers"))
    expect(page.get_by_test_id("banner-mixed")).to_have_count(0)
    redis.hset(f"rq:worker:{1:032x}", "version", "2.12.0")
    expect(page.get_by_test_id("banner-mixed")).to_contain_text(
        "Workers of RQ 2.x (1) and RQ 3.x (1) share these queues."
    )


def test_a_worker_whose_details_had_expired_says_so(open_page, redis, crowd) -> None:
    crowd(1)
    redis.hdel(f"rq:worker:{0:032x}", "birth", "version", "python_version")
    page = opened(open_page("/workers"))
    expect(row(page, f"{0:032x}")).to_contain_text("Its details had expired")


def test_more_workers_than_are_shown_are_said_so(open_page, redis) -> None:
    redis.sadd("rq:workers", *(f"rq:worker:{number}" for number in range(1_000)))
    page = open_page("/workers")
    expect(page.get_by_test_id("banner-cut")).to_have_count(0)
    redis.sadd("rq:workers", "rq:worker:one-more")
    expect(page.get_by_test_id("banner-cut")).to_contain_text("more than 1,000 queues or 1,000 workers")


def test_without_a_worker_the_command_to_start_one_is_there(open_page) -> None:
    page = opened(open_page("/workers"))
    expect(page.get_by_test_id("fleet")).to_contain_text("No worker is there")
    expect(page.get_by_test_id("add-workers")).to_contain_text("rq worker -u")
    expect(page.get_by_test_id("add-workers")).to_contain_text("was not started by `make run`")


def test_a_worker_that_is_gone_leads_to_what_it_ran(open_page) -> None:
    page = opened(open_page("/workers?worker=long%20gone"))
    card = page.get_by_test_id("worker")
    expect(card).to_contain_text("There is no worker “long gone” (any more)")
    expect(card.get_by_role("link", name="Jobs that it ran")).to_have_attribute(
        "href", "/jobs?q=worker%3A%22long+gone%22"
    )


def test_sixty_queues_are_few_groups_that_open_sort_and_are_remembered(open_page, redis) -> None:
    for service in ("billing", "mail", "search", "images"):
        for n in range(15):
            redis.sadd("rq:queues", f"rq:queue:{service}:r{n}")
    for _ in range(3):
        raw_jobs.listed(redis, "failed", queue="mail:r3")
    raw_jobs.listed(redis, "failed", queue="search:r1")
    page = open_page("/")
    queues = page.get_by_test_id("queues")
    expect(queues.locator("[data-group]")).to_have_count(4)
    expect(queues.locator("[data-queue]")).to_have_count(0)
    expect(queues.locator('[data-group="mail"] .col-failed')).to_have_text("3")
    queues.get_by_role("button", name="Failed").click()
    expect(queues.locator("tbody tr").first).to_have_attribute("data-group", "mail")
    queues.get_by_role("button", name="mail 15").click()
    expect(queues.locator("tbody tr").nth(1)).to_have_attribute("data-queue", "mail:r3")
    page.reload()
    expect(queues.locator("[data-queue]")).to_have_count(15)
    expect(queues.locator('th[aria-sort="descending"]')).to_contain_text("Failed")
    queues.get_by_role("button", name="Show all 60 singly").click()
    expect(queues.locator("[data-queue]")).to_have_count(60)
    expect(queues.locator("tbody tr").first).to_have_attribute("data-queue", "mail:r3")
