"""Stop, cancel, requeue, delete, run again: each asks where it must, says what it did, and Redis agrees."""

import re

import pytest
from playwright.sync_api import expect
from rq import Retry
from rq.job import Job

from tests import in_redis

FAILS = "tests.fixture_jobs.div_by_zero"


def arguments_of(site, job_id: str) -> tuple:
    job = Job.fetch(job_id, connection=site.redis)
    return job.func_name, job.args, job.kwargs


def test_a_running_job_is_stopped_from_the_overview_after_a_question_that_says_what_it_means(
    site, visit, worker_process
):
    worker_process("default", name="w")
    job = site.waits_behind_a_gate(retry=Retry(3))
    visitor = visit(site).opens("/")
    row = visitor.within_job_row(job.id).sees("wait_for_key")
    row.part("[data-action=stop]").at.click()
    visitor.question.sees(
        "Stop “tests.fixture_jobs.wait_for_key”?", "What the job has already done stays done.", "can be requeued"
    )
    visitor.agrees("Leave it")
    assert site.status(job) == "started"

    row.part("[data-action=stop]").at.click()
    visitor.agrees("Stop it").is_told("Stopping “tests.fixture_jobs.wait_for_key”.")
    row.is_gone()
    visitor.within_worker_row("w").sees("idle")
    site.comes_to(job, "stopped")
    assert in_redis.where(site.redis, job) == ["rq:failed:default"]
    visitor.opens_job(job.id).sees("Stopped").offers("Requeue", "Run again", "Delete…")


def test_a_queued_job_is_canceled_and_may_be_run_again_or_deleted(site, visit):
    job = site.waits_behind_a_gate()
    visitor = visit(site).opens("/jobs")
    visitor.within_job_row(job.id).clicks(job.func_name)
    visitor.open_job.offers("Cancel", "Run again", "Delete…").clicks("Cancel")
    visitor.is_told("“tests.fixture_jobs.wait_for_key” is canceled and kept.")
    visitor.open_job.offers("Run again", "Delete…").part(".job-line").sees("Canceled")
    visitor.open_job.clicks("Close")
    visitor.within_job_row(job.id).sees("Canceled")
    assert site.status(job) == "canceled"
    assert in_redis.where(site.redis, job) == ["rq:canceled:default"]


def test_a_failed_job_is_requeued_and_its_new_attempt_is_seen(site, visit, worker_process):
    worker = worker_process("default")
    job = site.enqueue(FAILS, 7)
    visitor = visit(site)
    drawer = visitor.opens_job(job.id).sees("Failed", "ZeroDivisionError: division by zero")
    drawer.sees("Attempts 1")
    worker.stop()
    drawer.clicks("Requeue")
    visitor.is_told("“tests.fixture_jobs.div_by_zero” is queued again.")
    drawer.part(".job-line").sees("Queued")
    drawer.offers("Cancel", "Run again", "Delete…").sees("no worker listens to default")
    assert in_redis.where(site.redis, job) == ["rq:queue:default"]
    worker_process("default")
    drawer.sees("Attempts 2").part(".job-line").sees("Failed")
    site.comes_to(job, "failed")


def test_a_job_is_deleted_after_a_question_leaves_the_list_and_is_brought_back(site, visit):
    job, other = site.waits_behind_a_gate(), site.waits_behind_a_gate()
    visitor = visit(site).reckons_with(r"404 \(NOT FOUND\)").opens("/jobs")
    visitor.within_job_row(job.id).clicks(job.func_name)
    visitor.open_job.clicks("Delete…")
    visitor.question.sees("Delete “tests.fixture_jobs.wait_for_key”?", "It can be undone for 60 s")
    visitor.agrees("Delete it").is_told("is deleted.")
    visitor.open_job.is_gone()
    visitor.within_job_row(job.id).is_gone()
    visitor.within_job_row(other.id).is_there()
    assert site.ids() == {other.id}
    assert in_redis.where(site.redis, job) == []
    visitor.page.go_forward()
    visitor.panel("job-deleted").sees("Deleted.", re.compile(r"Undo \(\d+ s\)")).at.get_by_role("button").click()
    visitor.is_told("is back as it was.").open_job.part(".job-line").sees("Queued")
    assert in_redis.where(site.redis, job) == ["rq:queue:default"]


def test_a_delete_is_undone_though_the_tab_was_loaded_anew(site, visit):
    job = site.waits_behind_a_gate()
    visitor = visit(site).reckons_with(r"404 \(NOT FOUND\)").opens("/jobs")
    visitor.within_job_row(job.id).clicks(job.func_name)
    visitor.open_job.clicks("Delete…")
    visitor.agrees("Delete it").is_told("is deleted.")
    visitor.opens("/jobs").page.reload()
    visitor.is_told("“tests.fixture_jobs.wait_for_key” is deleted.").panel("toast-undo").at.click()
    visitor.is_told("is back as it was.").within_job_row(job.id).is_there()
    assert in_redis.where(site.redis, job) == ["rq:queue:default"]
    # It is offered once.
    visitor.page.reload()
    visitor.within_job_row(job.id).is_there()
    assert visitor.page.evaluate("sessionStorage.getItem('rqlive.undo')") == "{}"


