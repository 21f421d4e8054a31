"""What can be done to a job by key and from the palette: to the one that is open, or whose row the keyboard is on."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def failed(site, redis):
    """A job that failed, made without a worker."""
    job = site.enqueue("tests.fixture_jobs.div_by_zero")
    redis.hset(job.key, "status", "failed")
    redis.lrem("rq:queue:default", 0, job.id)
    redis.zadd("rq:failed:default", {job.id: 4_000_000_000})
    return job


@pytest.fixture
def queued(site):
    return site.enqueue("tests.fixture_jobs.say_hello", "you")


def test_a_key_does_it_to_the_row_that_the_keyboard_is_on(site, failed, visit):
    visitor = visit(site).opens("/jobs?status=failed").has_its_keys()
    row = visitor.within_job_row(failed.id).is_there()
    visitor.presses("q")
    assert site.status(failed) == "failed", "no row was chosen"
    visitor.presses("j", "s")
    visitor.is_told("Stop does not fit: the job is Failed.")
    visitor.presses("g", "q")
    assert site.status(failed) == "failed", "the second of two strokes is a slip"
    visitor.presses("q")
    site.comes_to(failed, "queued")
    row.sees("Queued")


def test_what_cannot_be_taken_back_is_asked_first(site, queued, visit):
    visitor = visit(site)
    visitor.opens_job(queued.id).sees("Queued")
    visitor.has_its_keys().presses("c")
    question = visitor.question.sees("Cancel “tests.fixture_jobs.say_hello”?")
    visitor.presses("Escape")
    question.is_gone()
    assert site.status(queued) == "queued"
    visitor.presses("c")
    question.clicks("Cancel it")
    visitor.open_job.offers("Run again", "Delete…")
    visitor.presses("d")
    question.sees("Delete “tests.fixture_jobs.say_hello”?").clicks("Delete it")
    visitor.open_job.is_gone()
    assert queued.id not in site.ids()


def test_the_palette_offers_what_fits_and_enter_alone_does_nothing(site, failed, visit):
    visitor = visit(site).opens("/jobs?status=failed").has_its_keys()
    visitor.within_job_row(failed.id).is_there()
    visitor.presses("j", "Control+k")
    palette = visitor.panel("palette")
    group = palette.at.get_by_role("group", name="This job")
    expect(group).to_contain_text("Requeue")
    expect(group).not_to_contain_text("Stop")
    expect(group.get_by_role("option", selected=True)).to_have_count(0)
    visitor.page.keyboard.type("requeue")
    expect(palette.at.get_by_role("option").first).to_contain_text("Requeue")
    visitor.presses("Enter")
    site.comes_to(failed, "queued")


def test_a_note_is_begun_by_key_and_every_key_is_listed(site, queued, visit):
    visitor = visit(site).opens("/jobs").has_its_keys()
    visitor.within_job_row(queued.id).is_there()
    visitor.presses("?").panel("keys").sees("With a job open, or its row focused", "Requeue", "Write a note")
    visitor.presses("Escape", "j", "Control+k")
    group = visitor.panel("palette").at.get_by_role("group", name="This job")
    expect(group, "all of them are shown before anything is typed").to_contain_text("Tell me when it ends")
    visitor.presses("Escape", "w")
    field = visitor.open_job.at.get_by_role("textbox", name="Note on this job")
    expect(field).to_be_focused()
    visitor.presses("d", "c")
    expect(field).to_have_value("dc")


def test_keys_reach_what_asks_for_more_a_selection_a_queue_and_all_workers(site, queued, failed, visit):
    visitor = visit(site).opens("/jobs?status=queued").has_its_keys()
    visitor.within_job_row(queued.id).is_there()
    visitor.presses("j", "m")
    visitor.panel("move").sees("Move “tests.fixture_jobs.say_hello”")
    visitor.presses("Escape", "t")
    visitor.is_told("is the next")
    visitor.opens("/jobs").has_its_keys()
    visitor.within_job_row(failed.id).at.get_by_role("checkbox").check()
    visitor.panel("picked").sees("1 selected job")
    visitor.presses("d")
    visitor.question.sees("Delete")
    visitor.presses("Escape")
    visitor.question.is_gone()
    visitor.presses("Control+k")
    visitor.panel("palette").sees("Selected jobs", "Requeue…").at.get_by_role("option", name="Requeue…").click()
    visitor.question.sees("Requeue")
    visitor.opens("/").has_its_keys().within_queue_row("default").at.get_by_role("link").first.focus()
    visitor.presses("o")
    visitor.question.sees("default", "Pause")
    visitor.presses("Escape")
    visitor.question.is_gone()
    visitor.presses("p")
    visitor.question.sees("Suspend all workers")
