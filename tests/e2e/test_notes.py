"""Two people on two servers with one job open: they see each other, what each leaves there, and what was done to it."""

import pytest
from playwright.sync_api import Locator, Page, expect
from rq import Queue

from jobs import _keys
from tests.e2e import words
from tests.e2e.conftest import PHONE
from tests.processes import WebServer

FUNCTION = "tests.fixture_jobs"


@pytest.fixture
def other(dashboard: WebServer, web_server) -> WebServer:
    """A second server on the Redis of the first."""
    return web_server(env={"RQLIVE_WRITE": 1})


@pytest.fixture
def job(redis):
    return Queue("default", connection=redis).enqueue(f"{FUNCTION}.say_hello", "you")


def notes(page: Page) -> Locator:
    return page.get_by_test_id("notes").get_by_role("listitem")


def write(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="Note on this job")
    field.fill(text)
    field.press("Enter")
    expect(field).to_have_value("")


def lookers(page: Page) -> Locator:
    return page.get_by_test_id("lookers").get_by_role("status")


def test_two_people_at_one_job_see_each_other_and_read_what_each_leaves(
    open_page, dashboard, other, job, redis
) -> None:
    ada = open_page(f"/jobs/{job.id}#notes")
    head = words.drawer(ada).locator(".job-head")
    expect(ada.get_by_text("No notes yet.")).to_be_visible()
    before = head.bounding_box()
    mina = open_page(f"/jobs/{job.id}#notes", PHONE, "dark", url=other.url)
    for page in (ada, mina):
        expect(lookers(page)).to_contain_text("Also looking at this job now: guest-")
    assert head.bounding_box() == before, "nothing moved"

    write(ada, "The disk was full: see https://wiki.example/disk.\nNot the code.")
    expect(notes(mina)).to_have_count(1)
    expect(notes(mina)).to_contain_text("Not the code.")
    expect(notes(mina).get_by_role("link")).to_have_attribute("href", "https://wiki.example/disk")
    expect(notes(mina).get_by_role("button")).to_have_count(0)
    expect(words.drawer(mina).get_by_role("tab", name="Notes 1")).to_be_visible()
    write(mina, "<b>emptied</b>")
    expect(notes(ada).last).to_contain_text("<b>emptied</b>")

    notes(ada).first.get_by_role("button", name="Take back").click()
    ada.locator("dialog.ask").get_by_role("button", name="Take back").click()
    expect(notes(mina)).to_have_count(1)
    assert redis.xlen(_keys.notes(job.id)) == 1

    words.drawer(mina).get_by_role("button", name="Cancel").click()
    for page in (ada, mina):
        deed = page.get_by_test_id("deeds").locator('[data-verb="cancel"]')
        expect(deed).to_contain_text("Canceled anyone")
        expect(deed).to_contain_text("127.0.0.1 → ")
        expect(deed).to_contain_text(f":{other.port}")
    mina.context.close()
    expect(lookers(ada)).to_be_empty()


def test_a_row_says_that_there_is_something_to_read(open_page, dashboard, job) -> None:
    page = open_page("/jobs")
    expect(words.row(page, job.id)).to_be_visible()
    expect(words.row(page, job.id).locator(".note-mark")).to_have_count(0)
    status = page.evaluate(
        """id => fetch(`/api/jobs/${id}/notes`, {method: "POST", body: '{"text": "hello"}',
            headers: {"Content-Type": "application/json"}}).then((answer) => answer.status)""",
        job.id,
    )
    assert status == 201
    expect(words.row(page, job.id).locator(".note-mark")).to_have_text("11 note", use_inner_text=False)


def test_where_nothing_may_be_done_a_note_cannot_be_begun_and_it_is_said_why(open_page, web_server, job) -> None:
    page = open_page(f"/jobs/{job.id}#notes", url=web_server().url)
    field = page.get_by_role("textbox", name="Note on this job")
    expect(field).not_to_be_editable()
    expect(page.locator("#note-why")).to_contain_text("RQLIVE_WRITE=1")


def test_activity_is_narrowed_to_what_is_asked_for_and_the_address_keeps_it(open_page, redis, dashboard) -> None:
    line = {"at": 1795360400022, "action": "cancel", "queue": "default", "outcome": "done", "server": "web-a:8000"}
    redis.xadd(_keys.ACTIVITY, line | {"actor": "ada", "job": "wanted"})
    with redis.pipeline() as pipe:
        for number in range(300):
            pipe.xadd(_keys.ACTIVITY, line | {"actor": "bob", "job": f"j{number}", "outcome": "state_changed"})
        pipe.execute()
    page = open_page("/activity")
    lines = page.locator("tr[data-line]")
    expect(lines).to_have_count(50)
    page.get_by_test_id("activity-outcome").select_option("Refused")
    expect(lines).to_have_count(100)
    expect(page.get_by_text("Looked at the newest 100 of 301 lines")).to_be_visible()
    page.goto(f"{dashboard.url}/activity?actor=ada")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("wanted")
    expect(page.get_by_text("Looked at the newest 301 of 301 lines")).to_be_visible()
    redis.xadd(_keys.ACTIVITY, line | {"actor": "ada", "job": "new"})
    expect(lines).to_have_count(2)
    page.get_by_test_id("activity-actor").select_option("")
    expect(lines.first).to_contain_text("new")
