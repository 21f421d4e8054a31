"""A job that somebody watches tells its end: in the tab, on the page, on the desktop, wherever the person is."""

import re

import pytest
from playwright.sync_api import expect
from rq import Queue

FUNCTION = "tests.fixture_jobs"
#: What would be shown on the desktop; the browser of the tests has none.
NOTED = """window.noted = [];
window.Notification = class {
  static permission = "granted";
  constructor(text, options) { window.noted.push([text, options.body]); }
  close() {}
};"""
#: Another tab is in front of this one.
AWAY = """window.away = false;
Object.defineProperty(document, "hidden", {get: () => window.away});
document.hasFocus = () => !window.away;"""


@pytest.fixture
def watcher(site, visit):
    visitor = visit(site)
    visitor.page.add_init_script(NOTED + AWAY)
    return visitor


def watches_job(visitor, job_id: str) -> None:
    visitor.opens_job(job_id)
    visitor.has_its_keys().open_job.clicks("Notify me")
    expect(visitor.panel("bell").at).to_have_attribute("aria-pressed", "true")


def goes(visitor, away: bool) -> None:
    """To another tab, or back to this one."""
    visitor.page.evaluate(
        "(away) => { window.away = away; document.dispatchEvent(new Event('visibilitychange')); }", away
    )


def icon(visitor) -> str:
    return visitor.page.locator("link[rel=icon]").get_attribute("href")


def test_the_end_of_a_watched_job_is_told_while_the_tab_is_in_the_background(site, redis, watcher, worker_process):
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.say_hello", "you")
    watches_job(watcher, job.id)
    plain = icon(watcher)
    watcher.presses("Escape", "g", "w")
    goes(watcher, away=True)
    worker_process("default", burst=True)
    expect(watcher.page).to_have_title(re.compile("^✓ .*say_hello"))
    assert icon(watcher).startswith("data:image/svg+xml")
    watcher.page.wait_for_function("() => window.noted.length === 1")
    text, body = watcher.page.evaluate("() => window.noted[0]")
    assert text == "✓ Finished"
    assert "say_hello" in body
    goes(watcher, away=False)
    expect(watcher.page).to_have_title(re.compile("Workers · RQ Live$"))
    assert icon(watcher) == plain


def test_a_failure_is_told_on_another_page_and_survives_a_reload(site, redis, watcher, worker_process):
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.div_by_zero", 7)
    watches_job(watcher, job.id)
    watcher.opens("/activity").has_its_keys()
    worker_process("default", burst=True)
    watcher.is_told(re.compile("div_by_zero.* failed"))
    watcher.opens_job(job.id)
    watcher.panel("bell").is_gone()


def test_a_job_that_is_no_longer_watched_ends_in_silence(site, redis, watcher, worker_process):
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.say_hello", "you")
    watches_job(watcher, job.id)
    watcher.open_job.clicks("Notify me")
    watcher.presses("Escape")
    worker_process("default", burst=True)
    watcher.open_job.is_gone()
    watcher.opens_job(job.id).sees("Finished")
    assert watcher.page.evaluate("() => window.noted") == []


def test_a_frozen_page_tells_of_it_too(site, redis, watcher, worker_process):
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.say_hello", "you")
    watches_job(watcher, job.id)
    watcher.presses("Escape", "f").panel("frozen").is_there()
    worker_process("default", burst=True)
    watcher.is_told(re.compile("say_hello.* is finished"))
