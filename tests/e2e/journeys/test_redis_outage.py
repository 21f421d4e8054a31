"""Redis goes and comes back: the page says so, keeps what it knew, and goes on by itself."""

import re
import time

import pytest
from playwright.sync_api import expect

#: Until everything is as it was: the feed, the sockets of workers, RQ's own patience.
BACK_MS = 30_000
#: What the figures say while the operations process works.
RECORDED = re.compile(r"since \d\d:\d\d|recording has begun")


def greyed(visitor, is_so: bool) -> None:
    """What the page shows of Redis is drawn paler than usual, or is not."""
    values = expect(visitor.at.locator(".kpis"))
    values.not_to_have_css("opacity", "1") if is_so else values.to_have_css("opacity", "1")


def marked(visitor):
    """Leave a mark in the page that a reload would wipe away."""
    visitor.page.evaluate("() => { window.marked = true; }")
    return lambda: visitor.page.evaluate("() => window.marked === true")


def test_redis_restarts_and_the_page_greys_its_values_and_goes_on_without_a_reload(
    own_site, own_redis_server, visit, worker_process
):
    worker = worker_process("default", name="patient", url=own_site.redis_url)
    running = own_site.enqueue("tests.fixture_jobs.sleep_for", 4)
    for n in range(3):
        own_site.enqueue("tests.fixture_jobs.add", n, 1, queue="elsewhere")
    visitor = visit(own_site).opens("/")
    visitor.figure("queued").sees("3")
    visitor.within_job_row(running.id).sees("sleep_for")
    stays = marked(visitor)
    queued = visitor.watches("[data-testid=kpi-queued] .value")
    states = visitor.watches("[data-worker=patient]", "data-state")

    own_redis_server.stop()
    visitor.is_not_live().pill.sees(re.compile(r"Redis away since \d\d:\d\d"))
    visitor.panel("banner-redis").sees(f"Redis at {own_redis_server.path} does not answer.")
    greyed(visitor, True)
    visitor.figure("queued").sees("3")

    own_redis_server.start()
    expect(visitor.pill.at).to_have_attribute("data-live", "true", timeout=BACK_MS)
    visitor.panel("banner-redis").is_gone()
    greyed(visitor, False)
    own_site.enqueue("tests.fixture_jobs.add", 3, 1, queue="elsewhere")
    visitor.figure("queued").sees("4")
    own_site.comes_to(running, "finished")
    visitor.within_job_row(running.id).is_gone()
    expect(visitor.within_worker_row(worker.name).at).to_have_attribute("data-state", "idle", timeout=BACK_MS)
    assert [value for _, value in queued()] == ["3", "4"], "nothing else was ever shown"
    assert "lost" not in {state for _, state in states()}
    assert stays()


@pytest.mark.slow
def test_redis_is_away_for_ten_seconds_and_page_operations_and_workers_recover(
    own_site, own_redis_server, visit, worker_process, own_worker, operations_process
):
    operations_process(own_site.redis_url)
    worker_process("default", name="stock", url=own_site.redis_url)
    own_worker(own_site.redis_url, "own", name="patient")
    own_site.enqueue("tests.fixture_jobs.add", 1, 1, queue="own")
    listing, visitor = visit(own_site), visit(own_site).opens("/")
    listing.reckons_with(r"503 \(SERVICE UNAVAILABLE\)").opens("/jobs").sees("tests.fixture_jobs.add", "Finished")
    visitor.figure("finished").sees(RECORDED)
    visitor.within_queue_row("own").part(".col-finished").sees("1")
    states = [visitor.watches(f"[data-worker={name}]", "data-state") for name in ("stock", "patient")]
    finished = visitor.watches("[data-queue=own] .col-finished")

    own_redis_server.stop()
    visitor.is_not_live()
    time.sleep(10)
    visitor.is_not_live().panel("banner-redis").sees("the page shows what it last knew")
    listing.is_not_live().sees("tests.fixture_jobs.add")
    own_redis_server.start()

    for page in (visitor, listing):
        expect(page.pill.at).to_have_attribute("data-live", "true", timeout=BACK_MS)
    own_site.enqueue("tests.fixture_jobs.add", 2, 2, queue="own")
    visitor.within_queue_row("own").part(".col-finished").sees("2")
    expect(listing.at.locator("main .chip[data-status=finished]")).to_have_count(2)
    for name in ("stock", "patient"):
        visitor.within_worker_row(name).sees("idle")
    assert not [state for of_worker in states for _, state in of_worker() if state == "lost"]
    assert {value for _, value in finished()} == {"1", "2"}
    visitor.figure("finished").sees(RECORDED)


def test_the_page_opened_while_redis_is_away_says_so_and_fills_itself_when_it_is_back(
    own_site, own_redis_server, visit
):
    own_site.waits_behind_a_gate()
    own_redis_server.stop()
    visitor = visit(own_site).reckons_with(r"503 \(SERVICE UNAVAILABLE\)")
    visitor.page.goto(visitor.url)
    visitor.pill.sees("Redis away")
    visitor.panel("banner-redis").sees("does not answer")
    visitor.figure("queued").sees_not("0")
    own_redis_server.start()
    expect(visitor.pill.at).to_have_attribute("data-live", "true", timeout=BACK_MS)
    visitor.figure("queued").sees("1")
