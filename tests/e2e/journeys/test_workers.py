"""Workers come and die: who starts one sees it, and who kills one is told what that means for its job."""

import time

from playwright.sync_api import expect

#: Seconds within which a killed worker is shown as lost where its process can be seen to be gone, and elsewhere: three
#: of silence, and one until the next look. And what a busy machine may add.
LOST_HERE, LOST_ELSEWHERE, SLACK = 3.0, 4.0, 1.5


def test_a_worker_started_in_a_second_terminal_appears_and_takes_the_next_job(site, visit, worker_process):
    visitor = visit(site).opens("/")
    visitor.panel("workers").sees("No worker is there", "rq worker")
    job = site.waits_behind_a_gate()
    visitor.panel("running").sees("1 job waits, and no worker is there")
    visitor.figure("queued").sees("1", "oldest waits")
    worker = worker_process("default", name="second-terminal")
    visitor.within_worker_row(worker.name).sees("default", "wait_for_key")
    expect(visitor.within_worker_row(worker.name).at).to_have_attribute("data-state", "busy")
    visitor.within_job_row(job.id).sees("wait_for_key", "second-terminal", "reports no progress")
    visitor.figure("started").sees("1", "on 1 worker, 0 idle")
    visitor.figure("queued").sees("nothing waits")
    site.opens_gate()
    visitor.within_worker_row(worker.name).sees("idle")
    visitor.within_queue_row("default").part(".col-finished").sees("1")


def test_a_worker_that_ends_in_good_order_leaves_without_an_alarm(site, visit, worker_process):
    worker = worker_process("default", name="polite")
    visitor = visit(site).opens("/")
    visitor.within_worker_row(worker.name).sees("idle")
    states = visitor.watches("[data-worker=polite]", "data-state")
    worker.stop()
    visitor.within_worker_row(worker.name).is_gone()
    visitor.panel("workers").sees("No worker is there")
    assert not {"lost", "no signal"} & {state for _, state in states()}


def test_a_killed_idle_worker_is_shown_as_lost_within_three_seconds(site, visit, worker_process):
    worker = worker_process("default", name="victim")
    worker_process("default", name="survivor")
    visitor = visit(site).opens("/")
    visitor.panel("workers").sees("0 busy · 2 idle")
    worker.kill()
    began = time.monotonic()
    expect(visitor.within_worker_row("victim").at).to_have_attribute("data-state", "lost")
    took = time.monotonic() - began
    assert took < LOST_HERE + SLACK, f"it took {took:.1f} s"
    visitor.within_worker_row("victim").sees("lost for")
    visitor.within_worker_row("survivor").sees("idle")
    visitor.panel("workers").sees("0 busy · 1 idle · 1 lost")


def test_a_worker_killed_on_another_host_is_shown_as_lost_after_three_seconds_of_silence(site, visit, worker_process):
    worker = worker_process("default", name="victim")
    site.redis.hset("rq:worker:victim", "hostname", "another-host")
    visitor = visit(site).opens("/")
    visitor.within_worker_row("victim").sees("idle")
    worker.wait_grown()
    worker.kill()
    began = time.monotonic()
    expect(visitor.within_worker_row("victim").at).to_have_attribute("data-state", "lost")
    took = time.monotonic() - began
    assert took < LOST_ELSEWHERE + SLACK, f"it took {took:.1f} s"


def test_a_killed_busy_worker_is_lost_its_job_runs_on_and_is_not_offered_again(site, visit, worker_process):
    worker = worker_process("default", name="victim")
    job = site.waits_behind_a_gate()
    site.comes_to(job, "started")
    visitor, beside = visit(site).opens("/"), visit(site)
    beside.opens_job(job.id).sees("Running").offers("Stop…")
    visitor.within_job_row(job.id).sees("reports no progress")
    worker.kill()
    began = time.monotonic()
    visitor.within_job_row(job.id).sees("worker lost, its job runs on")
    took = time.monotonic() - began
    assert took < LOST_HERE + SLACK, f"it took {took:.1f} s"
    visitor.within_worker_row("victim").sees("lost, its job runs on")
    beside.open_job.sees("Its worker victim is lost, but the process that runs the job still lives").offers("Stop…")

    site.opens_gate()
    beside.open_job.part(".job-line").sees("Finished")
    beside.open_job.offers("Run again", "Delete…")
    visitor.within_job_row(job.id).is_gone()
    visitor.within_worker_row("victim").sees("lost for")


def test_a_worker_killed_with_its_job_is_lost_and_the_job_is_not_offered_again_yet(site, visit, worker_process):
    worker = worker_process("default", name="victim")
    job = site.waits_behind_a_gate()
    site.comes_to(job, "started")
    visitor, beside = visit(site).opens("/"), visit(site)
    beside.opens_job(job.id).sees("Running")
    visitor.within_worker_row("victim").sees("wait_for_key")
    worker.close()
    visitor.within_worker_row("victim").sees("lost for")
    visitor.within_job_row(job.id).sees("its worker is lost")
    beside.open_job.sees("Its worker victim is lost, and its run with it. RQ counts the run as abandoned at").offers(
        "Stop…"
    )
    beside.reckons_with("409").open_job.clicks("Stop…")
    beside.agrees("Stop it").is_told("No worker heard it: victim does not listen any more.")
    assert site.status(job) == "started"


def test_suspended_workers_are_announced_above_the_page(site, visit, worker_process):
    worker_process("default", name="resting")
    running, waiting = site.waits_behind_a_gate("first"), site.waits_behind_a_gate("second")
    site.comes_to(running, "started")
    visitor = visit(site).opens("/")
    site.redis.set("rq:suspended", 1)
    visitor.panel("banner-suspended").sees("All workers are suspended.", "Resume")
    site.opens_gate("first")
    visitor.within_worker_row("resting").sees("suspended")
    visitor.opens_job(waiting.id).sees("It waits because all workers are suspended")
    site.redis.delete("rq:suspended")
    visitor.panel("banner-suspended").is_gone()
    visitor.open_job.part(".job-line").sees("Running")
    site.opens_gate("second")
    visitor.open_job.part(".job-line").sees("Finished")
