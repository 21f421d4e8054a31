"""Real workers, killed and stopped in every way: who is dead is told so soon, and who lives is never called lost."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from rq import Queue

from tests import fixture_jobs, raw_jobs
from tests.live import Page, get_ok
from tests.support import eventually

#: Seconds: the look that sees it may come a second later, on a busy machine another one.
WITHIN = 3.0
ELSEWHERE_WITHIN = 6.0


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that shows the overview, and `state(name)` of a worker there."""
    page.state = lambda name: page.parts["worker"].get(name, {}).get("state")
    return page


def ready(page: Page, worker) -> None:
    page.until(lambda: page.state(worker.name) == "idle", message="the worker is shown")
    # A process must have been seen alive to be seen gone.
    page.settle(1.2)


def move_elsewhere(redis, worker) -> None:
    """Let its hash say that it lives on another machine: then only its channel and its hash can tell."""
    redis.hset(f"rq:worker:{worker.name}", "hostname", "elsewhere")


def test_a_killed_idle_worker_is_lost_within_three_seconds(page, worker_process):
    worker = worker_process("default")
    ready(page, worker)
    worker.kill()
    killed = time.monotonic()
    page.until(lambda: page.state(worker.name) == "lost", WITHIN)
    assert time.monotonic() - killed < WITHIN
    shown = page.parts["worker"][worker.name]
    assert (shown["runs_on"], shown["jobs"]) == (False, [])
    page.until(lambda: page.parts["totals"]["lost"] == 1)
    assert page.parts["totals"]["workers"] == 0


def test_a_killed_idle_worker_of_another_machine_is_lost_by_its_silence(page, redis, worker_process):
    worker = worker_process("default")
    move_elsewhere(redis, worker)
    ready(page, worker)
    worker.wait_grown()
    worker.kill()
    page.until(lambda: page.state(worker.name) == "no signal", WITHIN)
    page.until(lambda: page.state(worker.name) == "lost", ELSEWHERE_WITHIN)


def test_a_worker_that_listens_to_nothing_any_more_counts_for_no_queue(page, redis, worker_process):
    worker = worker_process("default")
    Queue(connection=redis).enqueue(fixture_jobs.nothing)
    ready(page, worker)
    page.until(lambda: page.parts["queue"]["default"]["workers"] == 1)
    worker.kill()
    page.until(lambda: page.parts["queue"]["default"]["workers"] == 0, ELSEWHERE_WITHIN)


def test_the_job_of_a_killed_worker_runs_on_and_is_told_so(page, redis, web, worker_process):
    worker = worker_process("default")
    ready(page, worker)
    job = Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "gate")
    page.watch(overview=True, job=job.id)
    page.until(lambda: page.parts["running"].get(job.id))
    eventually(lambda: job.get_status() == "started", message="its horse runs the job")
    worker.kill()
    page.until(lambda: page.state(worker.name) == "lost", WITHIN)
    page.until(lambda: page.parts["worker"][worker.name]["runs_on"])
    page.until(lambda: page.parts["running"][job.id]["worker_state"] == "runs on")
    shown = get_ok(web, f"/api/jobs/{job.id}")["job"]
    assert shown["worker_state"] == "runs on"
    assert get_ok(web, f"/api/boards/why/{job.id}")["value"]["code"] == "runs_on"
    assert "run_again" not in shown["actions"], "its process may still live"
    assert "requeue" not in shown["actions"]
    # Its hash expires after 90 s, and does not make it alive again.
    redis.delete(f"rq:worker:{worker.name}")
    page.settle(2.5)
    assert page.state(worker.name) == "lost"
    assert page.parts["worker"][worker.name]["runs_on"]
    redis.set("gate", 1)
    page.until(lambda: page.jobs[job.id]["status"] == "finished", message="the horse has finished its job")
    page.until(lambda: not page.parts["worker"][worker.name]["runs_on"], ELSEWHERE_WITHIN)
    assert page.state(worker.name) == "lost"


