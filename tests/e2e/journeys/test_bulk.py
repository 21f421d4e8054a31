"""Acting on many jobs: selected, asked about, watched, paused, halted, canceled and taken back, by several people."""

import re
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from rq import Queue

from tests import raw_jobs
from tests.processes import Process
from tests.servers import RedisServer
from tests.support import eventually

ADD = "tests.fixture_jobs.add"


@pytest.fixture(scope="module", autouse=True)
def operating(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """An operations process for the tests of this file."""
    folder = tmp_path_factory.mktemp("operations")
    settings = {"RQLIVE_REDIS_URL": redis_server.url, "RQ_REDIS_URL": redis_server.url, "RQLIVE_FILES": folder / "f"}
    process = Process([sys.executable, "-m", "webapp.operations"], folder, settings | {"RQLIVE_WRITE": "1"})
    yield process
    process.close()


def listed(site, status: str, count: int, **more) -> list[str]:
    return [raw_jobs.listed(site.redis, status, **more) for _ in range(count)]


def box(visitor, number: int):
    return visitor.at.locator("[data-pick]").nth(number)


def statuses(site, jobs: list[str]) -> set[str | None]:
    return {site.status(job) for job in jobs}


def asks(visitor, verb: str):
    """The question, once it knows how many."""
    visitor.panel("picked").part(f"[data-do={verb}]").at.click()
    question = visitor.panel("deed")
    expect(question.at.get_by_test_id("do")).not_to_have_attribute("aria-disabled", "true")
    return question


def opens_tray(visitor):
    visitor.panel("operations").at.click()
    return visitor.panel("tray")


def test_three_are_selected_with_shift_deleted_and_brought_back(site, visit):
    jobs = listed(site, "finished", 5)
    visitor = visit(site).opens("/jobs?status=finished")
    box(visitor, 1).click()
    box(visitor, 3).click(modifiers=["Shift"])
    picked = [row.get_attribute("data-job") for row in visitor.at.locator("tr.picked").all()]
    visitor.panel("picked").sees("3 selected jobs")
    question = asks(visitor, "delete")
    question.sees("3 jobs", "Finished", "elsewhere.tasks.run", "You can undo this for 60 s")
    assert statuses(site, jobs) == {"finished"}
    question.clicks("Delete 3 jobs")
    visitor.is_told("3 jobs deleted").panel("picked").is_gone()
    assert site.ids() == set(jobs) - set(picked)
    expect(visitor.panel("toast-undo").at).to_have_text(re.compile(r"^Undo \((60|5\d) s\)$"))
    visitor.panel("toast-undo").at.click()
    visitor.is_told("3 jobs are back as they were")
    assert statuses(site, jobs) == {"finished"}
    assert set(site.queue().finished_job_registry.get_job_ids()) == set(jobs)
    opens_tray(visitor).sees("3 jobs deleted", "undone")


def test_all_that_match_a_search_are_requeued_and_a_few_that_fail_again_halt_it(site, visit, worker_process):
    again = [site.enqueue("tests.fixture_jobs.div_by_zero", number).id for number in range(8)]
    worker_process("default", burst=True)
    other = listed(site, "failed", 1)
    visitor = visit(site).opens("/jobs?q=status:failed+func:div_by_zero")
    expect(visitor.panel("standing").at).to_have_attribute("data-state", "done")
    visitor.at.locator("[data-pick-shown]").click()
    visitor.panel("picked").sees("8 selected jobs")
    question = asks(visitor, "requeue")
    question.sees("8 jobs", "8 ran once before")
    question.at.get_by_label("Try a few first").check()
    question.at.get_by_label("Jobs to try first").fill("3")
    question.at.get_by_label("How many of them have to finish").fill("2")
    question.clicks("Requeue 8 jobs")
    question.is_gone()
    eventually(lambda: len(site.queue().job_ids) == 3, message="three are tried")
    worker_process("default", burst=True)
    visitor.is_told("halted itself")
    tray = opens_tray(visitor).sees("Requeuing 8 jobs", "0 of the first 3 finished; 2 had to.")
    assert len(Queue("default", connection=site.redis).job_ids) == 0
    assert statuses(site, again) == {"failed"}
    tray.clicks("Cancel").sees("3 jobs requeued", "canceled")
    assert statuses(site, other) == {"failed"}


def test_everybody_sees_the_same_progress_and_may_pause_and_cancel_it(site, visit):
    jobs = listed(site, "failed", 40, queue="slow")
    ann, ben = visit(site).opens("/jobs?queue=slow&status=failed"), visit(site).opens("/")
    ann.at.locator("[data-pick-shown]").click()
    question = asks(ann, "requeue")
    question.at.get_by_label("Jobs per second").fill("2")
    question.clicks("Requeue 40 jobs").is_gone()
    hers, his = opens_tray(ann), opens_tray(ben)
    his.sees(re.compile(r"[1-9]\d* of 40"))
    his.clicks("Pause").sees("paused")
    hers.sees("paused")
    done = site.queue("slow").count
    for tray in (hers, his):
        expect(tray.part(".op-words").at).to_have_text(f"{done} of 40")
    hers.clicks("Cancel").sees(f"{done} job", "requeued", "canceled")
    his.sees("canceled")
    assert site.queue("slow").count == done < 40
    assert sum(site.status(job) == "failed" for job in jobs) == 40 - done


def test_on_a_phone_what_is_selected_can_be_left_and_nothing_remains(site, visit):
    jobs = listed(site, "canceled", 3)
    visitor = visit(site, width=390, height=844).opens("/jobs?status=canceled")
    box(visitor, 0).click()
    bar = visitor.panel("picked").at.bounding_box()
    assert bar["x"] >= 0
    assert bar["x"] + bar["width"] <= 390
    assert visitor.page.evaluate("() => document.documentElement.scrollWidth <= 390")
    question = asks(visitor, "delete").sees("1 job")
    question.clicks("Leave it")
    question.is_gone()
    visitor.panel("operations").is_gone()
    assert statuses(site, jobs) == {"canceled"}
    visitor.clicks("Select nothing").panel("picked").is_gone()


def test_rows_are_selected_by_key_and_moved_to_where_a_worker_listens(site, visit, worker_process):
    jobs = [site.enqueue(ADD, number, b=1, queue="left").id for number in range(3)]
    visitor = visit(site).opens("/jobs?queue=left&status=queued").has_its_keys()
    visitor.presses("j", "x", "Shift+ArrowDown", "Shift+ArrowDown").panel("picked").sees("3 selected jobs")
    visitor.presses("Shift+ArrowUp").panel("picked").sees("2 selected jobs")
    visitor.presses("Shift+ArrowDown", "q").is_told("There is no job that this fits.")
    visitor.presses("m")
    question = visitor.panel("deed").sees("Name the queue, and they are counted")
    expect(question.at.get_by_test_id("which")).to_have_attribute("aria-busy", "false")
    question.at.get_by_label("Queue to move them to").fill("right")
    question.sees("There is no queue right yet").clicks("Move 3 jobs")
    visitor.is_told("3 jobs moved")
    worker_process("right", burst=True)
    assert statuses(site, jobs) == {"finished"}


def test_all_jobs_of_a_cause_are_requeued_at_once(site, visit, worker_process):
    jobs = [site.enqueue("tests.fixture_jobs.fail_until_attempt", 2).id for _ in range(3)]
    worker_process("default", burst=True)
    visitor = visit(site).opens("/failures")
    visitor.part("main a[href*=cause]").at.first.click()
    visitor.panel("cause").clicks("Requeue all 3 jobs…")
    visitor.panel("deed").sees("3 jobs", "fail_until_attempt").clicks("Requeue 3 jobs")
    visitor.is_told("3 jobs requeued")
    worker_process("default", burst=True)
    assert statuses(site, jobs) == {"finished"}
