"""The page of health in a real browser, most of it on a phone: the answer on top, what to do, and what is copied."""

import re
import time

import pytest
from playwright.sync_api import Page, expect
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.e2e import words
from tests.e2e.conftest import PHONE

JUDGED = re.compile("bad|warn|ok")


def wrong(page: Page, code: str):
    return page.get_by_test_id("verdict").locator(f'[data-code="{code}"]')


def opened(page: Page) -> Page:
    """The page once it has judged: what it is judged by comes after its own modules."""
    expect(page.get_by_test_id("verdict")).to_have_attribute("data-level", JUDGED, timeout=20_000)
    return page


def records(redis) -> None:
    """A recorder that is at work."""
    redis.hset(_keys.RECORDER, mapping={"heartbeat": int(time.time() * 1000) + 60_000, "started_at": 1})


def test_a_sound_installation_is_well(open_page, redis, worker_process) -> None:
    records(redis)
    worker_process("default", with_scheduler=True)
    page = opened(open_page("/health", PHONE))
    expect(page.get_by_test_id("verdict")).to_have_attribute("data-level", "ok")
    expect(page.get_by_test_id("verdict")).to_contain_text("All is well")
    expect(page.get_by_test_id("health-redis").locator('[data-fact="role"]')).to_contain_text("primary")


def test_what_is_wrong_is_told_worst_first_with_its_next_step_and_way(open_page, redis) -> None:
    records(redis)
    raw_jobs.listed(redis, "queued", queue="gpu", enqueued_at=raw_jobs.stamp(time.time() - 400))
    raw_jobs.worker(redis, "victim", "busy", "reports")
    raw_jobs.execution(redis, raw_jobs.write(redis, status="started", queue="reports"), "victim", "reports")
    redis.sadd("rq:queues", "rq:queue:reports")
    redis.set("rq:suspended", 1)
    page = opened(open_page("/health", PHONE))
    expect(page.get_by_test_id("verdict")).to_have_attribute("data-level", "bad")
    expect(wrong(page, "lost_busy")).to_contain_text("A worker was lost while it ran a job: victim.")
    expect(wrong(page, "suspended")).to_contain_text("`rq resume` lets them go on")
    levels = (
        page.get_by_test_id("verdict").locator("[data-level]").evaluate_all("all => all.map(one => one.dataset.level)")
    )
    assert levels == sorted(levels), "bad comes before warn"
    queue = page.get_by_test_id("health-queues").locator('[data-queue="gpu"]')
    expect(queue).to_contain_text("6 min")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    wrong(page, "no_worker").get_by_role("link", name="Jobs").click()
    assert page.url.endswith("/jobs?queue=gpu&status=queued")


def test_it_changes_by_itself_and_what_people_did_stands_there(open_page, redis, worker_process) -> None:
    records(redis)
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    page = opened(open_page("/health"))
    expect(wrong(page, "no_worker")).to_be_visible()
    worker_process("default", with_scheduler=True)
    words.until(page, lambda: job.get_status() == "finished")
    expect(page.get_by_test_id("verdict")).to_have_attribute("data-level", "ok")
    entry = {"at": int(time.time() * 1000), "actor": "ada", "action": "requeue", "job": job.id, "outcome": "done"}
    redis.xadd(_keys.ACTIVITY, entry | {"queue": "default", "server": "here:1"})
    expect(page.get_by_test_id("health-actions")).to_contain_text("ada Requeued")


@pytest.mark.parametrize(
    "own_redis_server", [{"options": {"maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"}}], indirect=True
)
def test_a_redis_that_may_throw_jobs_away_is_told(open_page, own_redis_server, web_server) -> None:
    web = web_server(own_redis_server.url)
    page = opened(open_page("/health", url=web.url))
    expect(wrong(page, "redis_may_evict")).to_contain_text("Redis may throw away jobs when it is full (allkeys-lru).")
    expect(page.get_by_test_id("health-redis")).to_contain_text("of 105 MB")


def test_what_is_copied_is_markdown_in_utc_with_links_that_lead_here(open_page, redis) -> None:
    records(redis)
    raw_jobs.listed(redis, "queued", queue="gpu", enqueued_at=raw_jobs.stamp(time.time() - 400))
    page = opened(open_page("/health"))
    expect(wrong(page, "no_worker")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_role("button", name="copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    address = page.url.removesuffix("/health")
    assert f"[gpu]({address}/jobs?queue=gpu)" in text
    assert time.strftime("%Y-%m-%d %H:", time.gmtime()) in text
    assert " UTC" in text
    assert "- 🔴 No worker is there, and 1 job waits." in text