def test_the_job_of_a_worker_killed_elsewhere_runs_on_when_its_hash_has_expired(page, redis, worker_process):
    worker = worker_process("default")
    move_elsewhere(redis, worker)
    ready(page, worker)
    job = Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "gate")
    page.until(lambda: page.parts["running"].get(job.id))
    eventually(lambda: job.get_status() == "started", message="its horse runs the job")
    worker.kill()
    page.settle(1.5)
    assert page.state(worker.name) == "busy", "its heartbeats have not been missed yet"
    redis.delete(f"rq:worker:{worker.name}")
    page.until(lambda: page.parts["worker"][worker.name]["runs_on"], ELSEWHERE_WITHIN)
    assert page.state(worker.name) == "lost"
    redis.set("gate", 1)
    page.until(lambda: not page.parts["worker"][worker.name]["runs_on"], ELSEWHERE_WITHIN)


def test_a_killed_horse_is_a_failed_job_of_a_living_worker(page, redis, worker_process):
    worker = worker_process("default")
    ready(page, worker)
    job = Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "gate")
    page.watch(overview=True, rows=[job.id])
    page.until(lambda: page.rows.get(job.id, {}).get("status") == "started")
    (horse,) = eventually(lambda: worker.family() - {worker.pid})
    os.kill(horse, signal.SIGKILL)
    page.until(lambda: page.rows[job.id]["status"] == "failed")
    page.until(lambda: page.state(worker.name) == "idle")


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_a_stopped_process_is_never_called_lost_while_it_is_there(page, redis, worker_process, busy):
    worker = worker_process("default")
    ready(page, worker)
    if busy:
        Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "gate")
        page.until(lambda: page.state(worker.name) == "busy")
    start = len(page.events)
    worker.signal(signal.SIGSTOP)
    try:
        page.settle(1.5)
        redis.delete(f"rq:worker:{worker.name}")
        page.settle(3.5)
    finally:
        worker.signal(signal.SIGCONT)
    states = {event["value"]["state"] for event in page.events[start:] if event.get("key") == worker.name}
    assert "lost" not in states
    redis.set("gate", 1)


def test_a_worker_started_anew_under_its_old_name_is_alive(page, redis, worker_process):
    for _ in range(2):
        worker = worker_process("default", name="steady")
        page.until(lambda: page.state("steady") == "idle")
        page.settle(1.2)
        assert page.state("steady") == "idle"
        worker.kill()
        page.until(lambda: page.state("steady") == "lost", WITHIN)
        # What RQ's own unregistering would have done.
        redis.delete("rq:worker:steady")
    worker_process("default", name="steady")
    page.until(lambda: page.state("steady") == "idle", WITHIN)
    start = len(page.events)
    page.settle(2.5)
    assert not [event for event in page.events[start:] if (event.get("value") or {}).get("state") == "lost"]


def test_a_worker_that_leaves_in_good_order_is_gone_and_not_lost(page, worker_process):
    worker = worker_process("default")
    ready(page, worker)
    start = len(page.events)
    assert worker.stop() == 0
    page.until(lambda: worker.name not in page.parts["worker"])
    values = [event["value"] for event in page.events[start:] if event.get("key") == worker.name]
    assert not [value for value in values if value and value["state"] == "lost"]


def test_a_simple_worker_is_busy_and_not_lost(page, redis, worker_process):
    """It sends no heartbeat while it runs a job."""
    worker = worker_process("default", worker_class="rq.SimpleWorker")
    move_elsewhere(redis, worker)
    ready(page, worker)
    Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "gate")
    page.until(lambda: page.state(worker.name) == "busy")
    redis.hset(f"rq:worker:{worker.name}", "last_heartbeat", raw_jobs.stamp(time.time() - 600))
    page.until(lambda: page.parts["worker"][worker.name]["last_heartbeat"] < (time.time() - 500) * 1000)
    page.settle(2)
    assert page.state(worker.name) == "busy"
    redis.set("gate", 1)


def test_a_worker_that_nobody_hears_was_dead_before_we_came(page, redis):
    raw_jobs.worker(redis, "old")
    page.until(lambda: page.state("old") == "no signal")
    page.until(lambda: page.state("old") == "lost", ELSEWHERE_WITHIN)
    shown = page.parts["worker"]["old"]
    assert shown["since"] <= time.time() * 1000
    start = len(page.events)
    page.settle(2.5)
    assert not [event for event in page.events[start:] if event.get("key") == "old"], "what stays is told once"