def test_run_again_makes_a_new_job_with_the_same_arguments_and_opens_it(site, visit, worker_process):
    worker_process("default")
    job = site.enqueue("tests.fixture_jobs.add", 20, b=22)
    visitor = visit(site)
    visitor.opens_job(job.id).sees("Finished").clicks("Run again")
    visitor.is_told("“tests.fixture_jobs.add” was submitted again.")
    visitor.page.wait_for_url(re.compile(rf"/jobs/(?!{job.id}).+"))
    again = visitor.page.url.rpartition("/")[2]
    visitor.open_job.part(".job-line").sees("Finished", again)
    visitor.open_job.turns_to("Result").sees("42")
    assert site.ids() == {job.id, again}
    assert arguments_of(site, again) == arguments_of(site, job.id)
    visitor.page.go_back()
    visitor.open_job.part(".job-line").sees(job.id)


def test_a_job_runs_again_with_other_arguments_and_is_moved_to_another_queue(site, visit):
    job = site.enqueue("tests.fixture_jobs.add", 20, b=22)
    visitor = visit(site)
    menu = visitor.opens_job(job.id).part("[data-menu=rarer]")
    menu.clicks("More").part("[data-action=edit]").at.click()
    form = visitor.panel("edit")
    form.at.get_by_label("argument 1").fill("[1")
    form.clicks("Run it").sees("This is no JSON.")
    form.at.get_by_label("argument 1").fill("21")
    form.clicks("Run it")
    visitor.page.wait_for_url(re.compile(rf"/jobs/(?!{job.id}).+"))
    visitor.open_job.part(".job-call").sees("add(21, b=22)")
    again = visitor.page.url.rpartition("/")[2]
    assert arguments_of(site, again) == ("tests.fixture_jobs.add", (21,), {"b": 22})

    menu.clicks("More").part("[data-action=move]").at.click()
    form = visitor.panel("move")
    form.at.get_by_label("Queue to move them to").fill("other")
    form.clicks("Move it")
    visitor.is_told("is moved to other.")
    assert site.queue("other").job_ids == [again]


@pytest.mark.parametrize(
    ("verb", "happens", "reason"),
    [
        ("Cancel", "finished", "The job was queued and is now finished."),
        ("Delete…", "started", "The job was queued and is now started."),
        ("Run again", "deleted", "There is no job"),
    ],
)
def test_a_button_drawn_with_an_old_state_is_refused_with_the_reason(site, visit, verb, happens, reason):
    """The job moves on between the click and its arrival: the request is held on its way for so long."""
    job = site.waits_behind_a_gate()
    visitor = visit(site).reckons_with(r"40[49] \((CONFLICT|NOT FOUND)\)")
    visitor.opens_job(job.id).sees("Queued")

    def move_on(route) -> None:
        if route.request.method != "GET":
            if happens == "deleted":
                job.delete()
            else:
                site.redis.lrem("rq:queue:default", 0, job.id)
                site.redis.hset(f"rq:job:{job.id}", "status", happens)
        route.continue_()

    visitor.page.route("**/api/jobs**", move_on)
    visitor.open_job.clicks(verb)
    if verb.endswith("…"):
        visitor.agrees("Delete it")
    visitor.is_told(reason)
    expect(visitor.at.locator(".toast[data-level=bad]")).to_have_count(1)
    assert site.status(job) == (None if happens == "deleted" else happens)
    if happens == "deleted":
        visitor.open_job.sees("This job is gone.").offers("Cancel", "Run again", "Delete…")
        expect(visitor.open_job.at.locator("[data-action][aria-disabled=true]")).to_have_count(3)
    else:
        visitor.open_job.part(".job-line").sees({"finished": "Finished", "started": "Running"}[happens])


def test_a_double_click_on_run_again_makes_one_job(site, visit):
    job = site.waits_behind_a_gate()
    visitor = visit(site)
    visitor.opens_job(job.id).button("Run again").dblclick()
    visitor.page.wait_for_url(re.compile(rf"/jobs/(?!{job.id}).+"))
    visitor.open_job.sees("Queued")
    assert len(site.ids()) == 2


def test_a_press_of_run_again_whose_answer_was_lost_makes_one_job_and_a_second_one_another(site, visit):
    job = site.waits_behind_a_gate()
    visitor = visit(site).reckons_with("ERR_FAILED")
    lost = []

    def lose_the_first_answer(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    visitor.page.route("**/run_again", lose_the_first_answer)
    visitor.opens_job(job.id).clicks("Run again")
    visitor.sees("The server could not be reached.")
    visitor.open_job.clicks("Run again")
    visitor.page.wait_for_url(re.compile(rf"/jobs/(?!{job.id}).+"))
    visitor.open_job.sees("Queued")
    assert lost[0].status == 201
    assert len(site.ids()) == 2
    visitor.opens_job(job.id).clicks("Run again")
    visitor.page.wait_for_url(re.compile(rf"/jobs/(?!{job.id}).+"))
    assert len(site.ids()) == 3


def test_a_job_that_another_program_deletes_is_shown_as_gone_with_what_was_known(site, visit):
    job = site.waits_behind_a_gate()
    visitor = visit(site).reckons_with(r"404 \(NOT FOUND\) .*/api/jobs/never-was")
    visitor.opens_job(job.id).sees("Queued")
    job.delete()
    visitor.open_job.sees("This job is gone.", "Below is what was last known of it.", "wait_for_key")
    visitor.opens_job("never-was").sees("This job is gone.", "or it never was in this Redis")
